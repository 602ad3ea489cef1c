/// The lines of a text, without what ends them, one by one: a list of all of them takes more memory than the text.
struct TextLines: Sequence, IteratorProtocol {
  private let text: [UInt8]
  private var position = 0
  private var number = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next line, and its number from 1.
  mutating func next() -> (number: Int, line: ArraySlice<UInt8>)? {
    guard position < text.count else { return nil }
    let end = text[position...].firstIndex(of: 0x0A) ?? text.count
    defer { position = end + 1 }
    number += 1
    return (number, text[position..<end])
  }
}
