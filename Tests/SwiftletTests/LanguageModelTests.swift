import Swiftlet
import TestSupport
import Testing

/// The library as a program uses it: the README's example, on folders that the test makes.
@Suite struct LanguageModelTests {
  static let texts = (0..<80).map { "songbird \($0): a small yellow bird that sings\n" }

  static func makeFolders(_ root: String) throws {
    let tokenizer = try Tokenizer.train(from: texts, options: .init(vocabularySize: 300)).tokenizer
    func write(_ configuration: TransformerConfiguration, _ name: String) throws {
      let weights = try Transformer(configuration).initialWeights(seed: 1)
      try ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer).write(
        to: Files.path(root, name))
    }
    func preset(_ family: TransformerConfiguration.Family) -> TransformerConfiguration {
      .preset(.nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 64)
    }
    try write(preset(.llama), "demo-causal")
    try write(preset(.bert), "demo-masked")
    try write(preset(.bert).classifying(sequencesInto: ["animal", "plant"]), "demo-classifier")
  }

  @Test func theReadmesExampleRuns() async throws {
    let root = try Files.temporaryFolder()
    defer { try? Files.removeFolder(root) }
    try Self.makeFolders(root)

    let model = try LanguageModel(folder: root + "/demo-causal")
    var settings = model.settings
    settings.maxNewTokens = 12
    let text = try model.generate("songbird:", settings: settings).text
    var streamed = ""
    for try await piece in model.stream("songbird:", settings: settings) { streamed += piece }
    #expect(streamed == text)

    let classifier = try TextClassifier(folder: root + "/demo-classifier")
    let labels = try classifier.classify("a small yellow bird that sings").labels
    #expect(labels.count == 1 && ["animal", "plant"].contains(labels[0]))

    let masked = try MaskedModel(folder: root + "/demo-masked")
    #expect(try masked.filler.fill("a small <mask> bird", count: 3).count == 3)
  }

  @Test func aWholeTextIsJudged() throws {
    let root = try Files.temporaryFolder()
    defer { try? Files.removeFolder(root) }
    try Self.makeFolders(root)
    let path = root + "/text.txt"
    try AtomicFile.write(Self.texts.joined(), to: path)
    let source = try TextSource([path], documents: .lines)
    let folder = try ModelFolder(reading: root + "/demo-causal")
    let result = try folder.evaluate(on: source, execution: Execution(threads: 1))
    // Random weights know nothing: about the logarithm of the vocabulary's size.
    #expect(abs(result.loss - logarithmOfVocabulary(folder)) < 0.5)
    #expect(result.bytes == Self.texts.joined().utf8.count - Self.texts.count)
    #expect(result.bitsPerByte ?? 0 > 1)
    #expect(throws: (any Error).self) { try LanguageModel(folder: root + "/demo-masked") }
    #expect(throws: (any Error).self) { try TextClassifier(folder: root + "/demo-causal") }
    #expect(throws: (any Error).self) { try MaskedModel(folder: root + "/nothing") }
  }

  /// The entropy of a text in which every token comes once.
  private func logarithmOfVocabulary(_ folder: ModelFolder) -> Double {
    let size = folder.configuration.vocabularySize
    var entropy = UnigramEntropy(vocabularySize: size)
    entropy.add((0..<size).map { Int32($0) })
    return entropy.value
  }
}
