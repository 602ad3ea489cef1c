import Testing
import Tokenization

@Suite("Reading model files")
struct SentencePieceModelTests {
  @Test("A model that was built by hand says what was written")
  func parses() throws {
    let model = try SentencePieceModel(parsing: ModelBuilder().bytes)
    try model.validate()
    #expect(model.pieces.map(\.text) == ["<unk>", "<s>", "</s>", "\u{2581}", "a", "b", "ab"])
    #expect(model.pieces[6].score == -1.5)
    #expect(model.pieces[1].kind == .control)
    #expect(try Tokenizer(modelBytes: ModelBuilder().bytes).encode("ab a") == [3, 6, 3, 4])
  }

  /// Files that the library crashes on, or reads as something else without a word.
  static let refused: [(name: String, change: @Sendable (inout ModelBuilder) -> Void, failure: TokenizerFailure)] = [
    ("no trainer_spec", { $0.hasTrainerPart = false }, .missingPart("trainer_spec")),
    ("no normalizer_spec", { $0.hasNormalizerPart = false }, .missingPart("normalizer_spec")),
    ("no pieces", { $0.pieces = [] }, .pieceCount(0, limit: 1_000_000)),
    ("an empty piece", { $0.pieces[5] = .init("") }, .pieceLength(identifier: 5, bytes: 0, limit: 1_024)),
    (
      "a piece of 200 KB", { $0.pieces[5] = .init(String(repeating: "x", count: 200_000)) },
      .pieceLength(identifier: 5, bytes: 200_000, limit: 1_024)
    ),
    ("a piece that is not UTF-8", { $0.pieces[4].text = [0x61, 0xFF] }, .pieceNotUTF8(identifier: 4)),
    ("a piece with NUL", { $0.pieces[4].text = [0x61, 0] }, .pieceHoldsNUL(identifier: 4)),
    ("the same piece twice", { $0.pieces[5] = .init("a") }, .duplicatePiece("a", first: 4, second: 5)),
    ("no unknown piece", { $0.pieces[0].kind = 1 }, .unknownPieceCount(0)),
    ("two unknown pieces", { $0.pieces[1].kind = 2 }, .unknownPieceCount(2)),
    ("a score that is no number", { $0.pieces[4].score = .nan }, .scoreNotFinite(identifier: 4)),
    ("an infinite score", { $0.pieces[6].score = -.infinity }, .scoreNotFinite(identifier: 6)),
    ("a kind of piece that does not exist", { $0.pieces[4].kind = 9 }, .unknownPieceKind(9, identifier: 4)),
    ("a model type that does not exist", { $0.modelType = 9 }, .unknownModelType(9)),
    (
      "byte pieces without byte fallback", { $0.pieces.append(.init("<0x00>", kind: 6)) },
      .bytePieces("there are 1 of them, but byte_fallback is off")
    ),
    (
      "byte fallback without byte pieces", { $0.byteFallback = true },
      .bytePieces("byte_fallback needs <0x00> to <0xFF>, and 0 of them are there")
    ),
    (
      "byte pieces with a wrong name",
      { builder in
        builder.byteFallback = true
        for byte in 0...255 {
          let digits = String(byte, radix: 16, uppercase: true)
          let name = byte == 7 ? "<0xXY>" : "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
          builder.pieces.append(.init(name, 0, kind: 6))
        }
      }, .bytePieces("byte_fallback needs <0x00> to <0xFF>, and 255 of them are there")
    ),
    (
      "a special identifier out of range", { $0.beginIdentifier = 7 },
      .specialOutOfRange("bos_id", identifier: 7, pieces: 7)
    ),
    (
      "a negative special identifier", { $0.beginIdentifier = -2 },
      .specialOutOfRange("bos_id", identifier: -2, pieces: 7)
    ),
    (
      "symbols that begin one another",
      { builder in
        for length in 1...65 { builder.pieces.append(.init(String(repeating: "z", count: length), 0, kind: 4)) }
      }, .nestedSymbols(String(repeating: "z", count: 65), count: 65, limit: 64)
    ),
    ("large test samples", { $0.selfTest = 2 << 20 }, .selfTestTooLarge(bytes: (2 << 20) + 5, limit: 1 << 20)),
    ("a denormalizer", { $0.denormalizer = [1, 0, 0, 0] }, .denormalizer),
    (
      "a table that is too short", { $0.characterMap = [1, 2, 3] },
      .characterMap("it has only 3 bytes")
    ),
  ]

  @Test("A bad model is refused before the library sees it", arguments: refused.indices)
  func refuses(index: Int) {
    let (name, change, failure) = Self.refused[index]
    var builder = ModelBuilder()
    change(&builder)
    #expect(throws: failure, "\(name)") { try Tokenizer(modelBytes: builder.bytes) }
  }

