/// Reads CoNLL's columns: a word a line with its label in another column, a blank line between texts.
///
/// In CoNLL's tasks the word comes first and the label last, or in the column of the wanted number. Columns are parted by
/// tabs where the line has one, otherwise by white space; lines that begin with `-DOCSTART-` are passed over.
///
/// CoNLL-U (universaldependencies.org/format.html) has ten columns with names, lines of comments, and lines of several
/// words at once and of words that are not in the text, which are both passed over.
struct ColumnsReader {
  let path: String
  let isUniversal: Bool
  let options: LabelledOptions

  /// The columns of CoNLL-U; labels are parts of speech where nothing else is wanted.
  private static let universal = [
    "id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc",
  ]
  private static let partOfSpeech = "upos"
  /// Words of a text that are read; a text without end would take many times its size.
  private static let mostWords = 1 << 20

  /// Where words and labels are.
  private struct Columns {
    var count: Int, word: Int
    /// None, where there are no labels.
    var label: Int?
  }

  func read(_ text: [UInt8], into result: inout RowCollector) throws(LabelledFailure) {
    result.hasWords = true
    var row = RawRow(line: 0, text: "", words: [])
    var columns: Columns?
    func finish() {
      guard !row.words.isEmpty else { return }
      guard row.words.count <= Self.mostWords else {
        return result.refuse(
          row.line, "the text has more than \(Self.mostWords) words; there is a blank line between texts")
      }
      row.text = row.words.joined(separator: " ")
      result.append(row)
    }
    for (lineNumber, line) in TextLines(text) {
      if isUniversal, line.first == UInt8(ascii: "#") { continue }
      let cells = cells(line)
      guard let first = cells.first else {
        finish()
        row = RawRow(line: lineNumber + 1, text: "", words: [])
        continue
      }
      if isUniversal ? first.contains(where: { $0 == "-" || $0 == "." }) : first == "-DOCSTART-" { continue }
      if row.words.isEmpty { row.line = lineNumber }
      let known: Columns
      if let columns {
        known = columns
      } else {
        known = try self.columns(cells.count)
        columns = known
        guard known.label != nil || options.allowsNoLabels else {
          result.refuse(lineNumber, "only one column where a word and its label are wanted")
          return
        }
        result.hasLabels = known.label != nil
        result.notes.append(note(known))
      }
      guard cells.count == known.count else {
        result.refuse(
          lineNumber,
          "\(cells.count) \(cells.count == 1 ? "column" : "columns") where "
            + (isUniversal ? "CoNLL-U has \(known.count)" : "the first line has \(known.count)"))
        continue
      }
      guard row.words.count <= Self.mostWords else { continue }
      row.words.append(cells[known.word])
      if let label = known.label { row.labels.append(cells[label]) }
    }
    finish()
  }

  private func columns(_ count: Int) throws(LabelledFailure) -> Columns {
    if isUniversal {
      let name = options.labelColumn ?? Self.partOfSpeech
      guard let label = Self.universal.firstIndex(of: name.lowercased()) else {
        throw .missingColumn(path: path, name: name, found: Self.universal)
      }
      return Columns(count: Self.universal.count, word: 1, label: label)
    }
    guard let name = options.labelColumn else {
      return Columns(count: count, word: 0, label: count > 1 ? count - 1 : nil)
    }
    guard let number = Int(name), number >= 1, number <= count else {
      throw .missingColumn(path: path, name: name, found: (1...count).map { "\($0)" })
    }
    return Columns(count: count, word: 0, label: number - 1)
  }

  private func note(_ columns: Columns) -> String {
    guard let label = columns.label else { return "no labels" }
    if isUniversal { return "words from the column form, labels from \(Self.universal[label])" }
    return "words from the first column, labels from "
      + (label == columns.count - 1 ? "the last of \(columns.count)" : "column \(label + 1) of \(columns.count)")
  }

  private func cells(_ line: ArraySlice<UInt8>) -> [String] {
    if line.contains(0x09) {
      let cells = line.split(separator: 0x09, omittingEmptySubsequences: false).map {
        trimmed(String(decoding: $0, as: UTF8.self))
      }
      return cells.allSatisfy(\.isEmpty) ? [] : cells
    }
    return line.split(whereSeparator: DocumentSplitter.isSpace).map { String(decoding: $0, as: UTF8.self) }
  }
}
