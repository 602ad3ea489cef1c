import Corpora
import Tensors

/// Logistic regression on sparse rows, with an L2 penalty on all weights but the intercepts; of values, ridge
/// regression.
///
/// It minimises what scikit-learn's `LogisticRegression` (of labels that exclude each other), `OneVsRestClassifier` of
/// it (of any number of labels) and `Ridge` do: Σ loss + ½/C · ‖W‖².
///
/// Letters: L labels, of which two that exclude each other need one output; K outputs.
package struct LinearClassifier: Sendable {
  /// The inverse of the penalty.
  package static let usualC = 10.0

  let kind: LabelKind
  let labels: Int
  let outputs: Int
  let columns: Int
  /// [columns, K], and then K intercepts.
  private(set) var weights: [Float]

  /// Learns from rows.
  /// - Parameters:
  ///   - labels: Of each row, by their numbers; empty where labels are values.
  ///   - values: Of each row, where labels are values.
  ///   - execution: Whose threads it learns on; the bits are the same for any number.
  package init(
    _ rows: SparseRows, columns: Int, kind: LabelKind, labelCount: Int, labels: [[Int32]], values: [Double],
    c: Double = usualC, minimizer: LimitedMemoryMinimizer = LimitedMemoryMinimizer(),
    execution: Execution = Execution(threads: 1)
  ) {
    (self.kind, self.columns, self.labels) = (kind, columns, Self.labels(kind, labelCount: labelCount))
    outputs = Self.outputs(kind, labelCount: labelCount)
    weights = [Float](repeating: 0, count: (columns + 1) * outputs)
    if kind == .value { weights[columns] = Float(values.reduce(0, +) / Double(max(1, values.count))) }
    let targets = Self.targets(kind, outputs: outputs, labels: labels, values: values)
    let decay = 1 / (c * Double(max(1, rows.count)))
    var loss = LinearLoss(
      rows, columns: columns, kind: kind, outputs: outputs, targets: targets, decay: decay, execution: execution)
    minimizer.minimize(&weights) { weights, gradient in loss.value(weights, gradient: &gradient) }
  }

  /// Numbers that were learned once: [columns, K], and then K intercepts.
  init(numbers: [Float], columns: Int, kind: LabelKind, labelCount: Int) {
    (self.kind, self.columns, weights) = (kind, columns, numbers)
    labels = Self.labels(kind, labelCount: labelCount)
    outputs = Self.outputs(kind, labelCount: labelCount)
  }

  /// L; a value counts as one.
  private static func labels(_ kind: LabelKind, labelCount: Int) -> Int { kind == .value ? 1 : labelCount }

  /// K: two labels that exclude each other have one score between them.
  static func outputs(_ kind: LabelKind, labelCount: Int) -> Int {
    kind == .value || kind == .single && labelCount == 2 ? 1 : labelCount
  }

  /// Of each row and label, its score, of which a softmax or a sigmoid makes a probability; of values, the value.
  func scores(_ rows: SparseRows) -> [Float] {
    var result: [Float] = []
    var scores = [Float](repeating: 0, count: outputs)
    for row in 0..<rows.count {
      scores.withUnsafeMutableBufferPointer { Self.score(rows, row, weights, into: $0) }
      if outputs < labels { result.append(0) }
      result += scores
    }
    return result
  }

  /// Of each row and label, its probability; of values, the value.
  package func answers(_ rows: SparseRows) -> [Float] {
    var result = scores(rows)
    switch kind {
    case .value: break
    case .multiple: for index in result.indices { result[index] = Self.sigmoid(result[index]) }
    case .single, .tokens:
      result.withUnsafeMutableBufferPointer { result in
        for start in stride(from: 0, to: result.count, by: labels) {
          Self.softmax(UnsafeMutableBufferPointer(rebasing: result[start..<start + labels]))
        }
      }
    }
    return result
  }

  /// What each output should be, [rows, K].
  private static func targets(
    _ kind: LabelKind, outputs: Int, labels: [[Int32]], values: [Double]
  ) -> [Float] {
    if kind == .value { return values.map { Float($0) } }
    var targets = [Float](repeating: 0, count: labels.count * outputs)
    for (row, numbers) in labels.enumerated() {
      for label in numbers {
        let output = kind == .single && outputs == 1 ? Int(label) - 1 : Int(label)
        if output >= 0 { targets[row * outputs + output] = 1 }
      }
    }
    return targets
  }

  /// The scores of a row.
  static func score(
    _ rows: SparseRows, _ row: Int, _ weights: [Float], into scores: UnsafeMutableBufferPointer<Float>
  ) {
    let outputs = scores.count
    let intercepts = weights.count - outputs
    weights.withUnsafeBufferPointer { weights in
      for output in 0..<outputs { scores[output] = weights[intercepts + output] }
      for entry in rows.starts[row]..<rows.starts[row + 1] {
        let (value, start) = (rows.values[entry], Int(rows.columns[entry]) * outputs)
        for output in 0..<outputs { scores[output] += value * weights[start + output] }
      }
    }
  }

  static func sigmoid(_ x: Float) -> Float { Float(1 / (1 + exponential(-Double(x)))) }

  static func softmax(_ scores: UnsafeMutableBufferPointer<Float>) {
    let largest = scores.max() ?? 0
    var sum: Float = 0
    for index in scores.indices {
      scores[index] = Float(exponential(Double(scores[index] - largest)))
      sum += scores[index]
    }
    for index in scores.indices { scores[index] /= sum }
  }
}
