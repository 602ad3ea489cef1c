import Corpora
import Generation
import NGrams
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct TextClassifierTests {
  private func classifier(
    _ family: TransformerConfiguration.Family, _ problem: TransformerConfiguration.ProblemType, labels: [String],
    ensemble: NGramEnsemble? = nil
  ) throws -> TextClassifier {
    let tiny = try TinyModel(family) { configuration in
      configuration.head = .sequenceClassification
      configuration.labels = labels
      configuration.problemType = problem
    }
    return try TextClassifier(
      model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, ensemble: ensemble,
      execution: Execution(kernels: ReferenceKernels.self, threads: 1))
  }

  private let texts = ["And God said", "light", String(repeating: "the deep ", count: 90)]

  @Test(
    "One label of several: probabilities, the same alone and in a batch",
    arguments: [
      TransformerConfiguration.Family.gpt2, .llama, .bert, .roberta,
    ])
  func singleLabel(_ family: TransformerConfiguration.Family) throws {
    let classifier = try classifier(family, .singleLabel, labels: ["good", "bad", "neither"])
    let results = try classifier.classify(texts)
    for (text, result) in zip(texts, results) {
      #expect(result.scores.map(\.label) == ["good", "bad", "neither"])
      #expect(abs(result.scores.reduce(0) { $0 + $1.score } - 1) < 1e-9)
      #expect(result.labels == [result.ranked[0].label])
      #expect(result.isTruncated == (text.count > 500))
      #expect(try classifier.classify(text) == result)
    }
    #expect(try classifier.classify("God", pair: "light") != classifier.classify("God"))
  }

  @Test("Labels that may come together, and values")
  func otherProblems() throws {
    let several = try classifier(.bert, .multiLabel, labels: ["a", "b"]).classify(texts)
    for result in several {
      #expect(result.scores.allSatisfy { $0.score > 0 && $0.score < 1 })
      #expect(result.labels == result.scores.filter { $0.score > 0.5 }.map(\.label))
    }
    let values = try classifier(.bert, .regression, labels: ["stars"]).classify(texts)
    #expect(values.allSatisfy { $0.labels.isEmpty && $0.scores.count == 1 })
  }

  @Test("N-grams with other labels, or none, are refused")
  func foreignNGrams() throws {
    let rows = ["light", "deep", "void", "form"].enumerated().map { LabelledRow(text: $1, labels: [Int32($0 % 2)]) }
    let data = LabelledData(rows: rows, labelNames: ["a", "b"])
    let ngrams = try #require(NGramClassifier(learningFrom: data))
    let ensemble = try #require(
      NGramEnsemble(of: ngrams, averaging: [EnsembleWeights(network: 0, ngrams: 1)]))
    for (labels, problem) in [
      (["a", "b", "c"], TransformerConfiguration.ProblemType.singleLabel), (["stars"], .regression),
    ] {
      #expect(throws: GenerationFailure.foreignNGrams(expected: labels.count, found: 2)) {
        _ = try classifier(.gpt2, problem, labels: labels, ensemble: ensemble)
      }
    }
    let joined = try classifier(.gpt2, .singleLabel, labels: ["a", "b"], ensemble: ensemble)
    #expect(try joined.classify(["light", "deep"]).map(\.labels) == [["a"], ["b"]])
  }

  @Test("A model without a classification head is refused")
  func refusal() throws {
    let tiny = try TinyModel(.bert)
    #expect(throws: GenerationFailure.self) {
      _ = try TextClassifier(
        model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer,
        execution: Execution(kernels: ReferenceKernels.self))
    }
  }
}
