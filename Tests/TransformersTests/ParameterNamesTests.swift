import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct ParameterNamesTests {
  @Test("A new head takes over the trunk", arguments: TransformerConfiguration.Family.allCases)
  func copyShared(family: TransformerConfiguration.Family) throws {
    let bench = try ModelBench(family)
    let classifier = try Transformer(bench.model.configuration.classifying(sequencesInto: ["a", "b"]))
    let weights = classifier.initialWeights(seed: 99)
    let missing = weights.copyShared(from: bench.weights)
    let expected: [String] =
      switch family {
      case .gpt2, .llama: ["score.weight"]
      case .bert: ["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"]
      case .roberta:
        [
          "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight", "classifier.out_proj.bias",
        ]
      }
    #expect(missing == expected)

    // The trunk computes what it computed, with any head and with none.
    let batch = bench.batch([5, 9])
    let trunk = try Transformer(
      {
        var configuration = bench.model.configuration
        configuration.head = .none
        return configuration
      }())
    let trunkWeights = ParameterBuffer(zeros: trunk.layout)
    #expect(trunkWeights.copyShared(from: weights) == [])
    let hidden = try trunk.hidden(
      of: batch, weights: trunkWeights,
      activations: Activations(trunk, tokens: 14, sequences: 2, training: false), execution: bench.execution)
    #expect(try hidden.values == bench.hidden(batch))
  }

  @Test("The first parameter that is not finite is named")
  func notFinite() throws {
    let bench = try ModelBench(.llama)
    #expect(bench.weights.firstNonFiniteName == nil)
    let entry = bench.model.layout.entries[3]
    bench.weights[entry.parameter].pointer[entry.parameter.count - 1] = .infinity
    #expect(bench.weights.firstNonFiniteName == entry.name)
  }

  @Test("Names, prefixes and transposition as in the state dicts")
  func names() throws {
    func names(_ family: TransformerConfiguration.Family, _ head: TransformerConfiguration.Head) throws -> [String] {
      try ModelBench(family) { ($0.head, $0.layers) = (head, 1) }.model.layout.entries.flatMap {
        $0.tensors.map(\.name)
      }
    }
    #expect(try names(.gpt2, .causalLanguage).first == "transformer.wte.weight")
    #expect(try names(.gpt2, .none).contains("h.0.attn.c_attn.weight"))
    #expect(try !names(.gpt2, .causalLanguage).contains("lm_head.weight"))
    #expect(try names(.llama, .causalLanguage).contains("model.layers.0.self_attn.k_proj.weight"))
    #expect(try names(.bert, .maskedLanguage).contains("cls.predictions.transform.LayerNorm.bias"))
    #expect(try names(.roberta, .maskedLanguage).contains("lm_head.layer_norm.weight"))

    let gpt2 = try ModelBench(.gpt2).model.layout.entries
    let transposed = gpt2.filter { $0.tensors.contains(where: \.isTransposed) }.map(\.name)
    #expect(transposed.count == 8 && transposed.allSatisfy { $0.contains("c_") })
    #expect(gpt2.filter(\.decays).allSatisfy { $0.parameter.rows > 1 })
    #expect(gpt2.filter { !$0.decays }.allSatisfy { $0.parameter.rows == 1 })
  }
}
