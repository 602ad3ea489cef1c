import Swiftlet

/// The speed of matrix products alone, on the shapes of the training workloads.
struct ProductBenchmark {
  let name: String
  let rows: Int, columns: Int, depth: Int

  /// Forward products y = x · Wᵀ of each workload; the last is the machine's best case.
  static let all = [
    ProductBenchmark(name: "W1 feed-forward", rows: 768, columns: 512, depth: 128),
    ProductBenchmark(name: "W2 attention", rows: 16384, columns: 1152, depth: 384),
    ProductBenchmark(name: "W2 feed-forward", rows: 16384, columns: 1536, depth: 384),
    ProductBenchmark(name: "W3 feed-forward", rows: 4096, columns: 2752, depth: 512),
    ProductBenchmark(name: "W4 feed-forward", rows: 8192, columns: 2048, depth: 512),
    ProductBenchmark(name: "W5 feed-forward", rows: 256, columns: 3072, depth: 768),
    ProductBenchmark(name: "square", rows: 2048, columns: 2048, depth: 2048),
  ]

  /// The largest product, whose speed stands for the machine's peak.
  static var largest: ProductBenchmark { all[all.count - 1] }

  /// Multiplications and additions.
  var operations: Double { 2 * Double(rows) * Double(columns) * Double(depth) }

  /// GFLOP/s on random numbers.
  func gigaflops(_ execution: Execution, seconds: Double) -> Double {
    var random = RandomGenerator(seed: 1)
    func matrix(_ rows: Int, _ columns: Int) -> MatrixStorage {
      let storage = MatrixStorage(rows: rows, columns: columns)
      for index in 0..<storage.matrix.count { storage.matrix.pointer[index] = Float(random.uniform() * 2 - 1) }
      return storage
    }
    let (x, weight) = (matrix(rows, depth), matrix(columns, depth))
    let y = MatrixStorage(rows: rows, columns: columns)
    let time = MedianTime.of(seconds: seconds) { execution.linear(x.matrix, weight: weight.matrix, into: y.matrix) }
    return operations / time.seconds / 1e9
  }
}
