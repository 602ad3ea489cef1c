import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct ActivationsTests {
  @Test(
    "The plan's size is known before anything is taken", arguments: TransformerConfiguration.Family.allCases,
    [false, true])
  func size(family: TransformerConfiguration.Family, training: Bool) throws {
    let bench = try ModelBench(family)
    let planned = Activations.byteCount(bench.model, tokens: 30, sequences: 3, training: training)
    let activations = Activations(bench.model, tokens: 30, sequences: 3, training: training)
    #expect(activations.byteCount == planned && planned > 0)
  }

  @Test("Evaluation needs no more memory for more layers")
  func evaluation() throws {
    func bytes(layers: Int, training: Bool) throws -> Int {
      let bench = try ModelBench(.gpt2) { $0.layers = layers }
      return Activations.byteCount(bench.model, tokens: 30, sequences: 3, training: training)
    }
    #expect(try bytes(layers: 2, training: false) == bytes(layers: 9, training: false))
    #expect(try bytes(layers: 2, training: true) < bytes(layers: 3, training: true))
  }

  @Test("Batches of every size fit into the memory of the largest", arguments: TransformerConfiguration.Family.allCases)
  func sizes(family: TransformerConfiguration.Family) throws {
    let bench = try ModelBench(family) { $0.setDropout(0.1) }
    let activations = bench.activations(tokens: 24, sequences: 2, training: true)
    let gradients = ParameterBuffer(zeros: bench.model.layout)
    for lengths in [[12, 12], [1], [3, 7], [12], [2, 1], [12, 12]] {
      let fresh = bench.activations(tokens: 24, sequences: 2, training: true)
      let batch = bench.batch(lengths)
      #expect(try bench.loss(batch, gradients, activations) == bench.loss(batch, gradients, fresh))
    }
  }
}
