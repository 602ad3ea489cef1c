import KernelSupport

// Prompts and batches: many rows times weights as they are stored. Each weight is needed once for every block of rows, so
// it pays to make a float of it; but never of all at a time: that memory is what storing them otherwise spares.

/// The floats that are there at a time: 4 MB stay in the cache between being written and being packed.
private let floatsAtATime = 1 << 20
/// Outputs come in multiples of a product's widest block.
private let outputsOfBlock = 384
/// Of the scratch memory.
private let slot = 12

extension KernelVariant {
  /// The product of as many floats, a stripe of outputs after the other: an element's sum does not depend on the stripe.
  static func multiplyWidened(_ p: StoredProduct, _ precision: Precision, on pool: ThreadPool) {
    let columns = p.weights.columns
    func multiply(_ weights: UnsafePointer<Float>, stride: Int, _ outputs: Range<Int>) {
      var product = MatrixProduct(
        rows: p.rows, columns: outputs.length, depth: columns, a: p.x, strideOfA: p.strideOfX, b: weights,
        strideOfB: stride, transposedB: true, c: p.y + outputs.lowerBound, strideOfC: p.strideOfY)
      product.bias = p.bias.map { $0 + outputs.lowerBound }
      if let activation = p.activation, let activated = p.activated {
        product.finish = .activate(activation, result: activated + outputs.lowerBound)
      }
      product.precision = precision
      self.multiply(product, on: pool)
    }
    guard p.weights.format != .fp32 else {
      return multiply(
        p.weights.values.assumingMemoryBound(to: Float.self), stride: p.weights.rowBytes / 4, 0..<p.weights.rows)
    }
    let outputsAtATime = min(
      p.weights.rows, max(1, floatsAtATime / max(columns, 1) / outputsOfBlock) &* outputsOfBlock)
    pool.exclusively {
      let floats = pool.scratch(worker: 0, slot: slot, bytes: 4 &* outputsAtATime &* columns)
        .assumingMemoryBound(to: Float.self)
      for first in steps(from: 0, to: p.weights.rows, by: outputsAtATime) {
        let outputs = first..<min(first &+ outputsAtATime, p.weights.rows)
        forEachRowBlock(rows: outputs.length, columns: columns, on: pool) { rows, _ in
          for row in rows { widen(p.weights, row: first &+ row, to: floats + row &* columns) }
        }
        multiply(floats, stride: columns, outputs)
      }
    }
  }
}
