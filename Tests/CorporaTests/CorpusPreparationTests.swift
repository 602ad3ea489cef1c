import Corpora
import Files
import Tensors
import Testing

struct CorpusPreparationTests {
  private static let paragraphs = (0..<400).map { "paragraph \($0)\nof \($0 &* 7919 % 1013) words" }

  private func text(_ shard: TokenShard?) -> [String] {
    guard let shard else { return [] }
    return (0..<shard.documentCount).map { String(decoding: shard.document($0).map(UInt8.init), as: UTF8.self) }
  }

  private func prepare(
    _ text: String, documents: DocumentBoundary = .paragraphs, options: CorpusOptions = .init(),
    execution: Execution? = nil
  ) throws -> PreparedCorpus {
    let scratch = try Scratch()
    let source = try TextSource([scratch.write(text, "a.txt")], documents: documents)
    return try CorpusPreparation(source, encoder: byteEncoder, options: options, execution: execution).run()
  }

  @Test func documentsArePartedByTheirText() throws {
    let one = try prepare(Self.paragraphs.joined(separator: "\n\n"))
    let other = try prepare(Self.paragraphs.reversed().joined(separator: "\n\n"))
    #expect(Set(text(one.training)).union(text(one.validation)) == Set(Self.paragraphs))
    #expect(text(one.training).count + text(one.validation).count == 400)
    #expect(Set(text(one.validation)) == Set(text(other.validation)))
    #expect((30...50).contains(text(one.validation).count))
    let seed = try prepare(Self.paragraphs.joined(separator: "\n\n"), options: CorpusOptions(seed: 2))
    #expect(Set(text(seed.validation)) != Set(text(one.validation)))
    // Equal documents are on one side.
    let twice = try prepare((Self.paragraphs + Self.paragraphs).joined(separator: "\n\n"))
    #expect(Set(text(twice.training)).isDisjoint(with: text(twice.validation)))
    #expect(twice.survey.exactDuplicates == 400)
    let once = try prepare(
      (Self.paragraphs + Self.paragraphs).joined(separator: "\n\n"), options: CorpusOptions(copies: .exact))
    #expect(text(once.training) == text(one.training))
  }

  @Test func copiesAreLeftOut() throws {
    let long = (0..<60).map { "word\($0 &* 7919 % 1013)" }
    let (near, other) = (Array(long.dropLast()) + ["end"], Array(long.reversed()))
    let texts = [long, near, long, other].map { $0.joined(separator: " ") }
    func kept(_ copies: CopyRemoval) throws -> [String] {
      let options = CorpusOptions(validationFraction: 0, copies: copies)
      return try text(prepare(texts.joined(separator: "\n\n"), options: options).training)
    }
    #expect(try kept(.none) == texts)
    #expect(try kept(.exact) == [texts[0], texts[1], texts[3]])
    #expect(try kept(.near) == [texts[0], texts[3]])
  }

  @Test func oneDocumentIsCutAtALine() throws {
    let whole = (0..<1000).map { "line \($0)\n" }.joined()
    let corpus = try prepare(whole, documents: .files)
    #expect(text(corpus.training).joined() + text(corpus.validation).joined() == whole)
    #expect(text(corpus.training)[0].hasSuffix("\n"))
    #expect(abs(corpus.training.textByteCount - whole.utf8.count * 9 / 10) < 20)
    #expect(corpus.notes.contains { $0.contains("the end of the text is for validation") })
  }

  @Test(arguments: [
    "a b", "éé", String(repeating: "雨", count: 1000), "one\n\ntwo", String(repeating: "x\n\n", count: 50),
  ])
  func tinyAndOddTextsHaveTwoSides(_ text: String) throws {
    let corpus = try prepare(text)
    #expect(corpus.training.tokenCount > 0)
    #expect((corpus.validation?.tokenCount ?? 0) > 0)
    for side in [corpus.training, corpus.validation].compactMap(\.self) {
      for document in self.text(side) { #expect(!document.contains("\u{FFFD}")) }
    }
  }

  @Test func oneByteCannotBeParted() throws {
    #expect(throws: CorpusFailure.cannotSplit(bytes: 1)) { _ = try prepare("a") }
    #expect(throws: CorpusFailure.badFraction(1.5)) {
      _ = try prepare("a b", options: CorpusOptions(validationFraction: 1.5))
    }
    #expect(try prepare("a", options: CorpusOptions(validationFraction: 0)).validation == nil)
  }

