import Generation
import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct TextExplainerTests {
  private static let text = "And God saw the light, that it was good"

  private func tiny(_ family: TransformerConfiguration.Family) throws -> TinyModel {
    try TinyModel(family) { $0 = $0.classifying(sequencesInto: ["night", "day", "dusk"]) }
  }

  private func explainer(_ tiny: TinyModel) throws -> TextExplainer {
    try TextExplainer(
      model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, execution: KernelChoice.active.execution())
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func sharesAddUpToTheDifference(_ family: TransformerConfiguration.Family) throws {
    let explanation = try explainer(tiny(family)).explain(Self.text, label: "day")
    #expect(explanation.label == "day" && explanation.completenessError <= 0.01, "\(explanation)")
    #expect(abs(explanation.sum - explanation.difference) < 0.05 * max(1, abs(explanation.difference)))
    #expect(
      explanation.words.filter { !$0.isMark }.map(\.text) == Self.text.split(separator: " ").map { String($0) })
    #expect(explanation.words.filter(\.isMark).allSatisfy { $0.integratedGradients == 0 && $0.gradientTimesInput == 0 })
  }

  @Test func withoutALabelItIsTheLikeliest() throws {
    let tiny = try tiny(.roberta)
    let classifier = try TextClassifier(
      model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, execution: KernelChoice.active.execution())
    #expect(try [explainer(tiny).explain(Self.text).label] == classifier.classify(Self.text).labels)
    #expect(throws: GenerationFailure.unknownLabel(name: "noon", labels: ["night", "day", "dusk"])) {
      _ = try explainer(tiny).explain(Self.text, label: "noon")
    }
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func attentionIsShares(_ family: TransformerConfiguration.Family) throws {
    let tiny = try tiny(family)
    let explanation = try explainer(tiny).explain(Self.text)
    let count = explanation.words.count
    #expect(explanation.attention.count == 2 && explanation.attention.allSatisfy { $0.count == 3 })
    for map in explanation.attention.joined() {
      for word in 0..<count {
        let row = map[word * count..<(word + 1) * count]
        #expect(abs(row.reduce(0, +) - 1) < 1e-4 && row.allSatisfy { $0 >= 0 })
        if family.isCausal { #expect(row.dropFirst(word + 1).allSatisfy { $0 == 0 }) }
      }
    }
    #expect(abs(explanation.attentionOfAnswer(layer: 1).reduce(0, +) - 1) < 1e-4)
    #expect(explanation.readAt == (family.isCausal ? count - 1 : 0))
  }

  /// The second method for the gradient of the input: differences of the score, along one token's vector.
  @Test(arguments: TransformerConfiguration.Family.allCases)
  func gradientsAreDifferences(_ family: TransformerConfiguration.Family) throws {
    let tiny = try tiny(family)
    let batch = TokenBatch([[1, 40, 60, 80, 2], [1, 33, 2]])
    let vectors = try tiny.model.tokenVectors(batch.tokens, weights: tiny.weights)
    let scratch = ParameterBuffer(zeros: tiny.model.layout)
    let activations = Activations(tiny.model, tokens: 8, sequences: 2, training: true)
    let execution = KernelChoice.reference.execution()
    func scores(_ vectors: [Float]) throws -> (scores: [Float], gradients: [Float]) {
      try tiny.model.scoreGradients(
        of: 1, batch: batch, vectors: vectors, weights: tiny.weights, scratch: scratch, activations: activations,
        execution: execution)
    }
    let found = try scores(vectors)
    let plain = try tiny.model.scores(
      of: batch, weights: tiny.weights, activations: activations, execution: execution)
    #expect(found.scores == [plain[0, 1], plain[1, 1]])
    let width = tiny.model.configuration.width
    for row in [1, 3, 6] {
      var random = RandomGenerator(seed: UInt64(row))
      let direction = (0..<width).map { _ in Float(random.normal()) }
      let expected = (0..<width).reduce(0.0) {
        $0 + Double(direction[$1]) * Double(found.gradients[row * width + $1])
      }
      func sum(at distance: Float) throws -> Double {
        var moved = vectors
        for column in 0..<width { moved[row * width + column] += distance * direction[column] }
        return try scores(moved).scores.reduce(0.0) { $0 + Double($1) }
      }
      let h: Float = 0x1p-8
      let derivative = (8 * (try sum(at: h) - sum(at: -h)) - (try sum(at: 2 * h) - sum(at: -2 * h))) / (12 * Double(h))
      #expect(abs(derivative - expected) <= 2e-3 * max(abs(expected), 1), "\(derivative) and \(expected)")
    }
  }
}
