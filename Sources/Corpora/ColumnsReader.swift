/// Reads CoNLL's columns: a word a line, its label in the last column, a blank line between texts.
///
/// Columns are parted by tabs where the line has one, otherwise by white space. Lines that begin with `-DOCSTART-` are
/// passed over.
struct ColumnsReader {
  let options: LabelledOptions

  func read(_ text: [UInt8]) -> RawRows {
    var result = RawRows()
    result.hasWords = true
    var row = RawRow(line: 0, text: "", words: [])
    var columns: Int?
    func finish() {
      guard !row.words.isEmpty else { return }
      row.text = row.words.joined(separator: " ")
      result.rows.append(row)
    }
    var lineNumber = 0
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      lineNumber += 1
      let cells = cells(line)
      guard let word = cells.first else {
        finish()
        row = RawRow(line: lineNumber + 1, text: "", words: [])
        continue
      }
      if word == "-DOCSTART-" { continue }
      if row.words.isEmpty { row.line = lineNumber }
      if columns == nil {
        columns = cells.count
        guard cells.count > 1 || options.allowsNoLabels else {
          result.refuse(lineNumber, "only one column where a word and its label are wanted")
          return result
        }
        result.hasLabels = cells.count > 1
        result.notes.append(
          cells.count > 1 ? "words from the first column, labels from the last of \(cells.count)" : "no labels")
      }
      guard cells.count == columns else {
        result.refuse(
          lineNumber,
          "\(cells.count) \(cells.count == 1 ? "column" : "columns") where the first line has \(columns ?? 0)")
        continue
      }
      row.words.append(word)
      if result.hasLabels { row.labels.append(cells[cells.count - 1]) }
    }
    finish()
    return result
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