  @Test func threadsChangeNothing() throws {
    let long = (0..<20_000).map { "document \($0) has words \($0 &* 31 % 977)" }.joined(separator: "\n\n")
    let alone = try prepare(long)
    let together = try prepare(long, execution: Execution(threads: 2))
    #expect(text(alone.training) == text(together.training))
    #expect(text(alone.validation) == text(together.validation))
  }

  @Test func aSecondRunTakesTokensFromTheCache() throws {
    let scratch = try Scratch()
    let source = try TextSource([scratch.write(Self.paragraphs.joined(separator: "\n\n"), "a.txt")])
    let cache = Files.path(scratch.path, "cache")
    func prepare(_ encoder: TextEncoder, _ options: CorpusOptions = .init()) throws -> PreparedCorpus {
      try CorpusPreparation(source, encoder: encoder, options: options, cacheFolder: cache).run()
    }
    let first = try prepare(byteEncoder)
    let second = try prepare(byteEncoder)
    #expect(!first.isFromCache && second.isFromCache)
    #expect(text(first.training) == text(second.training))
    #expect(try !prepare(byteEncoder, CorpusOptions(seed: 2)).isFromCache)
    let other = TextEncoder(vocabularySize: 256, identity: "other") { text, _ in text.map(Int32.init) }
    #expect(try !prepare(other).isFromCache)
    // A damaged file is made again, and that is said.
    for name in try Files.list(cache) {
      var bytes = try Files.read(Files.path(cache, name))
      bytes[bytes.count / 2] ^= 1
      try AtomicFile.write(bytes, to: Files.path(cache, name))
    }
    let repaired = try prepare(byteEncoder)
    #expect(!repaired.isFromCache)
    #expect(repaired.notes.contains { $0.contains("is damaged") })
    #expect(text(repaired.training) == text(first.training))
    #expect(try prepare(byteEncoder).isFromCache)
  }

  @Test func aTextForValidationIsTakenAsItIsAndLeaksAreTold() throws {
    let scratch = try Scratch()
    let training = try TextSource([scratch.write(Self.paragraphs.joined(separator: "\n\n"), "a.txt")])
    let validation = try TextSource([scratch.write("paragraph 0\nof 0 words\n\nanother", "b.txt")])
    let corpus = try CorpusPreparation(training, validation: validation, encoder: byteEncoder).run()
    #expect(text(corpus.training) == Self.paragraphs)
    #expect(text(corpus.validation) == ["paragraph 0\nof 0 words", "another"])
    #expect(corpus.notes.contains("1 documents of the validation text are in the training text, too."))
  }

  @Test func aDocumentOfSeveralPartsIsOneDocumentOfTokens() throws {
    let whole = (0..<150_000).map { "line \($0)\n" }.joined()
    let corpus = try prepare(whole, documents: .files, options: CorpusOptions(validationFraction: 0))
    #expect(corpus.training.documentCount == 1)
    #expect(text(corpus.training) == [whole])
  }

  @Test func theSurveyCounts() throws {
    let scratch = try Scratch()
    let source = try TextSource([scratch.write("één\ntwo\n\nthree\n\nthree\n", "a.txt")])
    let survey = try CorpusSurvey(source)
    #expect(survey.documents == 3)
    #expect(survey.bytes == 9 + 5 + 5)
    #expect(survey.characters == 7 + 5 + 5)
    #expect(survey.lines == 4)
    #expect(survey.longestDocument == 9)
    #expect(survey.exactDuplicates == 1 && survey.duplicateBytes == 5)
  }
}
