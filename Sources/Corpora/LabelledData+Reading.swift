import Files

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
    let (text, lines) = try Self.text(of: path, options)
    guard let firstLine = text.split(separator: 0x0A, maxSplits: 1).first else { throw .empty(path: path) }
    var format =
      options.format
      ?? LabelledFormat(path: path, firstLine: String(decoding: firstLine.prefix(1 << 16), as: UTF8.self))
    if options.kind == .tokens, options.format == nil, format != .jsonLines, format != .conllu { format = .conll }
    var found = RowCollector(options: options, lines: lines, bytes: text.count)
    found.notes.append("Read \(path) as \(format.rawValue)")
    switch format {
    case .tsv, .csv: try DelimitedReader(path: path, format: format, options: options).read(text, into: &found)
    case .jsonLines: try JSONLinesReader(path: path, options: options).read(text, into: &found)
    case .fastText: FastTextReader().read(text, into: &found)
    case .conll, .conllu:
      try ColumnsReader(path: path, isUniversal: format == .conllu, options: options).read(text, into: &found)
    }
    try self.init(&found, path: path)
  }

  private init(_ found: inout RowCollector, path: String) throws(LabelledFailure) {
    let (kind, wanted) = (found.kind, found.options.kind)
    if found.hasWords != (kind == .tokens) || (found.hasWords && (wanted ?? .tokens) != .tokens) {
      throw .wrongKind(path: path, hasWords: found.hasWords)
    }
    if let first = found.badRows.kept.first {
      guard found.options.skipsBadRows else {
        let shown = found.badRows.kept.prefix(Self.shownBadRows)
        throw .badRows(path: path, rows: Array(shown), count: found.badRows.count)
      }
      found.notes.append(
        "left out \(found.badRows.count) bad rows, the first on line \(first.line): \(first.problem)")
    }
    guard !found.rows.isEmpty else {
      throw found.badRows.kept.first.map { .noGoodRow(path: path, first: $0) } ?? .empty(path: path)
    }
    guard !found.hasTooManyNames else { throw .tooManyNames(path: path, limit: found.options.mostNames) }
    let names = found.sortNames()
    self.init(rows: found.rows, labelNames: names, kind: kind, path: path, notes: found.notes)
    badRows = found.badRows
  }

  /// The text, and how many lines it has.
  private static func text(
    of path: String, _ options: LabelledOptions
  ) throws(LabelledFailure) -> (text: [UInt8], lines: Int) {
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
    return (text, lines + 1)
  }
}
