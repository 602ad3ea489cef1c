import Tensors

extension LabelledData {
  /// Parts the rows into training and validation, each label in proportion; equal texts stay on one side.
  ///
  /// A label with one text only stays in training. Values, and texts whose words have labels, are parted as if they had one
  /// label.
  /// - Parameter fraction: The share of rows for validation.
  public func split(
    validationFraction fraction: Double, seed: UInt64
  ) throws(LabelledFailure) -> (training: LabelledData, validation: LabelledData) {
    guard fraction > 0, fraction < 1 else { throw .corpus(.badFraction(fraction)) }
    var isForValidation = [Bool](repeating: false, count: rows.count)
    let keys = rows.map { CorpusSplit.key(ContentHash.of($0.text.utf8), seed: seed) }
    let groups = Dictionary(grouping: rows.indices) { kind == .tokens ? -1 : rows[$0].labels.first ?? -1 }
    var sides: [UInt64: Bool] = [:]
    for label in groups.keys.sorted() {
      let order = (groups[label] ?? []).sorted { (keys[$0], $0) < (keys[$1], $1) }
      let different = Set(order.map { keys[$0] }).count
      let wanted = different < 2 ? 0 : max(1, Int((Double(order.count) * fraction).rounded()))
      var taken = 0
      var texts = 0
      for (place, row) in order.enumerated() {
        let isNew = place == 0 || keys[order[place - 1]] != keys[row]
        if isNew { texts += 1 }
        // A text that another label has, too, goes where it went there.
        let side = sides[keys[row]] ?? (taken < wanted && texts < different)
        sides[keys[row]] = side
        isForValidation[row] = side
        if side { taken += 1 }
      }
    }
    func part(_ side: Bool) -> LabelledData {
      var part = self
      part.rows = rows.selecting(rows.indices.filter { isForValidation[$0] == side })
      return part
    }
    let (training, validation) = (part(false), part(true))
    guard !training.rows.isEmpty, !validation.rows.isEmpty else {
      throw .tooFewRows(path: path, found: rows.count, least: 2)
    }
    return (training, validation)
  }
}
