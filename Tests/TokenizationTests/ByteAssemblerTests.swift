import Tensors
import Testing
import Tokenization

@Suite("Characters from bytes")
struct ByteAssemblerTests {
  private func assembled(_ bytes: [UInt8], replacesEachByte: Bool) -> String {
    var assembler = ByteAssembler(replacesEachByte: replacesEachByte)
    var text: [UInt8] = []
    for byte in bytes { assembler.append(byte, to: &text) }
    assembler.flush(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test("Broken bytes are replaced as Swift's own decoder replaces them")
  func replacement() {
    var random = RandomGenerator(seed: 2)
    let interesting: [UInt8] = [0x41, 0x80, 0xBF, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xF0, 0x90, 0xF4, 0x8F, 0xFF, 0xC0]
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        interesting[Int.random(in: 0..<interesting.count, using: &random)]
      }
      let expected = String(decoding: bytes, as: UTF8.self)
      #expect(assembled(bytes, replacesEachByte: false) == expected, "\(bytes)")
      let each = assembled(bytes, replacesEachByte: true)
      #expect(each.unicodeScalars.filter { $0 != "\u{FFFD}" } == expected.unicodeScalars.filter { $0 != "\u{FFFD}" })
    }
    #expect(assembled([0xE2, 0x82, 0x41], replacesEachByte: true) == "\u{FFFD}\u{FFFD}A")
    #expect(assembled([0xE2, 0x82, 0x41], replacesEachByte: false) == "\u{FFFD}A")
  }
}
