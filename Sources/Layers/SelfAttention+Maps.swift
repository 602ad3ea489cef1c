import Tensors

extension SelfAttention {
  /// What one sequence's tokens looked at in the pass that `saved` is of: a matrix [T, T] a head, row by row, each row
  /// the probabilities of one token.
  ///
  /// It is for looking at, so it is computed plainly, and in 64 bits.
  package func maps(_ saved: Saved, seesAll: Bool) -> [[Float]] {
    let rows = saved.projected.rows, width = shape.headWidth
    return (0..<shape.heads).map { head in
      let key = shape.heads * width + head / (shape.heads / shape.keyHeads) * width
      var map = [Float](repeating: 0, count: rows * rows)
      for row in 0..<rows {
        let query = saved.projected.row(row)[head * width..<(head + 1) * width]
        for column in 0..<(shape.causal && !seesAll ? row + 1 : rows) {
          let other = saved.projected.row(column)[key..<key + width]
          let score = zip(query, other).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(shape.scale)
          map[row * rows + column] = Float(exponential(score - Double(saved.logSumExp[row, head])))
        }
      }
      return map
    }
  }
}
