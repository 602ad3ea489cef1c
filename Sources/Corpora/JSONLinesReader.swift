import Files

/// Reads one JSON object a line.
struct JSONLinesReader {
  let path: String
  let options: LabelledOptions

  func read(_ text: [UInt8]) throws(LabelledFailure) -> RawRows {
    var result = RawRows()
    var columns: LabelledColumns?
    var lineNumber = 0
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      lineNumber += 1
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
      if columns == nil {
        let found = try LabelledColumns(object.keys, path: path, options: options)
        columns = found
        result.notes.append(found.note(object.keys))
        result.hasLabels = found.label != nil
      }
      guard let columns else { continue }
      do {
        result.rows.append(try row(object, columns, line: lineNumber, hasLists: &result.hasLists))
      } catch {
        result.refuse(lineNumber, error.text)
      }
    }
    return result
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
