import Generation
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct TextEmbedderTests {
  @Test(
    "Vectors have length 1 and do not depend on the batch",
    arguments: [
      TransformerConfiguration.Family.gpt2, .llama, .bert, .roberta,
    ])
  func vectors(_ family: TransformerConfiguration.Family) throws {
    let tiny = try TinyModel(family)
    let execution = Execution(kernels: ReferenceKernels.self, threads: 1)
    let texts = ["And God said", "light", String(repeating: "the deep ", count: 90)]
    for pooling in Pooling.allCases {
      let embedder = TextEmbedder(
        model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, execution: execution, pooling: pooling)
      let vectors = try embedder.embed(texts)
      #expect(vectors.count == 3)
      for (text, vector) in zip(texts, vectors) {
        #expect(vector.count == embedder.dimensions)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        #expect(try embedder.embed(text) == vector)
      }
      // What a causal model makes of the first token knows nothing of the others.
      #expect((vectors[0] == vectors[1]) == (pooling == .first && tiny.model.configuration.family.isCausal))
    }
  }
}
