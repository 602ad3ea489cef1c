import Files

/// A row as it is written, before labels have numbers.
struct RawRow {
  var line: Int
  var text: String
  var pair: String?
  var words: [String] = []
  var labels: [String] = []
}

/// Collects the rows that a format's reader finds: those that are good as they will be kept, of those that are not the first.
struct RowCollector {
  let options: LabelledOptions
  private(set) var rows = LabelledRows()
  private(set) var badRows = Listing<LabelledFailure.BadRow>()
  var notes: [String] = []
  var hasLists = false
  /// Whether rows are words with a label each.
  var hasWords = false
  var hasLabels = true
  /// Each name with its number, in the order in which they came.
  private var numbers: [ExactString: Int32] = [:]
  /// Whether there were more names than are read.
  private(set) var hasTooManyNames = false

  /// - Parameters:
  ///   - lines: The lines of the text.
  ///   - bytes: Its length.
  init(options: LabelledOptions, lines: Int, bytes: Int) {
    self.options = options
    rows.reserve(rows: lines, bytes: 2 * bytes + 8 * lines)
  }

  /// What labels are, by what has been read so far.
  var kind: LabelKind { hasWords ? .tokens : options.kind ?? (hasLists ? .multiple : .single) }

  mutating func refuse(_ line: Int, _ problem: String) {
    badRows.append(.init(line: line, problem: problem))
  }

  mutating func append(_ row: RawRow) {
    let kind = kind
    if let problem = problem(of: row, kind) { return refuse(row.line, problem) }
    var kept = LabelledRow(text: row.text, pair: row.pair, words: row.words, line: row.line)
    if kind == .value {
      kept.value = row.labels.first.flatMap { Double($0) } ?? 0
    } else {
      kept.labels = row.labels.map { number(of: $0) }
      if kind == .multiple { kept.labels = Set(kept.labels).sorted() }
    }
    rows.append(kept)
  }

  /// The names of the labels, sorted by their bytes, after which rows have the numbers of this order.
  mutating func sortNames() -> [String] {
    let sorted = numbers.sorted { $0.key.string.utf8.lexicographicallyPrecedes($1.key.string.utf8) }
    var places = [Int32](repeating: 0, count: sorted.count)
    for (place, name) in sorted.enumerated() { places[Int(name.value)] = Int32(place) }
    rows.renumberLabels(places)
    return sorted.map(\.key.string)
  }

  private mutating func number(of name: String) -> Int32 {
    if let known = numbers[ExactString(name)] { return known }
    hasTooManyNames = hasTooManyNames || numbers.count >= options.mostNames
    guard !hasTooManyNames else { return 0 }
    let number = Int32(numbers.count)
    numbers[ExactString(name)] = number
    return number
  }

  /// What is wrong with a row that was read well.
  private func problem(of row: RawRow, _ kind: LabelKind) -> String? {
    if row.text.utf8.allSatisfy(DocumentSplitter.isSpace) { return "the text is empty" }
    if let pair = row.pair, pair.utf8.allSatisfy(DocumentSplitter.isSpace) { return "the second text is empty" }
    guard hasLabels else { return nil }
    if kind == .tokens, row.labels.count != row.words.count {
      return "there are \(row.words.count) words and \(row.labels.count) labels"
    }
    if kind == .single || kind == .value {
      guard let label = row.labels.first, !label.isEmpty else { return "the label is empty" }
      if row.labels.count > 1 { return "there are \(row.labels.count) labels where one is wanted" }
      if kind == .value {
        guard let value = Double(label), value.isFinite else {
          return "the label \(label.quotedForMessage) is not a number"
        }
      }
    }
    if row.labels.contains(where: \.isEmpty) { return "one of the labels is empty" }
    return nil
  }
}
