import Corpora
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

@Suite struct PseudoLikelihoodTests {
  /// The second method: one text at a time, one token hidden, and the softmax of its scores by hand.
  @Test(arguments: [TransformerConfiguration.Family.bert, .roberta, .llama])
  func isTheSumOverTextsWithOneTokenHidden(_ family: TransformerConfiguration.Family) throws {
    let tokenizer = try ToyTexts.tokenizer()
    let shard = ToyTexts.shard(tokenizer, documents: 3, seed: 4)
    var configuration = ToyTexts.configuration(family, tokenizer)
    configuration.fillsMasks = family == .llama
    let model = try Transformer(configuration)
    let weights = model.initialWeights(seed: 2)
    let execution = KernelChoice.active.execution()
    let special = tokenizer.special
    let (begin, end, mask) = (try #require(special.begin), try #require(special.end), try #require(special.mask))
    let activations = Activations(model, tokens: 40, sequences: 1, training: false)
    var expected = 0.0
    for document in 0..<shard.documentCount {
      let tokens = shard.document(document)
      for first in stride(from: 0, to: tokens.count, by: model.configuration.maximumLength - 2) {
        let text = [begin] + tokens[first...].prefix(model.configuration.maximumLength - 2) + [end]
        for place in 1..<text.count - 1 {
          var hidden = text
          hidden[place] = mask
          let row = try model.logits(
            of: TokenBatch([hidden], attention: .bidirectional), rows: [Int32(family == .llama ? place - 1 : place)],
            weights: weights, activations: activations, execution: execution
          ).row(0).map { Double($0) }
          let largest = row.max() ?? 0
          expected +=
            row[Int(text[place])] - largest - logarithm(row.reduce(0) { $0 + exponential($1 - largest) })
        }
      }
    }
    for batchTokens in [1, 100, 4096] {
      let found = try PseudoLikelihoodEvaluator(model: model, tokenizer: tokenizer, batchTokens: batchTokens)
        .evaluate(shard, weights: weights, execution: execution)
      #expect(abs(found.sum - expected) < 1e-4 * abs(expected) && found.tokens == shard.tokenCount)
      #expect(abs(found.perplexity - exponential(-expected / Double(shard.tokenCount))) < 0.01 * found.perplexity)
    }
  }

  @Test func aCausalModelHasNone() throws {
    let tokenizer = try ToyTexts.tokenizer()
    let model = try Transformer(ToyTexts.configuration(.gpt2, tokenizer))
    #expect(throws: TrainingFailure.self) { _ = try PseudoLikelihoodEvaluator(model: model, tokenizer: tokenizer) }
  }
}
