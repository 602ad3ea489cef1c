/// What the labels of a set of texts are.
public enum LabelKind: String, Sendable, Hashable, CaseIterable {
  /// Each text has one label of several.
  case single
  /// Each text has any number of labels.
  case multiple
  /// Each text has a number.
  case value
  /// Each word of a text has one label of several.
  case tokens
}

/// A text, or a pair of texts, with its labels.
public struct LabelledRow: Sendable, Hashable {
  /// The text.
  public var text: String
  /// The second text of a pair.
  public var pair: String?
  /// The words of the text, where each has a label.
  public var words: [String]
  /// The labels, as indices into the set's names: one, or any number in ascending order, or none where it is a value, or
  /// one a word.
  public var labels: [Int32]
  /// The number, where labels are values.
  public var value: Double
  /// The line on which the row begins, from 1.
  public var line: Int

  /// A row.
  public init(
    text: String, pair: String? = nil, words: [String] = [], labels: [Int32] = [], value: Double = 0, line: Int = 0
  ) {
    (self.text, self.pair, self.words, self.labels) = (text, pair, words, labels)
    (self.value, self.line) = (value, line)
  }
}

/// Texts with labels, all in memory.
public struct LabelledData: Sendable {
  /// The rows in the order of the file.
  public var rows: LabelledRows
  /// The names of the labels, sorted by their bytes; empty where labels are values.
  public var labelNames: [String]
  /// What the labels are.
  public var kind: LabelKind
  /// Where they come from.
  public var path: String
  /// What was found out about the file and left out of it, as sentences.
  public var notes: [String]
  /// Rows that cannot be used and were left out, where that was asked for.
  public var badRows = Listing<LabelledFailure.BadRow>()

  /// A set of rows.
  public init(
    rows: some Sequence<LabelledRow>, labelNames: [String], kind: LabelKind = .single, path: String = "",
    notes: [String] = []
  ) {
    self.rows = rows as? LabelledRows ?? LabelledRows(rows)
    (self.labelNames, self.kind, self.path, self.notes) = (labelNames, kind, path, notes)
  }

  /// Whether labels that are taken for names may be meant as values: all are numbers, and there are many of them.
  public var looksLikeValues: Bool {
    kind == .single && labelNames.count > 10 && labelNames.allSatisfy { Double($0) != nil }
  }

  /// Whether rows are pairs of texts.
  public var hasPairs: Bool { rows.contains { $0.pair != nil } }

  /// How many rows (or words) have each label.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: labelNames.count)
    for row in rows { for label in row.labels { counts[Int(label)] += 1 } }
    return counts
  }

  /// The label that most rows (or words) have, and its share: what a classifier must beat; nil where labels are values.
  public var majority: (label: Int, share: Double)? {
    let counts = classCounts
    guard !rows.isEmpty, let best = counts.indices.max(by: { (counts[$0], -$0) < (counts[$1], -$1) }) else {
      return nil
    }
    let all = kind == .tokens ? counts.reduce(0, +) : rows.count
    return (best, Double(counts[best]) / Double(max(1, all)))
  }

  /// The same rows with labels numbered as in another set, which must know all of them.
  /// - Throws: `LabelledFailure.unknownLabels` that names those that the other set lacks.
  public func relabelled(as names: [String], of other: String) throws(LabelledFailure) -> LabelledData {
    guard kind != .value else { return self }
    var positions: [[UInt8]: Int32] = [:]
    for (index, name) in names.enumerated() { positions[Array(name.utf8)] = Int32(index) }
    let moved = labelNames.map { positions[Array($0.utf8)] }
    let counts = classCounts
    let missing = labelNames.indices.filter { moved[$0] == nil && counts[$0] > 0 }.map { labelNames[$0] }
    guard missing.isEmpty else { throw .unknownLabels(path: path, names: missing, other: other, known: names) }
    var result = self
    result.labelNames = names
    result.rows.renumberLabels(moved.map { $0 ?? -1 })
    return result
  }
}
