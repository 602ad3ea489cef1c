import Checkpoints
import Files
import KernelSupport
import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct QuantizedFoldersTests {
  /// Writes a small model in a format; returns what was written.
  private func write(
    _ configuration: TransformerConfiguration, _ format: WeightFormat, to path: String
  ) throws -> (model: Transformer, folder: ModelFolder) {
    let model = try Transformer(configuration)
    var folder = ModelFolder(configuration: configuration, weights: try SmallModels.weights(configuration))
    folder.stored = model.stored(folder.weights, as: format)
    folder.stored?.copy(to: folder.weights)
    try folder.write(to: path)
    return (model, folder)
  }

  @Test(
    "A folder in another format comes back as it was",
    arguments: TransformerConfiguration.Family.allCases, [WeightFormat.bf16, .q8, .q4])
  func comesBack(family: TransformerConfiguration.Family, format: WeightFormat) throws {
    try withScratchFolder { scratch in
      let (model, folder) = try write(SmallModels.configuration(family), format, to: scratch + "/model")
      let read = try ModelFolder(reading: scratch + "/model")
      #expect(SmallModels.numbers(read.weights) == SmallModels.numbers(folder.weights))
      let (again, stored) = (try #require(read.stored), try #require(folder.stored))
      #expect(model.matrices.allSatisfy { again.format(of: $0) == stored.format(of: $0) })
      let bytes = try Files.byteCount(of: scratch + "/model/model.safetensors")
      #expect(bytes < 4 * model.layout.parameterCount)
    }
  }

  @Test(
    "Weights that stay as they are stored answer with the same bits, and are not trained",
    arguments: TransformerConfiguration.Family.allCases, [WeightFormat.bf16, .q8, .q4])
  func asStored(family: TransformerConfiguration.Family, format: WeightFormat) throws {
    try withScratchFolder { scratch in
      // Groups of 32 and a rest.
      var configuration = SmallModels.configuration(family)
      (configuration.width, configuration.headWidth, configuration.innerWidth) = (36, 12, 70)
      let (model, folder) = try write(configuration, format, to: scratch + "/model")
      let read = try [WeightLoader.MatrixForm.floats, .asStored].map {
        try ModelFolder(reading: scratch + "/model", as: $0)
      }
      #expect(read[0].weights.stored == nil && read[1].weights.stored === read[1].stored)
      #expect(model.matrices.allSatisfy { read[1].stored?.format(of: $0) == folder.stored?.format(of: $0) })

      let tokens: [Int32] = [7, 250, 3, 3, 99, 12, 41, 5, 8, 100]
      let batch = TokenBatch(tokens: tokens + [4, 9], lengths: [10, 2])
      let (execution, answers) = (Execution(threads: 2), Activations(model, tokens: 12, sequences: 2, training: false))
      func bits(_ matrix: Matrix) -> [UInt32] { (0..<matrix.rows).flatMap { matrix.row($0).map(\.bitPattern) } }
      let scores = try read.map {
        bits(
          try model.logits(
            of: batch, rows: [0, 3, 11], weights: $0.weights, activations: answers, execution: execution))
      }
      #expect(scores[0] == scores[1] && Set(scores[0]).count > 100)

      if configuration.head == .causalLanguage {
        // A prompt of many tokens, whose products are widened, and a few more, which are read as they are stored.
        let continuations = try read.map { folder in
          let cache = KeyValueCache(model, sequences: 1, capacity: 12)
          return try [tokens, [4, 9]].flatMap { new in
            bits(
              try model.extend(
                cache, [(0, new)], weights: folder.weights, activations: answers, execution: execution,
                stored: read[0].stored))
          }
        }
        #expect(continuations[0] == continuations[1])
      }

      let training = Activations(model, tokens: 12, sequences: 2, training: true)
      #expect(throws: ModelFailure.weightsAsStored) {
        try model.languageLoss(
          of: batch, targets: LanguageTargets(rows: [1], tokens: [5]), weights: read[1].weights,
          gradients: ParameterBuffer(zeros: model.layout), activations: training, execution: execution)
      }
      #expect(throws: ModelFailure.weightsAsStored) { try model.tokenVectors([1], weights: read[1].weights) }
      #expect(throws: ModelFailure.weightsAsStored) {
        try GGUFExport.write(
          read[1].weights, of: configuration, tokenizer: SmallModels.tokenizer(), name: "a", type: .f32,
          to: scratch + "/a.gguf")
      }
    }
  }

  @Test("Numbers that are none are refused in every format", arguments: [WeightFormat.bf16, .q8, .q4])
  func notFinite(format: WeightFormat) throws {
    try withScratchFolder { scratch in
      _ = try write(SmallModels.configuration(.llama), format, to: scratch + "/model")
      try Files.remove(scratch + "/model/manifest.json")
      let path = scratch + "/model/model.safetensors"
      let name = "model.embed_tokens.weight" + (format == .bf16 ? "" : ".scales")
      let range = try #require(try SafetensorsFile(path).tensor(named: name)?.range)
      var bytes = try Files.read(path)
      let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) } + 8
      (bytes[header + range.lowerBound + 6], bytes[header + range.lowerBound + 7]) = (0x80, 0x7F)  // Infinity.
      try AtomicFile.write(bytes, to: path)
      for form in [WeightLoader.MatrixForm.floats, .asStored] {
        #expect {
          try ModelFolder(reading: scratch + "/model", as: form)
        } throws: {
          if case CheckpointFailure.notFinite? = $0 as? CheckpointFailure { true } else { false }
        }
      }
    }
  }

  @Test("Scales of another shape are refused")
  func wrongScales() throws {
    try withScratchFolder { scratch in
      var configuration = SmallModels.configuration(.llama)
      _ = try write(configuration, .q8, to: scratch + "/model")
      configuration.innerWidth += 4
      let file = try SafetensorsFile(scratch + "/model/model.safetensors")
      let loader = try WeightLoader(WeightFiles(file: file), family: .llama)
      #expect(throws: CheckpointFailure.self) { try loader.load(Transformer(configuration).layout) }
    }
  }
}
