/// Finds texts that are always one token: the longest that begins at the first place where one does.
struct SymbolFinder: Sendable {
  /// A part of a text.
  enum Part {
    case symbol(Int32)
    case text(UnsafeRawBufferPointer)
  }

  private let symbols: [(bytes: [UInt8], identifier: Int32)]
  private let firstBytes: Set<UInt8>

  init(_ symbols: [(text: String, identifier: Int32)]) {
    self.symbols = symbols.map { (Array($0.text.utf8), $0.identifier) }.filter { !$0.0.isEmpty }
      .sorted { $0.0.count > $1.0.count }
    firstBytes = Set(self.symbols.map { $0.bytes[0] })
  }

  /// Calls `body` with the symbols and with the texts between them, none of them empty.
  func forEachPart(of text: UnsafeRawBufferPointer, _ body: (Part) -> Void) {
    var start = 0
    var index = 0
    func endText(at end: Int) {
      if end > start { body(.text(UnsafeRawBufferPointer(rebasing: text[start..<end]))) }
    }
    while index < text.count, !symbols.isEmpty {
      guard firstBytes.contains(text[index]),
        let symbol = symbols.first(where: { text[index...].starts(with: $0.bytes) })
      else {
        index += 1
        continue
      }
      endText(at: index)
      body(.symbol(symbol.identifier))
      index += symbol.bytes.count
      start = index
    }
    endText(at: text.count)
  }
}
