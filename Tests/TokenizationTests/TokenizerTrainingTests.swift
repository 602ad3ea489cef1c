import Testing
import Tokenization

@Suite("Learning a vocabulary")
struct TokenizerTrainingTests {
  @Test("The same texts and options give the same bytes", arguments: TokenizerTrainingOptions.ModelType.allCases)
  func deterministic(type: TokenizerTrainingOptions.ModelType) throws {
    let options = TokenizerTrainingOptions(modelType: type, vocabularySize: type == .char ? nil : 320)
    let models = try (0..<3).map { _ in
      try Tokenizer.train(from: Corpus.english, options: options).tokenizer.modelBytes
    }
    #expect(Set(models).count == 1)
  }

  @Test("The default special tokens have the first identifiers", arguments: TokenizerTrainingOptions.ModelType.allCases)
  func specialTokens(type: TokenizerTrainingOptions.ModelType) throws {
    let tokenizer = try Tokenizer.train(from: Corpus.english, options: .init(modelType: type)).tokenizer
    #expect((0..<6).map { tokenizer.piece($0) } == ["<unk>", "<s>", "</s>", "<pad>", "<mask>", "\n"])
  }

  @Test("A vocabulary that the corpus cannot fill is reduced, and it is said so", arguments: ["unigram", "bpe"])
  func tooLarge(type: String) throws {
    var options = TokenizerTrainingOptions()
    try options.set("model_type", type)
    let result = try Tokenizer.train(from: ["the cat sat on the mat, and that was that"], options: options)
    #expect((262..<600).contains(result.tokenizer.vocabularySize))
    #expect(
      result.notes == [
        "The corpus has no more than \(result.tokenizer.vocabularySize) pieces to give, so the vocabulary has "
          + "\(result.tokenizer.vocabularySize) instead of 8000."
      ])
  }

  @Test(
    "The smallest corpora work",
    arguments: ["a", "aa", "a b", "ab", "\na\n", " a ", ".", "é", "日本", "1", "a\ta", "x\u{2585}y", "a\0b"],
    TokenizerTrainingOptions.ModelType.allCases)
  func smallest(text: String, type: TokenizerTrainingOptions.ModelType) throws {
    let result = try Tokenizer.train(from: [text], options: .init(modelType: type))
    #expect(result.tokenizer.vocabularySize >= 6)
    if type == .unigram || type == .bpe {
      #expect(result.tokenizer.decode(result.tokenizer.encode(text)) == text)
    }
  }

  @Test("No text is a failure of its own", arguments: [[], [""], ["\n\n"], ["", "\n"]])
  func empty(texts: [String]) {
    for type in TokenizerTrainingOptions.ModelType.allCases {
      #expect(throws: TokenizerFailure.emptyCorpus) {
        try Tokenizer.train(from: texts, options: .init(modelType: type))
      }
    }
  }

  @Test("More characters than there is room for are written as bytes", arguments: ["unigram", "bpe"])
  func manyCharacters(type: String) throws {
    // 2,000 different characters.
    let text = String(String.UnicodeScalarView((0..<2_000).compactMap { Unicode.Scalar(0x4E00 + UInt32($0)) }))
    var options = TokenizerTrainingOptions(vocabularySize: 500)
    try options.set("model_type", type)
    let result = try Tokenizer.train(from: [text + "\n" + text], options: options)
    #expect(result.tokenizer.vocabularySize <= 500)
    #expect(result.notes.contains { $0.contains("2000 different characters") })
    #expect(result.tokenizer.decode(result.tokenizer.encode(text)) == text)
    try options.set("byte_fallback", "false")
    #expect(throws: TokenizerFailure.self) { try Tokenizer.train(from: [text], options: options) }
  }

  @Test("A vocabulary without room for what must be in it is a failure of its own", arguments: [1, 10, 200, 262])
  func tooSmall(size: Int) {
    for type in [TokenizerTrainingOptions.ModelType.unigram, .bpe] {
      #expect {
        try Tokenizer.train(from: Corpus.english, options: .init(modelType: type, vocabularySize: size))
      } throws: { error in
        guard case TokenizerFailure.vocabularyTooSmall(size, let smallest, _) = error else { return false }
        return smallest > 262
      }
    }
  }

  @Test("With characters every one of the corpus is a symbol, the newline too")
  func characters() throws {
    let text = "Speak, speak.\n\tWe are\u{2585}résolved—日\r\n"
    let result = try Tokenizer.train(from: [text], options: .init(modelType: .char))
    let tokenizer = result.tokenizer
    #expect(tokenizer.vocabularySize == 5 + Set(text.unicodeScalars).count)
    #expect(tokenizer.encode(text).count == text.unicodeScalars.count)
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
  }

  @Test("One long line is learned from in parts")
  func oneLine() throws {
    let line = Corpus.english.map { $0.dropLast() }.joined(separator: " ")
    #expect(line.utf8.count > 4_192)
    let result = try Tokenizer.train(from: [line], options: .init(vocabularySize: 320))
    #expect(result.tokenizer.vocabularySize == 320)
    #expect(result.notes == ["1 long lines were learned from in parts."])
  }

  @Test("Whether a space is put before a text depends on the texts")
  func dummyPrefix() throws {
    let options = TokenizerTrainingOptions(vocabularySize: 320)
    let lines = try Tokenizer.train(from: Corpus.english, options: options).tokenizer
    #expect(lines.piece(lines.encode("the")[0]).hasPrefix("\u{2581}"))
    let document = try Tokenizer.train(from: [Corpus.english.joined()], options: options).tokenizer
    #expect(!document.piece(document.encode("the")[0]).hasPrefix("\u{2581}"))
  }

  @Test("Bytes from a closure give the same model, and what it throws comes out")
  func closure() throws {
    struct Broken: Error {}
    let options = TokenizerTrainingOptions(vocabularySize: 320)
    var texts = Corpus.english.map { Array($0.utf8) }.makeIterator()
    let result = try Tokenizer.train(options: options) { texts.next() }
    let expected = try Tokenizer.train(from: Corpus.english, options: options)
    #expect(result.tokenizer.modelBytes == expected.tokenizer.modelBytes)
    #expect(throws: Broken.self) { try Tokenizer.train(options: options) { throw Broken() } }
  }

  @Test("A corpus that is larger than the limit is sampled, and it is said so")
  func sampled() throws {
    var options = TokenizerTrainingOptions(vocabularySize: 300)
    options.largestText = 5_000
    let result = try Tokenizer.train(from: Corpus.english, options: options)
    #expect(result.notes.count == 1)
    #expect(result.notes[0].hasPrefix("The vocabulary is learned from "))
    #expect(result.notes[0].hasSuffix("drawn at random."))
  }

  @Test("Scores of a unigram model are multiples of 1/256")
  func roundedScores() throws {
    let tokenizer = try Tokenizer.train(from: Corpus.english, options: .init(vocabularySize: 320)).tokenizer
    #expect(tokenizer.pieces.allSatisfy { ($0.score * 256).rounded() == $0.score * 256 })
  }
}
