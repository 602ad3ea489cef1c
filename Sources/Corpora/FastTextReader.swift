/// Reads `__label__a __label__b text`, one text a line.
struct FastTextReader {
  private static let mark = "__label__"

  func read(_ text: [UInt8], into result: inout RowCollector) {
    for (lineNumber, line) in TextLines(text) {
      guard line.contains(where: { !DocumentSplitter.isSpace($0) }) else { continue }
      var rest = Substring(decoding: line, as: UTF8.self).drop { $0.isWhitespace }
      var labels: [String] = []
      while rest.hasPrefix(Self.mark) {
        let word = rest.prefix { !$0.isWhitespace }
        labels.append(String(word.dropFirst(Self.mark.count)))
        rest = rest[word.endIndex...].drop { $0.isWhitespace }
      }
      guard !labels.isEmpty else {
        result.refuse(lineNumber, "the line does not begin with \(Self.mark)")
        continue
      }
      if labels.count > 1 { result.hasLists = true }
      result.append(RawRow(line: lineNumber, text: trimmed(rest), labels: labels))
    }
  }
}
