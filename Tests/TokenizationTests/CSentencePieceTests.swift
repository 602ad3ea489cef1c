import CSentencePiece
import Tensors
import Testing
import Tokenization

/// A model loaded through the C face alone.
private final class Library {
  let handle: OpaquePointer

  init(_ model: [UInt8]) throws {
    var loaded: OpaquePointer?
    #expect(csentencepiece_load(model, model.count, &loaded, CSentencePieceMessage()) == CSentencePieceOK)
    handle = try #require(loaded)
  }

  deinit { csentencepiece_free(handle) }

  func decode(_ identifiers: [Int32]) -> [UInt8] {
    var text = [UInt8](repeating: 0, count: 64 * identifiers.count + 64)
    var length = 0
    let status = csentencepiece_decode(
      handle, identifiers, identifiers.count, &text, text.count, &length, CSentencePieceMessage())
    #expect(status == CSentencePieceOK)
    return Array(text.prefix(length))
  }
}

@Suite("The C face of libsentencepiece")
struct CSentencePieceTests {
  @Test("Our decoder gives what the library's gives", arguments: ["unigram", "bpe"])
  func decoding(name: String) throws {
    let model = try Fixture.bytes(name + ".model")
    let (library, tokenizer) = (try Library(model), try Tokenizer(modelBytes: model))
    var random = RandomGenerator(seed: 8)
    for _ in 0..<5_000 {
      let identifiers = (0..<Int.random(in: 0...10, using: &random)).map { _ in
        Int32.random(in: 0..<(Bool.random(using: &random) ? 700 : 264), using: &random)
      }
      #expect(Array(tokenizer.decode(identifiers).utf8) == library.decode(identifiers), "\(identifiers)")
    }
  }

  @Test("Our decoder gives what the library's gives, whichever spaces are added or removed")
  func decodingSpaces() throws {
    for prefix in ["true", "false"] {
      for removal in ["true", "false"] {
        var options = TokenizerTrainingOptions(vocabularySize: 330)
        try options.set("add_dummy_prefix", prefix)
        try options.set("remove_extra_whitespaces", removal)
        let tokenizer = try Tokenizer.train(from: Corpus.english, options: options).tokenizer
        let library = try Library(tokenizer.modelBytes)
        let space = try #require(tokenizer.identifier(ofPiece: "\u{2581}"))
        var random = RandomGenerator(seed: 8)
        for _ in 0..<2_000 {
          let identifiers = (0..<Int.random(in: 0...8, using: &random)).map { _ in
            Bool.random(using: &random) ? space : Int32.random(in: 0..<Int32(tokenizer.vocabularySize), using: &random)
          }
          #expect(Array(tokenizer.decode(identifiers).utf8) == library.decode(identifiers), "\(identifiers)")
        }
      }
    }
  }

  @Test("A buffer that is too small is answered with the size that is needed")
  func smallBuffers() throws {
    let library = try Library(try Fixture.bytes("unigram.model"))
    let text = Array("hear me speak".utf8)
    var (count, byteCount) = (0, 0)
    var one: Int32 = 0
    #expect(
      csentencepiece_encode(library.handle, text, text.count, &one, 1, &count, CSentencePieceMessage())
        == CSentencePieceBufferTooSmall)
    #expect(count > 1)
    #expect(
      csentencepiece_encode_normalized(
        library.handle, text, text.count, nil, 0, &byteCount, nil, nil, 0, &count, CSentencePieceMessage())
        == CSentencePieceBufferTooSmall)
    #expect(byteCount > text.count)
    #expect(
      csentencepiece_decode(library.handle, [300, 301], 2, nil, 0, &byteCount, CSentencePieceMessage())
        == CSentencePieceBufferTooSmall)
    #expect(byteCount > 0)
  }

  @Test("An identifier out of range is refused, and the message is cut to fit")
  func identifiersOutOfRange() throws {
    let library = try Library(try Fixture.bytes("unigram.model"))
    for identifier: Int32 in [-1, 700, .max, .min] {
      var length = 0
      var text = [CChar](repeating: 1, count: 20)
      let status = text.withUnsafeMutableBufferPointer { buffer in
        csentencepiece_decode(
          library.handle, [identifier], 1, nil, 0, &length,
          CSentencePieceMessage(text: buffer.baseAddress, capacity: buffer.count))
      }
      #expect(status == CSentencePieceBadArgument)
      #expect(text[19] == 0)
      #expect(String(decoding: text.prefix(19).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "an identifier is ou")
    }
  }

  @Test("What is no model is refused with the library's message")
  func notAModel() {
    var loaded: OpaquePointer?
    #expect(
      csentencepiece_load([1, 2, 3], 3, &loaded, CSentencePieceMessage()) == CSentencePieceRefused)
    #expect(loaded == nil)
  }

  @Test("Training that is broken off ends with a status")
  func brokenOff() {
    let status = csentencepiece_train([], [], 0, { _, _, _ in -1 }, { _, _, _ in }, nil, CSentencePieceMessage())
    #expect(status == CSentencePieceRefused)
  }
}
