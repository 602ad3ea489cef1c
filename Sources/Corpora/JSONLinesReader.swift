import Files

/// Reads one JSON object a line.
struct JSONLinesReader {
  let path: String
  let options: LabelledOptions

  func read(_ text: [UInt8], into result: inout RowCollector) throws(LabelledFailure) {
    var columns: LabelledColumns?
    var wordKeys: WordKeys?
    for (lineNumber, line) in TextLines(text) {
      guard line.contains(where: { !DocumentSplitter.isSpace($0) }) else { continue }
      let object: JSONObject
      do {
        let value = try JSONValue(parsing: Array(line))
        guard let found = value.object else {
          result.refuse(lineNumber, "found \(value.kindName) where an object is wanted, one a line")
          continue
        }
        object = found
      } catch {
        result.refuse(lineNumber, error.description)
        continue
      }
      if columns == nil, wordKeys == nil, let found = WordKeys(object, options) {
        wordKeys = found
        (result.hasWords, result.hasLabels) = (true, found.labels != nil)
        result.notes.append(
          "words from `\(found.words)`" + (found.labels.map { ", labels from `\($0)`" } ?? ", no labels"))
      }
      if let wordKeys {
        do {
          result.append(try words(object, wordKeys, line: lineNumber))
        } catch {
          result.refuse(lineNumber, error.text)
        }
        continue
      }
      if columns == nil {
        let found = try LabelledColumns(object.keys, path: path, options: options)
        columns = found
        result.notes.append(found.note(object.keys))
        result.hasLabels = found.label != nil
      }
      guard let columns else { continue }
      do {
        result.append(try row(object, columns, line: lineNumber, hasLists: &result.hasLists))
      } catch {
        result.refuse(lineNumber, error.text)
      }
    }
  }

  private struct Problem: Error {
    var text: String
  }

  private func row(
    _ object: JSONObject, _ columns: LabelledColumns, line: Int, hasLists: inout Bool
  ) throws(Problem) -> RawRow {
    var row = RawRow(line: line, text: try string(object, columns.text))
    if let pair = columns.pair { row.pair = try string(object, pair) }
    guard let label = columns.label else { return row }
    guard let value = object[label] else { throw Problem(text: "there is no \(label.quotedForMessage)") }
    if let list = value.array {
      hasLists = true
      for element in list { row.labels.append(try name(element, label)) }
    } else {
      row.labels = [try name(value, label)]
    }
    return row
  }

  /// Under which keys an object has a list of words and a list of their labels.
  private struct WordKeys {
    var words: String
    var labels: String?

    /// Nil where the first of the usual keys (or the one that was asked for) holds no list.
    init?(_ object: JSONObject, _ options: LabelledOptions) {
      let words = options.textColumn.map { [$0] } ?? ["tokens", "words"]
      let labels = options.labelColumn.map { [$0] } ?? ["tags", "labels", "ner_tags", "pos_tags"]
      guard let words = words.first(where: { object[$0]?.array != nil }) else { return nil }
      self.words = words
      self.labels = labels.first { object[$0]?.array != nil }
      if self.labels == nil, !options.allowsNoLabels { return nil }
    }
  }

  private func words(_ object: JSONObject, _ keys: WordKeys, line: Int) throws(Problem) -> RawRow {
    var row = RawRow(line: line, text: "")
    for value in try list(object, keys.words) {
      guard let word = value.string, !trimmed(word).isEmpty else {
        throw Problem(text: "a word in \(keys.words.quotedForMessage) is empty or not a string")
      }
      row.words.append(word)
    }
    row.text = row.words.joined(separator: " ")
    if let labels = keys.labels { for value in try list(object, labels) { row.labels.append(try name(value, labels)) } }
    return row
  }

  private func list(_ object: JSONObject, _ key: String) throws(Problem) -> [JSONValue] {
    guard let list = object[key]?.array else { throw Problem(text: "\(key.quotedForMessage) is not a list") }
    return list
  }

  private func string(_ object: JSONObject, _ key: String) throws(Problem) -> String {
    guard let value = object[key] else { throw Problem(text: "there is no \(key.quotedForMessage)") }
    guard let string = value.string else {
      throw Problem(text: "\(key.quotedForMessage) is \(value.kindName), not a string")
    }
    return string
  }

  /// The name of a label: a string, a whole number, true or false; or any number, where labels are values.
  private func name(_ value: JSONValue, _ key: String) throws(Problem) -> String {
    if let string = value.string { return trimmed(string) }
    if let int = value.int { return String(int) }
    if let bool = value.bool { return String(bool) }
    if let double = value.double { return String(double) }
    throw Problem(text: "\(key.quotedForMessage) is \(value.kindName), not a label")
  }
}
