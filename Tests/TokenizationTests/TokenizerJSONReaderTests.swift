import Files
import Tensors
import Testing
import Tokenization

@Suite("Tokenizers of tokenizer.json")
struct TokenizerJSONReaderTests {
  @Test("Identifiers and texts are those of Hugging Face's tokenizers", arguments: ["wordpiece", "bytelevel"])
  func fixtures(name: String) throws {
    let tokenizer = try Tokenizer(modelBytes: Fixture.bytes(name + ".json"))
    let cases = try Fixture.lines(name + ".jsonl").map { try JSONValue(parsing: $0) }
    #expect(cases.count == 200)
    for row in cases {
      let text = try #require(row["input"]?.string)
      let identifiers = try #require(row["ids"]?.array).compactMap { $0.int.map(Int32.init) }
      #expect(tokenizer.encode(text) == identifiers, "\(text.debugDescription)")
      #expect(tokenizer.decode(identifiers) == row["text"]?.string, "\(text.debugDescription)")
      let streamed = StreamingDecoderTests.pieces(tokenizer, identifiers).joined()
      #expect(Array(streamed.utf8) == Array(tokenizer.decode(identifiers).utf8))
    }
  }

  @Test("Byte-level BPE brings every text back")
  func roundTrip() throws {
    let tokenizer = try Tokenizer(modelBytes: Fixture.bytes("bytelevel.json"))
    var random = RandomGenerator(seed: 4)
    for text in HostileText.texts + HostileText.random(1_000, seed: 3) {
      #expect(Array(tokenizer.decode(tokenizer.encode(text)).utf8) == Array(text.utf8))
      let sample = tokenizer.sample(text, alpha: 0.3, using: &random)
      #expect(Array(tokenizer.decode(sample).utf8) == Array(text.utf8))
      #expect(tokenizer.sample(text, alpha: 0, using: &random) == tokenizer.encode(text))
    }
  }

  @Test("A byte without a piece is unknown, or dropped where nothing stands for unknown ones")
  func missingBytes() throws {
    let parts = #""merges": [["a", "b"]]}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}}"#
    let dropping = try Tokenizer(
      modelBytes: Array((#"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "# + parts).utf8))
    #expect(dropping.encode("axb x") == [2])
    let unknown = try Tokenizer(
      modelBytes: Array(
        (#"{"model": {"type": "BPE", "unk_token": "?", "vocab": {"a": 0, "b": 1, "ab": 2, "?": 3}, "# + parts).utf8))
    #expect(unknown.encode("axb") == [0, 3, 1])
  }

  @Test("Special tokens are found by their names")
  func specialTokens() throws {
    let bert = try Tokenizer(modelBytes: Fixture.bytes("wordpiece.json"))
    #expect(
      bert.special == SpecialTokens(unknown: 1, padding: 0, mask: 4, classification: 2, separator: 3))
    #expect(bert.modelFileName == "tokenizer.json")
    let gpt = try Tokenizer(modelBytes: Fixture.bytes("bytelevel.json"))
    #expect(gpt.special.begin == 0 && gpt.special.end == 0)
    #expect(gpt.decode([0]).isEmpty)
  }

  @Test("The file is written as it was read")
  func writing() throws {
    let bytes = try Fixture.bytes("wordpiece.json")
    let files = try Tokenizer(modelBytes: bytes).huggingFaceFiles(template: .bert, maximumLength: 64)
    #expect(files["tokenizer.json"] == bytes)
  }

  static let refused: [(String, String)] = [
    (#"{"model": {"#, "JSON"),
    (#"{}"#, "no vocab"),
    (#"{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"#, "WordLevel"),
    (#"{"model": {"type": "WordPiece", "vocab": {}}}"#, "pieces"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 0, "b": 2}}}"#, "only 2 tokens"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 0, "b": 0}}}"#, "two tokens"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": -1}}}"#, "identifier"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 99999999999}}}"#, "identifier"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 0}}, "normalizer": {"type": "NFKC"}}"#, "NFKC"),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}}, "pre_tokenizer": {"type": "Metaspace"}}"#, "Metaspace"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"ab": 0}}, "pre_tokenizer": {"type": "ByteLevel"}}"#, "byte"
    ),
    (
      #"{"model": {"type": "BPE", "fuse_unk": true, "vocab": {"a": 0}}, "pre_tokenizer": {"type": "ByteLevel"}}"#,
      "fuse_unk"
    ),
  ]

  @Test("What is damaged or not supported is refused by name", arguments: refused.indices)
  func refuses(index: Int) {
    let (text, word) = Self.refused[index]
    do throws(TokenizerFailure) {
      _ = try Tokenizer(modelBytes: Array(text.utf8))
      Issue.record("accepted \(text)")
    } catch {
      #expect(error.description.contains(word), "\(error.description)")
    }
  }

  @Test("A file that is cut off or changed is refused, or works", arguments: ["wordpiece.json", "bytelevel.json"])
  func damaged(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for length in stride(from: 1, to: bytes.count - 1, by: 61) {
      #expect(throws: TokenizerFailure.self) { try Tokenizer(modelBytes: Array(bytes[..<length])) }
    }
    for position in stride(from: 0, to: bytes.count, by: 41) {
      var changed = bytes
      changed[position] ^= 1 << UInt8(position % 8)
      if let tokenizer = try? Tokenizer(modelBytes: changed) { _ = tokenizer.decode(tokenizer.encode("Before we é")) }
    }
  }
}
