/// How labelled texts are written down.
public enum LabelledFormat: String, Sendable, Hashable, CaseIterable {
  /// Columns with tabs between them and no quoting: a quotation mark is a character like any other.
  case tsv
  /// Columns with commas between them, quoted as in RFC 4180; semicolons where the header has no comma.
  case csv
  /// One JSON object a line.
  case jsonLines = "jsonl"
  /// `__label__a __label__b text`, as fastText reads it.
  case fastText = "fasttext"
  /// A word a line with its label in the last column, and a blank line between texts, as in CoNLL's tasks.
  case conll
  /// A word a line in the ten columns of Universal Dependencies, with comments.
  case conllu

  /// The format of a file, by its name, or else by its first line.
  init(path: String, firstLine: some StringProtocol) {
    var name = path.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    let line = firstLine.drop { $0 == " " }
    if line.hasPrefix("__label__") {
      self = .fastText
    } else if [".tsv", ".tab"].contains(where: { name.hasSuffix($0) }) {
      self = .tsv
    } else if name.hasSuffix(".csv") {
      self = .csv
    } else if [".conll", ".iob", ".iob2", ".bio"].contains(where: { name.hasSuffix($0) }) {
      self = .conll
    } else if name.hasSuffix(".conllu")
      || ["# sent_id", "# newdoc", "# text ="].contains(where: { line.hasPrefix($0) })
    {
      self = .conllu
    } else if [".jsonl", ".ndjson", ".json"].contains(where: { name.hasSuffix($0) }) || line.hasPrefix("{") {
      self = .jsonLines
    } else {
      self = line.contains("\t") || !line.contains(where: { $0 == "," || $0 == ";" }) ? .tsv : .csv
    }
  }
}

/// How labelled texts are read.
public struct LabelledOptions: Sendable, Equatable {
  /// The format; nil finds it out.
  public var format: LabelledFormat?
  /// The column of the text; nil takes the first of the usual names.
  public var textColumn: String?
  /// The column of the second text; nil takes the usual names, if there is one.
  public var pairColumn: String?
  /// The column of the label: its name, or in CoNLL's columns its number; nil takes the first of the usual names, or the
  /// last column.
  public var labelColumn: String?
  /// What labels are; nil takes several labels for granted only where the file itself has lists of them.
  public var kind: LabelKind?
  /// What stands between several labels in a cell.
  public var labelSeparator: Character = "|"
  /// Whether bytes that are not UTF-8 are replaced instead of being an error.
  public var repairs = false
  /// Whether bad rows are left out, and counted in the notes, instead of being an error.
  public var skipsBadRows = false
  /// Whether there may be no labels at all: texts that are to be classified.
  public var allowsNoLabels = false
  /// The longest text that is read, in bytes, unpacked: all of it is held in memory; 1 GB at most.
  public var longestText = 1 << 30 {
    didSet { longestText = min(longestText, 1 << 30) }
  }
  /// The most rows that are read: a row takes memory however short it is; 16,777,216 at most.
  public var mostRows = 1 << 24 {
    didSet { mostRows = min(mostRows, 1 << 24) }
  }
  /// The most different labels that are read.
  public var mostNames = 1 << 18

  /// What is found out from the file.
  public init() {}
}
