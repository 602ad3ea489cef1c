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

  /// In which form matrices come into memory.
  public enum MatrixForm: Sendable {
    /// As floats, so that a model can be trained.
    case floats
    /// In the form of the checkpoint, where generation can read that: quantised, or bfloat16. The others are floats.
    case asStored
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

  /// New memory with the numbers of the checkpoint, every parameter as floats.
  ///
  /// Throws a `CheckpointFailure` that names the tensor, or a `FileFailure`.
  ///
  /// - Parameters:
  ///   - layout: the model's.
  ///   - missingHead: what to do about a head that the checkpoint has not.
  public func load(
    _ layout: ParameterLayout, missingHead: MissingHead = .refused
  ) throws -> (weights: ParameterBuffer, report: Report) {
    let loaded = try load(layout, storing: [], as: .floats, missingHead: missingHead)
    return (loaded.weights, loaded.report)
  }

  /// New memory with the numbers of the checkpoint, and the matrices that it has in a form that decoding reads.
  ///
  /// - Parameters:
  ///   - layout: the model's.
  ///   - matrices: the parameters that may be kept as they are stored.
  ///   - form: in which form they come into the weights.
  ///   - missingHead: what to do about a head that the checkpoint has not.
  /// - Returns: the weights; the matrices that are not floats in the checkpoint, nil if there are none; what the two had
  ///   in common.
  func load(
    _ layout: ParameterLayout, storing matrices: [Parameter], as form: MatrixForm, missingHead: MissingHead
  ) throws -> (weights: ParameterBuffer, stored: StoredWeights?, report: Report) {
    var randomness: Randomness?
    if case .initialized(let given) = missingHead { randomness = given }
    let plan = try plan(layout, initializesHead: randomness != nil)
    let unused = try unused(except: plan.used)
    let stored = try stored(matrices, plan)
    let buffer: ParameterBuffer
    switch (stored, form) {
    case (let stored?, .asStored):
      buffer = ParameterBuffer(zeros: layout, beside: stored)
    case (let stored, _):
      buffer = ParameterBuffer(zeros: layout)
      stored?.copy(to: buffer)
    }
    for (tensor, source) in plan.reads where stored?[tensor.entry.parameter] == nil {
      try read(source, tensor, into: buffer)
    }
    if let randomness {
      for entry in plan.entriesToInitialize { buffer.initialize(entry, randomness) }
    }
    return (buffer, stored, Report(initialized: plan.initialized, unused: unused))
  }

  /// The matrices of which the checkpoint has every part in one form that decoding reads; nil where there are none.
  private func stored(_ matrices: [Parameter], _ plan: Plan) throws -> StoredWeights? {
    let parts = Dictionary(grouping: plan.reads) { $0.stored.entry.parameter }
    return try StoredWeights(matrices) { parameter in
      let parts = parts[parameter] ?? []
      let numbers = try parts.compactMap { try storedNumbers($0.source, $0.stored) }
      guard numbers.count == parts.count else { return nil }
      return StoredWeights.Numbers(joining: numbers).flatMap { $0.rows == parameter.rows ? $0 : nil }
    }
  }

  /// The numbers of a quantised tensor, or of one of bfloat16; nil of others.
  private func storedNumbers(_ source: Source, _ stored: StoredTensor) throws -> StoredWeights.Numbers? {
    let numbers: StoredWeights.Numbers
    if let scale = scales[ExactString(names.canonical(source.tensor.name))] {
      numbers = try QuantizedTensor.numbers(source, scale, for: stored)
    } else if source.tensor.type == .bfloat16 {
      numbers = try HalfTensor.numbers(source, for: stored)
    } else {
      return nil
    }
    guard numbers.areFinite else {
      throw CheckpointFailure.notFinite(tensor: source.tensor.name, path: source.file.path)
    }
    return numbers
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
    if source.tensor.type.isQuantized, let numbers = try storedNumbers(source, stored) {
      return numbers.widen(to: view)
    }
    try source.file.read(source.tensor, as: stored, into: buffer)
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
