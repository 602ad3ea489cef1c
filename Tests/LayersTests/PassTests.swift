import KernelSupport
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct PassTests {
  private func pass(_ seed: UInt64?) -> Pass {
    LayerBench(ParameterLayout()).pass(.reference, dropoutSeed: seed)
  }

  @Test("Every place in every layer drops by a seed of its own")
  func sites() {
    let places: [DropoutSite.Place] = [
      .embeddings, .attentionProbabilities, .attentionOutput, .feedForwardOutput, .classifierInput, .classifierOutput,
    ]
    var seeds = Set<UInt64>()
    for seed in 1...20 as ClosedRange<UInt64> {
      for layer in 0..<50 {
        for place in places {
          seeds.insert(pass(seed).dropout(0.1, at: DropoutSite(layer: layer, place)).seed)
        }
      }
    }
    #expect(seeds.count == 20 * 50 * places.count)
  }

  @Test("No seed and no probability drop nothing")
  func none() {
    #expect(pass(nil).dropout(0.5, at: DropoutSite(.embeddings)).isNone)
    #expect(pass(3).dropout(0, at: DropoutSite(.embeddings)).isNone)
    #expect(!pass(3).dropout(0.5, at: DropoutSite(.embeddings)).isNone)
  }
}
