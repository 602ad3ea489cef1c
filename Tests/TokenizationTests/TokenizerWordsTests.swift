import Testing
import Tokenization

@Suite struct TokenizerWordsTests {
  @Test func wordsAndSentencesOfSentencePiece() throws {
    let texts = (0..<60).map { "The bird sings. \($0 % 7) birds sing! Do they? \u{201C}Yes.\u{201D}\n" }
    let tokenizer = try Tokenizer.train(from: texts, options: .init(modelType: .bpe, vocabularySize: 330)).tokenizer
    let tokens = tokenizer.encode("The bird sings. Do they?")
    let begins = tokens.filter { tokenizer.wordBeginnings[Int($0)] }
    #expect(begins.count == 5)
    let ends = tokens.indices.filter { tokenizer.sentenceEnds[Int(tokens[$0])] }
    #expect(ends.count == 2 && ends.last == tokens.count - 1)
    for token in tokenizer.special.all { #expect(!tokenizer.sentenceEnds[Int(token)]) }
  }

  @Test(arguments: ["wordpiece", "bytelevel"]) func wordsOfJSONTokenizers(_ name: String) throws {
    let tokenizer = try Tokenizer(modelBytes: Fixture.bytes(name + ".json"))
    let tokens = tokenizer.encode("one unbelievable word")
    #expect(!tokens.isEmpty)
    // A first word of byte-level text has no space before it; each of the others has.
    let begins = tokens.dropFirst().filter { tokenizer.wordBeginnings[Int($0)] }
    #expect(begins.count == 2, "\(tokens.map(tokenizer.piece))")
  }
}
