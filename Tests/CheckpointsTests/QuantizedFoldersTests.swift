import Checkpoints
import Files
import KernelSupport
import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct QuantizedFoldersTests {
  @Test(
    "A folder in another format comes back as it was",
    arguments: TransformerConfiguration.Family.allCases, [WeightFormat.bf16, .q8, .q4])
  func comesBack(family: TransformerConfiguration.Family, format: WeightFormat) throws {
    try withScratchFolder { scratch in
      let configuration = SmallModels.configuration(family)
      let model = try Transformer(configuration)
      let weights = try SmallModels.weights(configuration)
      let stored = model.stored(weights, as: format)
      stored.copy(to: weights)
      var folder = ModelFolder(configuration: configuration, weights: weights)
      folder.stored = stored
      try folder.write(to: scratch + "/model")
      let read = try ModelFolder(reading: scratch + "/model")
      #expect(SmallModels.numbers(read.weights) == SmallModels.numbers(weights))
      let wanted = format != .bf16 || configuration.head == .causalLanguage
      #expect((read.stored != nil) == wanted)
      if let again = read.stored {
        #expect(model.matrices.allSatisfy { again.format(of: $0) == stored.format(of: $0) })
      }
      let bytes = try Files.byteCount(of: scratch + "/model/model.safetensors")
      #expect(bytes < 4 * weights.layout.parameterCount)
    }
  }

  @Test("Scales of another shape are refused")
  func wrongScales() throws {
    try withScratchFolder { scratch in
      var configuration = SmallModels.configuration(.llama)
      let model = try Transformer(configuration)
      let weights = try SmallModels.weights(configuration)
      var folder = ModelFolder(configuration: configuration, weights: weights)
      folder.stored = model.stored(weights, as: .q8)
      try folder.write(to: scratch + "/model")
      configuration.innerWidth += 4
      let file = try SafetensorsFile(scratch + "/model/model.safetensors")
      let loader = try WeightLoader(WeightFiles(file: file), family: .llama)
      #expect(throws: CheckpointFailure.self) { try loader.load(Transformer(configuration).layout) }
    }
  }
}
