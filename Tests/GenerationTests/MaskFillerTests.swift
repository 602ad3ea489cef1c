import Generation
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct MaskFillerTests {
  private func filler(_ family: TransformerConfiguration.Family) throws -> MaskFiller {
    let tiny = try TinyModel(family)
    return try MaskFiller(
      model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer,
      execution: Execution(kernels: ReferenceKernels.self, threads: 1))
  }

  @Test(
    "One gap: the best first, probabilities of one distribution",
    arguments: [
      TransformerConfiguration.Family.bert, .roberta,
    ])
  func oneGap(_ family: TransformerConfiguration.Family) throws {
    let results = try filler(family).fill("And God saw the <mask>, that it was good", count: 6)
    #expect(results.count == 6)
    #expect(zip(results, results.dropFirst()).allSatisfy { $0.score >= $1.score })
    #expect(results.reduce(0) { $0 + $1.score } <= 1)
    for result in results {
      #expect(result.words.count == 1 && result.tokens.count == 1)
      #expect(result.text.hasPrefix("And God saw the"))
      #expect(result.text.hasSuffix(", that it was good"))
    }
  }

  @Test("Several gaps are filled jointly, the most certain first")
  func severalGaps() throws {
    let filler = try filler(.bert)
    let results = try filler.fill("And <mask> saw the <mask>", count: 4)
    #expect(results.count == 4)
    #expect(Set(results.map(\.tokens)).count == 4)
    #expect(results.allSatisfy { $0.words.count == 2 && $0.score > 0 && $0.score <= 1 })
    // With one candidate a round, the search is greedy: the wider one finds nothing less likely.
    #expect(results[0].score >= (try filler.fill("And <mask> saw the <mask>", count: 1)[0].score) * 0.999999)
  }

  @Test("Both spellings, and refusals")
  func spellings() throws {
    let filler = try filler(.bert)
    #expect(filler.maskSpelling == "<mask>")
    #expect(try filler.fill("a [MASK]", count: 1)[0].tokens == filler.fill("a <mask>", count: 1)[0].tokens)
    #expect(throws: GenerationFailure.noMask(spelling: "<mask>")) { _ = try filler.fill("nothing to fill") }
    #expect(throws: GenerationFailure.self) {
      _ = try filler.fill(String(repeating: "light ", count: 60) + "<mask>")
    }
    let causal = try TinyModel(.gpt2)
    #expect(throws: GenerationFailure.self) {
      _ = try MaskFiller(
        model: causal.model, weights: causal.weights, tokenizer: testTokenizer,
        execution: Execution(kernels: ReferenceKernels.self))
    }
  }
}
