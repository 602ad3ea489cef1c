import Files

/// What is wrong with a file of labelled texts.
public enum LabelledFailure: Failure, Hashable {
  /// A line that cannot be used.
  public struct BadRow: Sendable, Hashable {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let problem: String
  }

  /// The file cannot be read, or is not text.
  case corpus(CorpusFailure)
  /// There is not one row.
  case empty(path: String)
  /// It is longer than what is held in memory.
  case tooLong(path: String, limit: Int, unit: String)
  /// The first line is not a header that names the columns.
  case noHeader(path: String, found: [String], wanted: String)
  /// The header lacks a column.
  case missingColumn(path: String, name: String, found: [String])
  /// Two columns have the same name.
  case repeatedColumn(path: String, name: String)
  /// Rows that cannot be used: the first of them, and how many there are.
  case badRows(path: String, rows: [BadRow], count: Int)
  /// Every row is bad: the first.
  case noGoodRow(path: String, first: BadRow)
  /// There are more different labels than are read.
  case tooManyNames(path: String, limit: Int)
  /// Words with a label each where texts have labels, or the other way round.
  case wrongKind(path: String, hasWords: Bool)
  /// Labels that another set does not have.
  case unknownLabels(path: String, names: [String], other: String, known: [String])
  /// All rows have the same label, so there is nothing to learn.
  case oneLabel(path: String, name: String)
  /// There are too few rows to part.
  case tooFewRows(path: String, found: Int, least: Int)

  /// What kind of trouble it is.
  public var kind: FailureKind {
    if case .corpus(let failure) = self { failure.kind } else { .badData }
  }

  /// The sentence; for bad rows one line a row.
  public var description: String {
    switch self {
    case .corpus(let failure): failure.description
    case .empty(let path): "\(path.quotedForMessage) has no rows."
    case .tooLong(let path, let limit, let unit):
      "\(path.quotedForMessage) has more than \(limit) \(unit), and labelled texts are held in memory; take a part of it."
    case .noHeader(let path, let found, let wanted):
      "The first line of \(path.quotedForMessage) is not a header: found \(Self.list(found)). It must name the columns, "
        + "\(wanted); other names can be given with --text-column and --label-column."
    case .missingColumn(let path, let name, let found):
      "\(path.quotedForMessage) has no column \(name.quotedForMessage); its columns are \(Self.list(found))."
    case .repeatedColumn(let path, let name):
      "\(path.quotedForMessage) has more than one column \(name.quotedForMessage); give them different names."
    case .badRows(let path, let rows, let count):
      ([
        "\(count) bad \(count == 1 ? "row" : "rows") in \(path.quotedForMessage); correct them, or leave them out with "
          + "--skip-bad-rows:"
      ]
        + rows.map { "\(path):\($0.line): \($0.problem)" }
        + (count > rows.count ? ["and \(count - rows.count) more"] : []))
        .joined(separator: "\n")
    case .noGoodRow(let path, let first):
      // Problems of JSON are whole sentences.
      "\(path.quotedForMessage) has no row that can be used; line \(first.line): \(first.problem)"
        + (first.problem.hasSuffix(".") ? "" : ".")
    case .tooManyNames(let path, let limit):
      "\(path.quotedForMessage) has more than \(limit) different labels; if they are numbers, use --labels value."
    case .wrongKind(let path, let hasWords):
      hasWords
        ? "\(path.quotedForMessage) has a label for each word, and labels of whole texts are wanted."
        : "\(path.quotedForMessage) has labels of whole texts, and one for each word is wanted: columns of words and "
          + "labels, or JSON lines with lists of both."
    case .unknownLabels(let path, let names, let other, let known):
      "\(path.quotedForMessage) has labels that \(other) has not: \(Self.list(names)); known are \(Self.list(known))."
    case .oneLabel(let path, let name):
      "All rows of \(path.quotedForMessage) have the label \(name.quotedForMessage); there must be at least two labels."
    case .tooFewRows(let path, let found, let least):
      "\(path.quotedForMessage) has only \(found) rows, and at least \(least) are needed."
    }
  }

  private static func list(_ items: [String]) -> String {
    let shown = items.prefix(20).map(\.quotedForMessage).joined(separator: ", ")
    return items.count > 20 ? shown + " and \(items.count - 20) more" : shown
  }
}
