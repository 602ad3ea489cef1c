import Files

/// Reads tables: TSV without quoting, CSV as in RFC 4180.
struct DelimitedReader {
  let path: String
  let format: LabelledFormat
  let options: LabelledOptions

  func read(_ text: [UInt8], into result: inout RowCollector) throws(LabelledFailure) {
    var table = DelimitedTable(text, delimiter: delimiter(text), isQuoted: format == .csv)
    guard let header = table.nextRecord() else { throw .empty(path: path) }
    guard header.cellCount == header.cells.count else {
      throw .tooLong(path: path, limit: header.cells.count, unit: "columns")
    }
    let names = header.cells.map { trimmed($0) }
    table.keptCells = names.count
    let columns = try LabelledColumns(names, path: path, options: options)
    for name in [columns.text, columns.pair, columns.label].compactMap(\.self)
    where names.count(where: { $0 == name }) > 1 {
      throw .repeatedColumn(path: path, name: name)
    }
    result.notes.append(columns.note(names))
    result.hasLabels = columns.label != nil
    let textIndex = names.firstIndex(of: columns.text) ?? 0
    let pairIndex = columns.pair.flatMap { names.firstIndex(of: $0) }
    let labelIndex = columns.label.flatMap { names.firstIndex(of: $0) }
    while let record = table.nextRecord() {
      if let problem = record.problem {
        result.refuse(record.line, problem)
        continue
      }
      guard record.cellCount == names.count else {
        let cells = record.cellCount
        let hint = format == .csv && cells > names.count ? "; quote texts that have a comma in them" : ""
        result.refuse(
          record.line, "\(cells) \(cells == 1 ? "column" : "columns") where the header has \(names.count)\(hint)")
        continue
      }
      result.append(
        RawRow(
          line: record.line, text: record.cells[textIndex], pair: pairIndex.map { record.cells[$0] },
          labels: labelIndex.map { labels(record.cells[$0]) } ?? []))
    }
  }

  private func labels(_ cell: String) -> [String] {
    guard options.kind == .multiple else { return [trimmed(cell)] }
    return cell.split(separator: options.labelSeparator).map { trimmed($0) }.filter { !$0.isEmpty }
  }

  private func delimiter(_ text: [UInt8]) -> UInt8 {
    guard format == .csv else { return 0x09 }
    let header = text.prefix { $0 != 0x0A }
    return !header.contains(UInt8(ascii: ",")) && header.contains(UInt8(ascii: ";"))
      ? UInt8(ascii: ";") : UInt8(ascii: ",")
  }
}

/// The records of a table, one by one.
struct DelimitedTable {
  struct Record: Equatable {
    /// The line on which it begins, from 1.
    var line: Int
    /// The first of its cells.
    var cells: [String] = []
    /// How many cells there are.
    var cellCount = 0
    /// What is wrong with it.
    var problem: String?
  }

  /// Cells of a record that are kept; more are counted.
  var keptCells = 1 << 16
  private let text: [UInt8]
  private let delimiter: UInt8
  private let isQuoted: Bool
  private var position = 0
  private var line = 1

  init(_ text: [UInt8], delimiter: UInt8, isQuoted: Bool) {
    (self.text, self.delimiter, self.isQuoted) = (text, delimiter, isQuoted)
  }

  /// The next record that is not a blank line.
  mutating func nextRecord() -> Record? {
    while position < text.count, text[position] == 0x0A {
      position += 1
      line += 1
    }
    guard position < text.count else { return nil }
    var record = Record(line: line)
    while true {
      let isLast = nextCell(&record)
      if isLast { return record }
    }
  }

  /// Reads a cell and what ends it; whether that is the end of the record.
  private mutating func nextCell(_ record: inout Record) -> Bool {
    if isQuoted, position < text.count, text[position] == UInt8(ascii: "\"") { return nextQuotedCell(&record) }
    let start = position
    while position < text.count, text[position] != delimiter, text[position] != 0x0A { position += 1 }
    keep(text[start..<position], in: &record)
    return endCell()
  }

  private mutating func nextQuotedCell(_ record: inout Record) -> Bool {
    let quote = UInt8(ascii: "\"")
    var cell: [UInt8] = []
    position += 1
    while true {
      guard position < text.count else {
        record.problem = "a quotation mark is opened and never closed"
        keep(cell[...], in: &record)
        return true
      }
      let byte = text[position]
      position += 1
      if byte == 0x0A { line += 1 }
      guard byte == quote else {
        cell.append(byte)
        continue
      }
      guard position < text.count, text[position] == quote else { break }
      cell.append(quote)
      position += 1
    }
    if position < text.count, text[position] != delimiter, text[position] != 0x0A {
      record.problem = "there is text after a closing quotation mark; a quotation mark inside of quotes is doubled"
      while position < text.count, text[position] != delimiter, text[position] != 0x0A { position += 1 }
    }
    keep(cell[...], in: &record)
    return endCell()
  }

  private func keep(_ cell: ArraySlice<UInt8>, in record: inout Record) {
    record.cellCount += 1
    if record.cellCount <= keptCells { record.cells.append(String(decoding: cell, as: UTF8.self)) }
  }

  private mutating func endCell() -> Bool {
    guard position < text.count else { return true }
    let isLast = text[position] == 0x0A
    position += 1
    if isLast { line += 1 }
    return isLast
  }
}
