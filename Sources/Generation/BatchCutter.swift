/// Parts many sequences into batches, in order.
enum BatchCutter {
  /// How many tokens a batch may have, if it has more than one sequence.
  static let largestBatch = 2048

  /// The batches of sequences of some lengths.
  static func batches(of lengths: [Int]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var count = 0
    for (index, length) in lengths.enumerated() {
      if index > start, count + length > largestBatch {
        batches.append(start..<index)
        (start, count) = (index, 0)
      }
      count += length
    }
    if start < lengths.count { batches.append(start..<lengths.count) }
    return batches
  }
}
