import Files
import Tensors

/// A low-rank adapter (LoRA; Hu and others 2021): the matrices of a trained model stay, and a product of two narrow ones
/// is added to each.
///
/// W + alpha / r · B · A takes the place of W, of which only A [r, inputs] and B [outputs, r] learn; a head for new
/// labels learns whole.
///
/// No layer knows of it: before each batch the effective weights are written into a buffer of the model's own layout,
/// and the gradients of these become those of A and B: dB = alpha / r · dW · Aᵀ, dA = alpha / r · Bᵀ · dW. That is exact.
/// It saves the memory of moments and of checkpoints, not the time of the gradients.
///
/// `layout` is that of a file of PEFT's, with its names.
public struct LowRankAdapter: Sendable {
  /// A matrix with its adapter.
  struct Target: Sendable {
    /// Hugging Face's name of the layer.
    var module: String
    /// The parameter of the model, and which of its rows.
    var full: Parameter
    var rows: Range<Int>
    /// [r, inputs], [outputs, r].
    var a: Parameter
    var b: Parameter
  }

  /// What stands before the names of a model's own tensors in PEFT's files.
  public static let namePrefix = "base_model.model."

  /// Rank, alpha, dropout and targets.
  public let settings: LowRankSettings
  /// Where A, B and the head's parameters are in an adapter's own buffer.
  public let layout: ParameterLayout
  /// The layers that are adapted, by Hugging Face's names.
  public var modules: [String] { targets.map(\.module) }
  /// Which modules are saved whole, by the ends of their names: those of a classification head.
  public let savedModules: [String]
  let targets: [Target]
  /// Parameters of the head, in the model and here.
  let heads: [(full: Parameter, own: Parameter)]

  /// An adapter for a model.
  /// - Throws: `ConfigurationFailure` if a number is out of its range, or a target is none of the model's matrices.
  public init(_ model: Transformer, _ settings: LowRankSettings) throws(ConfigurationFailure) {
    let narrowest = model.configuration.width
    guard (1...narrowest).contains(settings.rank) else {
      throw .outOfRange(key: "r", value: "\(settings.rank)", range: "1 to \(narrowest), the model's width")
    }
    guard settings.alpha.isFinite, settings.alpha > 0 else {
      throw .outOfRange(key: "lora_alpha", value: "\(settings.alpha)", range: "a number above 0")
    }
    guard (0..<1).contains(settings.dropout) else {
      throw .outOfRange(key: "lora_dropout", value: "\(settings.dropout)", range: "at least 0 and below 1")
    }
    let candidates = Self.matrices(of: model)
    for name in settings.targets where !candidates.contains(where: { Self.matches($0.module, name) }) {
      let known = Set(candidates.map { $0.module.split(separator: ".").last.map(String.init) ?? "" }).sorted()
      throw .unsupported(key: "target_modules", value: name, supported: known.joined(separator: ", "))
    }
    var layout = ParameterLayout()
    targets = candidates.filter { candidate in
      settings.targets.isEmpty || settings.targets.contains { Self.matches(candidate.module, $0) }
    }.map { candidate in
      let (name, entry) = (Self.namePrefix + candidate.module, candidate.entry)
      let (rank, inputs, outputs) = (settings.rank, entry.parameter.columns, candidate.rows.count)
      // PyTorch's first values of a linear layer, which PEFT has for A: uniform within 1 / √inputs.
      let a = layout.matrix(
        [.init(name: name + ".lora_A.weight", rows: 0..<rank)], rows: rank, columns: inputs,
        .uniform(bound: 1 / Float(inputs).squareRoot()), depth: entry.depth)
      let b = layout.matrix(
        [.init(name: name + ".lora_B.weight", rows: 0..<outputs)], rows: outputs, columns: rank, .zeros,
        depth: entry.depth)
      return Target(module: candidate.module, full: entry.parameter, rows: candidate.rows, a: a, b: b)
    }
    heads = Self.headEntries(of: model).map { entry in
      let tensors = entry.tensors.map { tensor in
        var tensor = tensor
        tensor.name = Self.namePrefix + tensor.name
        return tensor
      }
      let parameter = entry.parameter
      let own =
        tensors.allSatisfy(\.isVector)
        ? layout.vector(tensors, count: parameter.count, entry.initialization, depth: entry.depth)
        : layout.matrix(
          tensors, rows: parameter.rows, columns: parameter.columns, entry.initialization, decays: entry.decays,
          depth: entry.depth)
      return (parameter, own)
    }
    let names = Self.headEntries(of: model).map { $0.name.hasPrefix("bert.pooler.") ? "pooler" : Self.first($0.name) }
    savedModules = Set(names).sorted()
    (self.layout, self.settings) = (layout, settings)
  }

  /// An adapter's own numbers at the beginning: B zero, so that nothing is changed yet, and the head as the model has it.
  public func initialWeights(of model: ParameterBuffer, seed: UInt64) -> ParameterBuffer {
    let weights = ParameterBuffer(zeros: layout)
    weights.initialize(Randomness(seed: seed).derive("adapter"))
    for (full, own) in heads {
      for row in 0..<own.rows { weights[own].copyRow(row, from: model[full], row: row) }
    }
    return weights
  }

  private static func first(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  /// Whether a layer is meant by a name: by its own, or by the end of it.
  static func matches(_ module: String, _ name: String) -> Bool { module == name || module.hasSuffix("." + name) }

  /// The matrices of the blocks.
  private static func matrices(
    of model: Transformer
  ) -> [(module: String, entry: ParameterLayout.Entry, rows: Range<Int>)] {
    let blocks = 1...model.configuration.layers
    return model.layout.entries.filter { blocks.contains($0.depth) && $0.decays }.flatMap { entry in
      entry.tensors.map { (String($0.name.dropLast(".weight".count)), entry, $0.rows) }
    }
  }

  /// The parameters of a classification head, which have to be learned with the adapter.
  private static func headEntries(of model: Transformer) -> [ParameterLayout.Entry] {
    guard model.heads.classification != nil else { return [] }
    let trunk = model.configuration.trunkPrefix
    return model.layout.entries.filter { !$0.name.hasPrefix(trunk) || $0.name.hasPrefix("bert.pooler.") }
  }
}
