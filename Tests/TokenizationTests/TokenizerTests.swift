import Files
import Tensors
import Testing
import Tokenization

@Suite("Text to identifiers and back")
struct TokenizerTests {
  @Test("Identifiers and texts are those of the spm_encode and spm_decode commands", arguments: ["unigram", "bpe"])
  func fixtures(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    let lines = try Fixture.lines("lines.txt")
    let identifiers = try Fixture.lines(name + ".ids")
    let decoded = try Fixture.lines(name + ".decoded")
    #expect(lines.count == 200 && identifiers.count == 200 && decoded.count == 200)
    for ((line, expected), text) in zip(zip(lines, identifiers), decoded) {
      let encoded = tokenizer.encode(utf8: line)
      #expect(encoded.map(String.init).joined(separator: " ") == String(decoding: expected, as: UTF8.self))
      #expect(Array(tokenizer.decode(encoded).utf8) == text)
    }
  }

  @Test("Every text comes back as it was", arguments: ["unigram", "bpe"])
  func roundTrip(name: String) throws {
    let fixture = try Fixture.tokenizer(name)
    var options = TokenizerTrainingOptions(vocabularySize: 400)
    try options.set("model_type", name)
    let trained = try Tokenizer.train(from: Corpus.english, options: options).tokenizer
    for text in HostileText.texts + HostileText.random(2_000, seed: 11) {
      for tokenizer in [fixture, trained] {
        #expect(Array(tokenizer.decode(tokenizer.encode(text)).utf8) == Array(text.utf8))
      }
    }
  }

  @Test("The character ▁ comes back as the space that it stands for")
  func spaceSymbol() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    #expect(tokenizer.encode("a▁b") == tokenizer.encode("a b"))
    #expect(tokenizer.decode(tokenizer.encode("a▁b")) == "a b")
  }

  @Test("Bytes that are not UTF-8 become U+FFFD")
  func invalidText() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    #expect(tokenizer.decode(tokenizer.encode(utf8: [0x61, 0xFF, 0xC3, 0x62])) == "a\u{FFFD}\u{FFFD}b")
  }

  @Test("Pieces, scores, kinds and special tokens are those of the file")
  func pieces() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    #expect(tokenizer.vocabularySize == 700)
    #expect(
      tokenizer.special
        == SpecialTokens(
          unknown: 0, begin: 1, end: 2, padding: 3, mask: 4, classification: 1, separator: 2))
    #expect(tokenizer.special.all == [0, 1, 2, 3, 4])
    #expect((0..<6).map { tokenizer.piece($0) } == ["<unk>", "<s>", "</s>", "<pad>", "<mask>", "\n"])
    #expect(
      (0..<7).map { tokenizer.kind($0) } == [.unknown] + Array(repeating: .control, count: 4) + [.userDefined, .byte])
    for identifier in 0..<Int32(tokenizer.vocabularySize) {
      #expect(tokenizer.identifier(ofPiece: tokenizer.piece(identifier)) == identifier)
    }
    #expect(tokenizer.identifier(ofPiece: "no such piece") == nil)
    #expect(tokenizer.score(300) < 0)
    for outside: Int32 in [-1, 700, .max, .min] {
      #expect(tokenizer.piece(outside).isEmpty)
      #expect(tokenizer.score(outside) == 0)
      #expect(tokenizer.kind(outside) == .unused)
      #expect(tokenizer.decode([outside]) == "\u{FFFD}")
    }
  }

  @Test("Special tokens are silent, and their names in a text are text")
  func specialTokens() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    #expect(tokenizer.decode([1, 2, 3, 4]).isEmpty)
    #expect(!tokenizer.encode("<s></s><mask><pad>").contains { (1...4).contains($0) })
  }

  @Test("A continuation has no space in front", arguments: ["unigram", "bpe"])
  func continuation(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    for text in ["him speak", " him", "\nhim", "", "é"] {
      let both = tokenizer.encode("hear\n") + tokenizer.encodeContinuation(text)
      #expect(both == tokenizer.encode("hear\n" + text))
    }
  }

  @Test("A long text is encoded in parts, as if it were one", arguments: ["unigram", "bpe"])
  func longText(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    let lines = try Fixture.lines("lines.txt").prefix(110).map { String(decoding: $0, as: UTF8.self) }
    for separator in [" ", "\n", ""] {
      let text = (0..<20).map { _ in lines.joined(separator: separator) }.joined(separator: separator)
      #expect(text.utf8.count > 60_000)
      let encoded = tokenizer.encode(text)
      #expect(tokenizer.decode(encoded) == text)
      guard !separator.isEmpty else { continue }
      // The same line by line, with what stands between two lines.
      var expected = tokenizer.encode(lines[0])
      let count = 20 * lines.count
      for index in 1..<count {
        let line = lines[index % lines.count]
        expected += separator == " " ? tokenizer.encode(line) : tokenizer.encodeContinuation("\n" + line)
      }
      #expect(encoded == expected)
    }
  }

  @Test("Threads that share a tokenizer get the same identifiers")
  func threads() async throws {
    let tokenizer = try Fixture.tokenizer("bpe")
    let texts = HostileText.random(200, seed: 3)
    let expected = texts.map { tokenizer.encode($0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { texts.map { tokenizer.encode($0) } == expected } }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test("A file that is missing, or is no model, is named")
  func files() throws {
    #expect(throws: FileFailure.self) { try Tokenizer(contentsOf: "/no/such/tokenizer.model") }
    let path = Files.path(Fixture.folder, "lines.txt")
    do {
      _ = try Tokenizer(contentsOf: path)
      Issue.record("accepted a text as a model")
    } catch let failure as TokenizerFailure {
      #expect(failure.description.hasPrefix(path + ": "))
      #expect(failure.kind == .badData)
    }
  }
}
