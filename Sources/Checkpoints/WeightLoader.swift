import Files
import KernelSupport
import Tensors
import Transformers

/// Brings the tensors of a checkpoint into a model's memory: names in any of their spellings, every shape checked, no
/// parameter left without numbers.
public struct WeightLoader {
  /// What happens to the parameters of a head that the checkpoint has not, or has for other labels.
  public enum MissingHead: Sendable {
    /// It is an error.
    case refused
    /// They are drawn anew: the trunk of a trained model gets a new head.
    case initialized(Randomness)
  }

  /// What a checkpoint and a model had in common, and what not.
  public struct Report: Sendable, Equatable {
    /// The parameters that were drawn anew, by their names.
    public var initialized: [String] = []
    /// Tensors of heads that this model has not.
    public var unused: [String] = []

    /// What they had in common is all.
    public init(initialized: [String] = [], unused: [String] = []) {
      (self.initialized, self.unused) = (initialized, unused)
    }
  }

  private let names: TensorNames
  private let sources: [ExactString: Source]
  /// The scales of quantised tensors, by the names of those.
  private let scales: [ExactString: Source]
  private let order: [ExactString]
  private let path: String

  struct Source {
    var tensor: SafetensorsHeader.Tensor
    var file: SafetensorsFile
  }

  /// Collects the tensors of a checkpoint.
  public init(_ weights: WeightFiles, family: TransformerConfiguration.Family) throws(CheckpointFailure) {
    let names = TensorNames(family)
    var sources: [ExactString: Source] = [:]
    var order: [ExactString] = []
    var scales: [ExactString: Source] = [:]
    let quantized = Set(weights.tensors.filter { $0.tensor.type.isQuantized }.map { ExactString($0.tensor.name) })
    for (tensor, file) in weights.tensors {
      if let base = QuantizedTensor.base(ofScales: tensor.name), quantized.contains(ExactString(base)) {
        scales[ExactString(names.canonical(base))] = Source(tensor: tensor, file: file)
        continue
      }
      let name = ExactString(names.canonical(tensor.name))
      if let other = sources[name] {
        throw .ambiguousTensor(tensor.name, other: other.tensor.name, path: file.path)
      }
      sources[name] = Source(tensor: tensor, file: file)
      order.append(name)
    }
    self.names = names
    self.sources = sources
    self.scales = scales
    self.order = order
    self.path = weights.files.first?.path ?? ""
  }

  /// What is read from where, and what is drawn anew: all that can be known without reading a number.
  struct Plan {
    fileprivate var reads: [(stored: StoredTensor, source: Source)] = []
    fileprivate var entriesToInitialize: [ParameterLayout.Entry] = []
    fileprivate var used: Set<ExactString> = []
    fileprivate var initialized: [String] = []
  }

  /// Compares names and shapes with a model's, before any memory is taken for its parameters.
  ///
  /// - Parameters:
  ///   - layout: the model's.
  ///   - initializesHead: whether parameters of a head may be missing, or be of another shape.
  func plan(_ layout: ParameterLayout, initializesHead: Bool) throws(CheckpointFailure) -> Plan {
    var plan = Plan()
    for stored in layout.storedTensors {
      let name = names.canonical(stored.name)
      let found = source(of: name)
      if let found { plan.used.insert(found.name) }
      if let found, let scale = scales[found.name] {
        try QuantizedTensor.check(found.source.tensor, scale.tensor, for: stored, path: found.source.file.path)
        plan.reads.append((stored, found.source))
      } else if let source = found?.source, source.tensor.shape == stored.shape {
        plan.reads.append((stored, source))
      } else if initializesHead, names.isOfHead(name) {
        if plan.entriesToInitialize.last?.parameter != stored.entry.parameter {
          plan.entriesToInitialize.append(stored.entry)
        }
        plan.initialized.append(stored.name)
      } else if let source = found?.source {
        throw .wrongShape(
          tensor: source.tensor.name, expected: stored.shape, found: source.tensor.shape, path: source.file.path)
      } else {
        throw .missingTensor(stored.name, shape: stored.shape, path: path)
      }
    }
    return plan
  }