  /// Protocol Buffers that break off or contradict themselves, behind a sound model.
  private static let malformed: [(name: String, tail: [UInt8], offset: Int, reason: String)] = [
    ("a tag that breaks off", [0x80], 0, "a number that breaks off"),
    ("a tag of eleven bytes", [UInt8](repeating: 0x80, count: 11), 0, "a number of more than ten bytes"),
    ("the field number 0", [0x02, 0], 0, "a field with the impossible number 0"),
    (
      "a field number of 2^29", [0x82, 0x80, 0x80, 0x80, 0x10, 0], 0,
      "a field with the impossible number 536870912"
    ),
    ("a group", [0x33], 0, "the unknown wire type 3"), ("the end of a group", [0x34], 0, "the unknown wire type 4"),
    ("wire type 6", [0x36], 0, "the unknown wire type 6"), ("wire type 7", [0x37], 0, "the unknown wire type 7"),
    ("a varint that breaks off", [0x30, 0xFF], 1, "a number that breaks off"),
    ("a varint of eleven bytes", [0x30] + [UInt8](repeating: 0xFF, count: 11), 1, "a number of more than ten bytes"),
    ("four bytes of which three are there", [0x35, 1, 2, 3], 1, "a number that breaks off"),
    ("eight bytes of which none is there", [0x31], 1, "a number that breaks off"),
    ("a run without its length", [0x0A], 1, "a number that breaks off"),
    ("a run longer than the file", [0x0A, 5, 1], 1, "a part that is longer than the file"),
    (
      "a run of 2^63 bytes", [0x0A] + [UInt8](repeating: 0x80, count: 9) + [0x01], 1,
      "a part that is longer than the file"
    ),
    (
      "a run of 2^64 - 1 bytes", [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [0x01], 1,
      "a part that is longer than the file"
    ),
    ("a piece that is a number", [0x08, 1], 0, "field 1, which is not a run of bytes as it should be,"),
    ("a piece whose text is a number", [0x0A, 2, 0x08, 1], 2, "field 1, which is not a run of bytes as it should be,"),
    (
      "a piece whose score has eight bytes", [0x0A, 9, 0x11] + [UInt8](repeating: 0, count: 8), 2,
      "field 2, which is not a number of four bytes as it should be,"
    ),
    ("a piece whose kind is a run", [0x0A, 2, 0x1A, 0], 2, "field 3, which is not an integer as it should be,"),
    ("a piece that ends in its text", [0x0A, 3, 0x0A, 9, 0x61], 3, "a part that is longer than the file"),
    ("settings that are a number", [0x10, 1], 0, "field 2, which is not a run of bytes as it should be,"),
    (
      "a model type of four bytes", [0x12, 5, 0x1D, 1, 0, 0, 0], 2, "field 3, which is not an integer as it should be,"
    ),
    ("a normalizer that breaks off", [0x1A, 2, 0x12, 9], 3, "a part that is longer than the file"),
  ]

  @Test("A model whose structure is unsound is refused at the byte", arguments: malformed.indices)
  func refusesMalformed(index: Int) {
    let (name, tail, offset, reason) = Self.malformed[index]
    let model = ModelBuilder().bytes
    #expect(throws: TokenizerFailure.malformed(offset: model.count + offset, reason: reason), "\(name)") {
      try Tokenizer(modelBytes: model + tail)
    }
  }

  @Test("An empty file is refused")
  func empty() {
    #expect(throws: TokenizerFailure.fileSize(bytes: 0, limit: 64 << 20)) { try Tokenizer(modelBytes: []) }
  }

  @Test("No text for another file is a model")
  func otherFiles() {
    for text in ["hello, world\n", "{\"model\": {}}", "PK\u{3}\u{4}", String(repeating: "\u{7F}", count: 300)] {
      #expect(throws: TokenizerFailure.self) { try Tokenizer(modelBytes: Array(text.utf8)) }
    }
  }

  @Test("Every message is one sentence that names the trouble")
  func messages() {
    for (name, change, _) in Self.refused {
      var builder = ModelBuilder()
      change(&builder)
      do throws(TokenizerFailure) {
        _ = try Tokenizer(modelBytes: builder.bytes)
        Issue.record("accepted \(name)")
      } catch {
        #expect(error.description.contains("tokenizer"))
        #expect(error.description.hasSuffix("."))
      }
    }
  }

  @Test("A model that is cut off anywhere is refused, or is another sound model")
  func truncations() throws {
    let model = ModelBuilder().bytes
    for length in 1..<model.count {
      // A cut that falls between two parts leaves one of them missing, so nothing is accepted at all.
      #expect(throws: TokenizerFailure.self, "cut to \(length)") { try Tokenizer(modelBytes: Array(model[..<length])) }
    }
    let real = try Fixture.bytes("unigram.model")
    for length in stride(from: 1, to: real.count, by: 7) {
      if let cut = try? Tokenizer(modelBytes: Array(real[..<length])) { _ = cut.encode("To be, or not to be") }
    }
  }

  @Test("A model with changed bits is refused, or works")
  func bitFlips() throws {
    let model = ModelBuilder().bytes
    for bit in 0..<model.count * 8 {
      var changed = model
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      if let tokenizer = try? Tokenizer(modelBytes: changed) {
        let identifiers = tokenizer.encode("ab a\u{0}é ba")
        #expect(identifiers.allSatisfy { (0..<Int32(tokenizer.vocabularySize)).contains($0) })
        _ = tokenizer.decode(identifiers)
      }
    }
    let real = try Fixture.bytes("bpe.model")
    for bit in stride(from: 0, to: real.count * 8, by: 37) {
      var changed = real
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      if let tokenizer = try? Tokenizer(modelBytes: changed) { _ = tokenizer.decode(tokenizer.encode("To be, or not")) }
    }
  }
}
