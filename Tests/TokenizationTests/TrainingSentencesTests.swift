import Testing
import Tokenization

@Suite("Lines to learn from")
struct TrainingSentencesTests {
  private func sentences(
    _ texts: [String], _ change: (inout TokenizerTrainingOptions) throws -> Void = { _ in }
  ) throws -> (lines: [String], counts: TrainingSentences.Counts) {
    var options = TokenizerTrainingOptions()
    try change(&options)
    var sentences = TrainingSentences(options)
    for text in texts { Array(text.utf8).withUnsafeBytes { sentences.add($0) } }
    sentences.cutBack()
    let lines = (0..<sentences.count).map { String(decoding: sentences.bytes[sentences.range(of: $0)], as: UTF8.self) }
    return (lines, sentences.counts)
  }

  @Test("Texts are cut at newlines, at NUL and at the reserved character; blank lines say nothing")
  func lines() throws {
    let (lines, counts) = try sentences(["a b\n\nc\r\n", "d\0e\u{2585}f\tg", ""])
    #expect(lines == ["a b", "c\r", "d", "e", "f\tg"])
    #expect(counts.bytes == 17 && counts.texts == 2 && counts.nullCharacters == 1)
    #expect(counts.reservedCharacters == 1 && counts.tabs == 1 && counts.cutLines == 0)
  }

  @Test("A line that is too long is cut at spaces, or between characters, and nothing is lost")
  func longLines() throws {
    let (words, counts) = try sentences(["one two three four five"]) { try $0.set("max_sentence_length", "10") }
    #expect(words == ["one two", "three four", "five"])
    #expect(counts.cutLines == 1)
    let text = String(repeating: "日本語", count: 20)
    let (characters, _) = try sentences([text]) { try $0.set("max_sentence_length", "10") }
    #expect(characters.joined() == text)
    #expect(characters.allSatisfy { $0.utf8.count <= 10 })
    let (spaces, _) = try sentences([String(repeating: " ", count: 35)]) { try $0.set("max_sentence_length", "10") }
    #expect(spaces.allSatisfy { $0.utf8.count <= 10 })
  }

  @Test("A sample has lines from everywhere, in order, and fits")
  func sample() throws {
    let texts = (0..<10_000).map { "line \($0)\n" }
    let (lines, counts) = try sentences(texts) { options in options.largestText = 20_000 }
    #expect(counts.sentences == 10_000)
    let bytes = lines.reduce(0) { $0 + $1.utf8.count }
    #expect(bytes <= 20_000 && bytes > 19_900)
    let numbers = lines.compactMap { Int($0.dropFirst(5)) }
    #expect(numbers == numbers.sorted())
    // The first and the second half of the corpus are about alike.
    let first = numbers.count { $0 < 5_000 }
    #expect(abs(2 * first - numbers.count) < 6 * Int(Double(numbers.count).squareRoot()))
    let (other, _) = try sentences(texts) { options in
      options.largestText = 20_000
      options.seed = 1
    }
    #expect(other != lines)
  }

  @Test("input_sentence_size bounds the number of lines, drawn or the first")
  func sentenceCount() throws {
    let texts = (0..<1_000).map { "line \($0)\n" }
    let (drawn, _) = try sentences(texts) { try $0.set("input_sentence_size", "150") }
    #expect(drawn.count == 150)
    let (first, _) = try sentences(texts) {
      try $0.set("input_sentence_size", "150")
      try $0.set("shuffle_input_sentence", "false")
    }
    #expect(first == texts.prefix(150).map { String($0.dropLast()) })
  }
}
