import Files

/// A row as it is written, before labels have numbers.
struct RawRow {
  var line: Int
  var text: String
  var pair: String?
  var words: [String] = []
  var labels: [String] = []
  var value = 0.0
}

/// What a format's reader makes of a file.
struct RawRows {
  var rows: [RawRow] = []
  var bad: [LabelledFailure.BadRow] = []
  var notes: [String] = []
  var hasLists = false
  /// Whether rows are words with a label each.
  var hasWords = false
  var hasLabels = true

  mutating func refuse(_ line: Int, _ problem: String) { bad.append(.init(line: line, problem: problem)) }
}

extension LabelledData {
  /// Bad rows that an error names at most.
  static let shownBadRows = 20

  /// Reads labelled texts.
  ///
  /// ```swift
  /// let data = try LabelledData(contentsOf: "train.tsv")
  /// print(data.labelNames, data.classCounts)
  /// ```
  /// - Throws: `LabelledFailure`, for bad rows with all of their lines.
  public init(contentsOf path: String, options: LabelledOptions = .init()) throws(LabelledFailure) {
    let text = try Self.text(of: path, options)
    guard let firstLine = text.split(separator: 0x0A, maxSplits: 1).first else { throw .empty(path: path) }
    var format =
      options.format
      ?? LabelledFormat(path: path, firstLine: String(decoding: firstLine.prefix(1 << 16), as: UTF8.self))
    if options.kind == .tokens, options.format == nil, format != .jsonLines, format != .conllu { format = .conll }
    var raw: RawRows
    switch format {
    case .tsv, .csv: raw = try DelimitedReader(path: path, format: format, options: options).read(text)
    case .jsonLines: raw = try JSONLinesReader(path: path, options: options).read(text)
    case .fastText: raw = FastTextReader().read(text)
    case .conll, .conllu:
      raw = try ColumnsReader(path: path, isUniversal: format == .conllu, options: options).read(text)
    }
    raw.notes.insert("Read \(path) as \(format.rawValue)", at: 0)
    try self.init(raw, path: path, options: options)
  }

  private init(_ raw: RawRows, path: String, options: LabelledOptions) throws(LabelledFailure) {
    var raw = raw
    let kind = raw.hasWords ? .tokens : options.kind ?? (raw.hasLists ? .multiple : .single)
    if raw.hasWords != (kind == .tokens) || (raw.hasWords && (options.kind ?? .tokens) != .tokens) {
      throw .wrongKind(path: path, hasWords: raw.hasWords)
    }
    raw.rows.removeAll { row in
      let problem = Self.problem(of: row, kind: kind, needsLabels: raw.hasLabels)
      if let problem { raw.bad.append(.init(line: row.line, problem: problem)) }
      return problem != nil
    }
    raw.bad.sort { $0.line < $1.line }
    if !raw.bad.isEmpty {
      guard options.skipsBadRows else {
        throw .badRows(path: path, rows: Array(raw.bad.prefix(Self.shownBadRows)), count: raw.bad.count)
      }
      raw.notes.append(
        "left out \(raw.bad.count) bad rows, the first on line \(raw.bad[0].line): \(raw.bad[0].problem)")
    }
    guard !raw.rows.isEmpty else { throw .empty(path: path) }
    var names = kind == .value ? [] : Self.sortedNames(raw.rows)
    if !raw.hasLabels { names = [] }
    var numbers: [ExactString: Int32] = [:]
    for (index, name) in names.enumerated() { numbers[ExactString(name)] = Int32(index) }
    // Rows with the same label share it.
    let alone = names.indices.map { [Int32($0)] }
    let rows = raw.rows.map { row in
      let known = kind == .value ? [] : row.labels.compactMap { numbers[ExactString($0)] }
      let labels = kind == .tokens ? known : known.count == 1 ? alone[Int(known[0])] : Set(known).sorted()
      let value = kind == .value ? row.labels.first.flatMap { Double($0) } ?? row.value : 0
      return LabelledRow(
        text: row.text, pair: row.pair, words: row.words, labels: labels, value: value, line: row.line)
    }
    self.init(rows: rows, labelNames: names, kind: kind, path: path, notes: raw.notes)
    badRows = raw.bad
  }

  /// What is wrong with a row that was read well.
  private static func problem(of row: RawRow, kind: LabelKind, needsLabels: Bool) -> String? {
    if row.text.utf8.allSatisfy(DocumentSplitter.isSpace) { return "the text is empty" }
    if let pair = row.pair, pair.utf8.allSatisfy(DocumentSplitter.isSpace) { return "the second text is empty" }
    guard needsLabels else { return nil }
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

  /// The different names, sorted by their bytes.
  private static func sortedNames(_ rows: [RawRow]) -> [String] {
    var names: Set<ExactString> = []
    for row in rows { for label in row.labels { names.insert(ExactString(label)) } }
    return names.map(\.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func text(of path: String, _ options: LabelledOptions) throws(LabelledFailure) -> [UInt8] {
    var text: [UInt8] = []
    do throws(CorpusFailure) {
      var source = try ByteSource(path)
      var normalizer = TextNormalizer(path: path, repairs: options.repairs)
      while true {
        let piece = try source.next()
        try normalizer.append(piece, to: &text, isLast: piece.isEmpty)
        if piece.isEmpty || text.count > options.longestText { break }
      }
    } catch {
      throw .corpus(error)
    }
    guard text.count <= options.longestText else {
      throw .tooLong(path: path, limit: options.longestText, unit: "bytes of text")
    }
    // Every row has a line, or several.
    var lines = 0
    for byte in text where byte == 0x0A { lines += 1 }
    guard lines <= options.mostRows else { throw .tooLong(path: path, limit: options.mostRows, unit: "lines") }
    return text
  }
}
