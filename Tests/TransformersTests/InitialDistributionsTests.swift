import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct InitialDistributionsTests {
  private func initialization(
    _ family: TransformerConfiguration.Family, _ part: String
  ) throws -> Initialization? {
    let configuration = TransformerConfiguration.preset(.mini, family: family, vocabularySize: 100, context: 32)
    return try Transformer(configuration).layout.entries.first { $0.name.contains(part) }?.initialization
  }

  @Test("Distributions of the papers")
  func distributions() throws {
    #expect(try initialization(.gpt2, "wte") == .normal(deviation: 0.02))
    #expect(try initialization(.gpt2, "c_fc.weight") == .normal(deviation: 0.02))
    #expect(try initialization(.gpt2, "attn.c_proj.weight") == .normal(deviation: 0.02 / Float(12).squareRoot()))
    #expect(try initialization(.gpt2, "mlp.c_proj.weight") == .normal(deviation: 0.02 / Float(12).squareRoot()))
    #expect(try initialization(.gpt2, "c_fc.bias") == .zeros)
    #expect(try initialization(.gpt2, "ln_f.weight") == .ones)
    #expect(try initialization(.llama, "down_proj") == .normal(deviation: 0.02))
    #expect(try initialization(.bert, "word_embeddings") == .truncatedNormal(deviation: 0.02))
    #expect(try initialization(.roberta, "output.dense.weight") == .truncatedNormal(deviation: 0.02))
    #expect(try initialization(.roberta, "LayerNorm.weight") == .ones)
  }

  /// The first loss of a model that knows nothing is that of a uniform guess, and its seed decides every bit.
  @Test("A new model guesses evenly", arguments: TransformerConfiguration.Family.allCases)
  func firstLoss(family: TransformerConfiguration.Family) throws {
    let bench = try ModelBench(family) { $0.initializerRange = 0.02 }
    let loss = try bench.loss(bench.batch([12, 12]), nil, bench.activations())
    #expect(abs(loss.mean - 3.367) < 0.1)  // ln 29
    #expect(bench.model.initialWeights(seed: 7).all.values == bench.weights.all.values)
    #expect(bench.model.initialWeights(seed: 8).all.values != bench.weights.all.values)
  }
}
