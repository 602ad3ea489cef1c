import Corpora
import Testing

struct TextNormalizerTests {
  private func read(_ bytes: [UInt8], repairs: Bool = false) throws -> [String] {
    let scratch = try Scratch()
    return try documents(TextSource([scratch.write(bytes, "a.txt")], documents: .files, repairs: repairs))
  }

  @Test(
    arguments: [
      [0x61, 0xC3], [0x61, 0xE2, 0x82], [0x61, 0xF0, 0x9F, 0x98], [0x61, 0x80], [0x61, 0xC0, 0xAF],
      [0x61, 0xE0, 0x80, 0x80], [0x61, 0xED, 0xA0, 0x80], [0x61, 0xF4, 0x90, 0x80, 0x80], [0x61, 0xFF],
      [0x61, 0xE2, 0x28, 0xA1],
    ] as [[UInt8]])
  func whatIsNotUTF8IsNamedByItsByte(_ bytes: [UInt8]) throws {
    let failure = #expect(throws: CorpusFailure.self) { _ = try read(bytes) }
    guard case .invalidUTF8(_, offset: 1) = failure else {
      return #expect(Bool(false), "\(String(describing: failure))")
    }
    // Repairing gives what Swift's own decoder gives.
    #expect(try read(bytes, repairs: true) == [String(decoding: bytes, as: UTF8.self)])
  }

  @Test func aBadByteFarInTheFileIsFound() throws {
    var bytes = [UInt8](repeating: 0x61, count: 700_001)
    bytes[700_000] = 0xFE
    let failure = #expect(throws: CorpusFailure.self) { _ = try read(bytes) }
    guard case .invalidUTF8(_, offset: 700_000) = failure else { return #expect(Bool(false)) }
  }

  /// Characters of 2, 3 and 4 bytes, and line ends, at every place around the border of two pieces.
  @Test(arguments: 0..<9)
  func charactersAcrossPieces(_ shift: Int) throws {
    let text = String(repeating: "a", count: (1 << 18) - 5 + shift) + "é€😀\r\n\r\né"
    #expect(try read(Array(text.utf8)) == [text.replacingLineEnds])
  }

  @Test func nulAndOtherEncodings() throws {
    let nul = #expect(throws: CorpusFailure.self) { _ = try read([0x61, 0x62, 0, 0x63]) }
    guard case .containsNUL(_, offset: 2) = nul else { return #expect(Bool(false)) }
    #expect(try read([0x61, 0x62, 0, 0x63], repairs: true) == ["ab\u{FFFD}c"])
    for bytes in [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61]] as [[UInt8]] {
      let failure = #expect(throws: CorpusFailure.self) { _ = try read(bytes) }
      guard case .otherEncoding(_, name: "UTF-16") = failure else { return #expect(Bool(false)) }
    }
  }

  @Test func replacementsAreCounted() throws {
    let scratch = try Scratch()
    let source = try TextSource([scratch.write([0x61, 0xFF, 0xFE, 0x0A, 0x80], "a.txt")], repairs: true)
    #expect(try CorpusSurvey(source).replacements == 3)
  }

  @Test func onlyTheFirstMarkIsRemoved() throws {
    #expect(try read(Array("\u{FEFF}\u{FEFF}a".utf8)) == ["\u{FEFF}a"])
    #expect(try read([0xEF, 0xBB, 0xBF, 0x61]) == ["a"])
  }
}

extension String {
  /// With `\n` for every line end.
  fileprivate var replacingLineEnds: String {
    String(decoding: Array(utf8).split(separator: 0x0D, omittingEmptySubsequences: false).joined(), as: UTF8.self)
  }
}
