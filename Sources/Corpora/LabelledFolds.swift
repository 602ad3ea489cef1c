import Tensors

extension LabelledData {
  /// Parts the rows into so many parts of about the same size for cross-validation, each label in proportion; equal
  /// texts stay in one part.
  /// - Throws: `LabelledFailure.tooFewRows` where there are fewer different texts than parts.
  public func folds(_ count: Int, seed: UInt64) throws(LabelledFailure) -> [(
    training: LabelledData, held: LabelledData
  )] {
    var folds: [UInt64: Int] = [:]
    let keys = rows.map { CorpusSplit.key(ContentHash.of($0.text.utf8), seed: seed) }
    let groups = Dictionary(grouping: rows.indices) { rows[$0].labels.first ?? -1 }
    // One counter for all labels, so that rare ones do not all end in the first part.
    var next = 0
    for label in groups.keys.sorted() {
      for row in (groups[label] ?? []).sorted(by: { (keys[$0], $0) < (keys[$1], $1) }) where folds[keys[row]] == nil {
        folds[keys[row]] = next % count
        next += 1
      }
    }
    guard count >= 2, next >= count else { throw .tooFewRows(path: path, found: next, least: max(2, count)) }
    return (0..<count).map { fold in
      var (training, held) = (self, self)
      training.rows = rows.selecting(rows.indices.filter { folds[keys[$0]] != fold })
      held.rows = rows.selecting(rows.indices.filter { folds[keys[$0]] == fold })
      return (training, held)
    }
  }
}