  /// New memory with the numbers of the checkpoint.
  ///
  /// Throws a `CheckpointFailure` that names the tensor, or a `FileFailure`.
  ///
  /// - Parameters:
  ///   - layout: the model's.
  ///   - missingHead: what to do about a head that the checkpoint has not.
  public func load(
    _ layout: ParameterLayout, missingHead: MissingHead = .refused
  ) throws -> (weights: ParameterBuffer, report: Report) {
    var randomness: Randomness?
    if case .initialized(let given) = missingHead { randomness = given }
    let plan = try plan(layout, initializesHead: randomness != nil)
    let unused = try unused(except: plan.used)
    let buffer = ParameterBuffer(zeros: layout)
    for (stored, source) in plan.reads { try read(source, stored, into: buffer) }
    if let randomness {
      for entry in plan.entriesToInitialize { buffer.initialize(entry, randomness) }
    }
    return (buffer, Report(initialized: plan.initialized, unused: unused))
  }

  /// The matrices that the checkpoint has in a form that decoding reads: quantised ones as they stand, and bfloat16 ones
  /// again as such; nil where there are none.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - weights: what `load` gave.
  func stored(_ model: Transformer, _ weights: ParameterBuffer) throws -> StoredWeights? {
    var read: [(parameter: Parameter, numbers: StoredWeights.Numbers)] = []
    var halves: [Parameter] = []
    let matrices = Set(model.matrices)
    for entry in model.layout.entries where matrices.contains(entry.parameter) {
      let parts = model.layout.storedTensors.filter { $0.entry.parameter == entry.parameter }
      var numbers: [StoredWeights.Numbers] = []
      var areHalves = true
      for part in parts {
        guard let found = source(of: names.canonical(part.name)) else {
          areHalves = false
          continue
        }
        areHalves = areHalves && found.source.tensor.type == .bfloat16
        guard let scale = scales[found.name] else { continue }
        numbers.append(try QuantizedTensor.numbers(found.source, scale, for: part))
      }
      if let all = StoredWeights.Numbers(joining: numbers), all.rows == entry.parameter.rows {
        read.append((entry.parameter, all))
      } else if areHalves, model.configuration.head == .causalLanguage {
        halves.append(entry.parameter)
      }
    }
    if read.isEmpty, halves.isEmpty { return nil }
    let others = matrices.subtracting(read.map(\.parameter))
    return StoredWeights(
      read, weights, formats: others.map { ($0, halves.contains($0) ? .bf16 : .fp32) })
  }

  /// A tensor of the checkpoint under its own name, or under that of one that is tied to it.
  private func source(of name: String) -> (name: ExactString, source: Source)? {
    let candidates = [name] + names.aliases.filter { $0.value == name }.map(\.key)
    for candidate in candidates {
      if let source = sources[ExactString(candidate)] { return (ExactString(candidate), source) }
    }
    return nil
  }

  /// Reads one tensor, and refuses numbers that are not finite.
  private func read(_ source: Source, _ stored: StoredTensor, into buffer: ParameterBuffer) throws {
    let view = stored.view(in: buffer)
    if let scale = scales[ExactString(names.canonical(source.tensor.name))] {
      let numbers = try QuantizedTensor.numbers(source, scale, for: stored)
      StoredWeights.copy(numbers, to: view)
    } else {
      try source.file.read(source.tensor, as: stored, into: buffer)
    }
    let numbers = UnsafeBufferPointer(start: view.pointer, count: view.count)
    guard numbers.allSatisfy(\.isFinite) else {
      throw CheckpointFailure.notFinite(tensor: source.tensor.name, path: source.file.path)
    }
  }

  /// The tensors that no parameter took: buffers are passed over, copies of tied tensors compared, other heads' named;
  /// anything else is an error, because it would change the result.
  private func unused(except used: Set<ExactString>) throws -> [String] {
    var result: [String] = []
    for name in order where !used.contains(name) {
      guard let source = sources[name], !names.isBuffer(name.string) else { continue }
      if let originalName = names.aliases[name.string], let original = sources[ExactString(originalName)] {
        guard try source.tensor.shape == original.tensor.shape && haveEqualNumbers(source, original) else {
          throw CheckpointFailure.tiedTensorDiffers(
            source.tensor.name, from: original.tensor.name, path: source.file.path)
        }
      } else if names.isOfHead(name.string) {
        result.append(source.tensor.name)
      } else {
        throw CheckpointFailure.unexpectedTensor(
          source.tensor.name, shape: source.tensor.shape, path: source.file.path)
      }
    }
    return result
  }

  private func haveEqualNumbers(_ one: Source, _ other: Source) throws -> Bool {
    try one.file.floats(of: one.tensor) == other.file.floats(of: other.tensor)
  }
}
