import Tensors
import Testing
import Tokenization

@Suite("Decoding as identifiers come")
struct StreamingDecoderTests {
  static func pieces(_ tokenizer: Tokenizer, _ identifiers: [Int32]) -> [String] {
    var decoder = tokenizer.streamingDecoder()
    return identifiers.map { decoder.append($0) } + [decoder.flush()]
  }

  @Test("What is emitted, one behind the other, is the decoded text", arguments: ["unigram", "bpe"])
  func concatenation(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    var random = RandomGenerator(seed: 5)
    for _ in 0..<2_000 {
      // Mostly bytes and special tokens, in any order.
      let identifiers = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        Int32.random(in: 0..<(Bool.random(using: &random) ? 700 : 262), using: &random)
      }
      let pieces = Self.pieces(tokenizer, identifiers)
      #expect(Array(pieces.joined().utf8) == Array(tokenizer.decode(identifiers).utf8))
    }
    for text in HostileText.texts + HostileText.random(500, seed: 17) {
      let pieces = Self.pieces(tokenizer, tokenizer.encode(text))
      #expect(Array(pieces.joined().utf8) == Array(text.utf8))
      // A valid text comes without any replacement but its own.
      #expect(
        pieces.joined().unicodeScalars.count { $0 == "\u{FFFD}" } == text.unicodeScalars.count { $0 == "\u{FFFD}" })
    }
  }

  @Test("A character of bytes comes when its last byte has come")
  func bytes() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    let bytes = "🌍".utf8.compactMap { tokenizer.identifier(ofPiece: "<0x\(String($0, radix: 16, uppercase: true))>") }
    #expect(bytes.count == 4)
    #expect(Self.pieces(tokenizer, bytes) == ["", "", "", "🌍", ""])
    // Broken off by a letter, and by the end.
    let letter = try #require(tokenizer.identifier(ofPiece: "e"))
    #expect(
      Self.pieces(tokenizer, [bytes[0], bytes[1], letter, bytes[0]]) == ["", "", "\u{FFFD}\u{FFFD}e", "", "\u{FFFD}"])
  }

  @Test("The space in front of the first word is dropped, and no other")
  func spaces() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    let space = try #require(tokenizer.identifier(ofPiece: "\u{2581}"))
    #expect(Self.pieces(tokenizer, [space, space, space]) == ["", " ", " ", ""])
    #expect(Self.pieces(tokenizer, [1, space, space]) == ["", "", " ", ""])
    var decoder = tokenizer.streamingDecoder()
    _ = decoder.append(space)
    _ = decoder.flush()
    #expect(decoder.append(space).isEmpty, "after a flush a new text begins")
  }
}
