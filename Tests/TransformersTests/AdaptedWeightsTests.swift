import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct AdaptedWeightsTests {
  typealias Family = TransformerConfiguration.Family

  private func classifier(_ family: Family) throws -> Transformer {
    var configuration = TransformerConfiguration.preset(.nano, family: family, vocabularySize: 20, context: 16)
    (configuration.width, configuration.layers, configuration.heads, configuration.keyHeads) = (16, 2, 2, 2)
    (configuration.headWidth, configuration.innerWidth) = (8, 24)
    configuration.initializerRange = 0.2
    return try Transformer(configuration.classifying(sequencesInto: ["a", "b", "c"]))
  }

  private let batch = TokenBatch([[1, 5, 9, 2], [1, 7, 2], [1, 4, 4, 8, 11, 2]])
  private let targets = ClassTargets.classes([0, 2, 1])

  /// Numbers of an adapter of which none is zero.
  private func drawn(_ adapter: LowRankAdapter, _ base: ParameterBuffer) -> ParameterBuffer {
    let weights = adapter.initialWeights(of: base, seed: 3)
    var random = RandomGenerator(seed: 4)
    for entry in weights.layout.entries {
      let numbers = weights[entry.parameter]
      for index in 0..<numbers.count { numbers.pointer[index] += Float(random.normal()) * 0.1 }
    }
    return weights
  }

  /// Along a random direction of all numbers of the adapter, as `TransformerLanguageTests` does for whole models.
  @Test("The gradient is the derivative along a direction, dropout included", arguments: Family.allCases, [0, 0.3])
  func directionalDerivative(family: Family, dropout: Double) throws {
    let model = try classifier(family)
    let base = model.initialWeights(seed: 1)
    let adapter = try LowRankAdapter(model, LowRankSettings(rank: 3, alpha: 5, dropout: dropout))
    let weights = drawn(adapter, base)
    let adapted = AdaptedWeights(adapter, base: base)
    let activations = Activations(model, tokens: 16, sequences: 3, training: true)
    let execution = KernelChoice.reference.execution()
    func loss(_ full: ParameterBuffer?) throws -> Double {
      adapted.put(weights, dropoutSeed: 9, execution: execution)
      return try model.classificationLoss(
        of: batch, targets: targets, weights: adapted.effective, gradients: full, activations: activations,
        execution: execution, frozenDepth: full == nil ? 0 : 1
      ).sum
    }
    let full = ParameterBuffer(zeros: model.layout), gradients = ParameterBuffer(zeros: adapter.layout)
    _ = try loss(full)
    adapted.addGradients(from: full, of: weights, to: gradients, execution: execution)
    let entries = adapter.layout.entries
    // Each kind of parameter by itself, so that none hides behind another: A, B, and the head.
    for kind in [".lora_A.", ".lora_B.", "head"] {
      let chosen = entries.filter { entry in
        kind == "head" ? !entry.name.contains(".lora_") : entry.name.contains(kind)
      }
      #expect(!chosen.isEmpty)
      var random = RandomGenerator(seed: 8)
      let places = chosen.flatMap { $0.parameter.offset..<$0.parameter.offset + $0.parameter.count }
      let direction = places.map { _ in Float(random.normal()) * 0.1 }
      let start = places.map { weights.all.pointer[$0] }
      let expected = zip(places, direction).reduce(0.0) { $0 + Double(gradients.all.pointer[$1.0] * $1.1) }
      func value(_ distance: Float) throws -> Double {
        for (index, place) in places.enumerated() {
          weights.all.pointer[place] = start[index] + distance * direction[index]
        }
        defer { for (index, place) in places.enumerated() { weights.all.pointer[place] = start[index] } }
        return try loss(nil)
      }
      let h: Float = 0x1p-7
      let derivative = (8 * (try value(h) - value(-h)) - (try value(2 * h) - value(-2 * h))) / (12 * Double(h))
      #expect(abs(derivative - expected) <= 2e-3 * max(abs(expected), 0.5), "\(kind): \(derivative) and \(expected)")
    }
  }

  @Test("At the beginning nothing is changed", arguments: Family.allCases)
  func beginning(family: Family) throws {
    let model = try classifier(family)
    let base = model.initialWeights(seed: 1)
    let adapter = try LowRankAdapter(model, LowRankSettings())
    let adapted = AdaptedWeights(adapter, base: base)
    adapted.put(adapter.initialWeights(of: base, seed: 2), dropoutSeed: 7, execution: KernelChoice.active.execution())
    #expect((0..<base.all.count).allSatisfy { adapted.effective.all.pointer[$0] == base.all.pointer[$0] })
  }

  @Test func targetsAreNamedByTheirEnds() throws {
    let model = try classifier(.bert)
    let adapter = try LowRankAdapter(model, LowRankSettings(targets: ["query", "value"]))
    #expect(
      adapter.modules
        == (0..<2).flatMap { layer in
          ["query", "value"].map { "bert.encoder.layer.\(layer).attention.self.\($0)" }
        })
    #expect(adapter.savedModules == ["classifier", "pooler"])
    #expect(throws: ConfigurationFailure.self) { try LowRankAdapter(model, LowRankSettings(targets: ["q_proj"])) }
    #expect(throws: ConfigurationFailure.self) { try LowRankAdapter(model, LowRankSettings(rank: 0)) }
    #expect(throws: ConfigurationFailure.self) { try LowRankAdapter(model, LowRankSettings(rank: 17)) }
    #expect(throws: ConfigurationFailure.self) { try LowRankAdapter(model, LowRankSettings(alpha: .nan)) }
    #expect(throws: ConfigurationFailure.self) { try LowRankAdapter(model, LowRankSettings(dropout: 1)) }
  }
}
