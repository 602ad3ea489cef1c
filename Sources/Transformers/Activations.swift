import Layers
import Tensors

/// The memory of a model's passes: planned for so many tokens, taken once, used again for every batch.
///
/// One object serves one pass at a time. The matrices that a pass returns are in it, and are valid until the next one.
public final class Activations: @unchecked Sendable {
  /// The most tokens of a batch.
  public let tokens: Int
  /// The most sequences of a batch.
  public let sequences: Int
  /// The most rows of logits that can be asked for at once.
  public let logitRows: Int
  /// Whether there is room for gradients.
  public let isForTraining: Bool
  /// How many bytes were taken.
  public let byteCount: Int

  let configuration: TransformerConfiguration
  let rotary: RotaryTable?
  private(set) var memory: Memory
  private(set) var rows: BatchRows
  private let workspace: Workspace

  /// Plans and takes the memory.
  /// - Parameters:
  ///   - model: The model.
  ///   - tokens: The most tokens of a batch.
  ///   - sequences: The most sequences of a batch.
  ///   - training: Whether gradients will be asked for. Then everything that a block computes is kept, otherwise one
  ///     block's room does for all.
  ///   - logitRows: The most rows of logits that `logits` will be asked for, if more than a chunk of the language head.
  public init(_ model: Transformer, tokens: Int, sequences: Int, training: Bool, logitRows: Int? = nil) {
    self.tokens = tokens
    self.sequences = sequences
    self.isForTraining = training
    self.configuration = model.configuration
    let size = Size(model, tokens: tokens, sequences: sequences, training: training, logitRows: logitRows)
    self.logitRows = size.logitRows
    (workspace, memory) = Workspace.make { plan in Memory(model, size, &plan) }
    rows = BatchRows(tokens: tokens, sequences: sequences)
    rotary = model.rotaryTable(positions: min(tokens, model.configuration.maximumLength))
    byteCount = workspace.byteCount + model.rotaryBytes(positions: min(tokens, model.configuration.maximumLength))
  }

  /// How many bytes `init` would take.
  public static func byteCount(
    _ model: Transformer, tokens: Int, sequences: Int, training: Bool, logitRows: Int? = nil
  ) -> Int {
    let size = Size(model, tokens: tokens, sequences: sequences, training: training, logitRows: logitRows)
    return Workspace.bytes { plan in Memory(model, size, &plan) }
      + model.rotaryBytes(positions: min(tokens, model.configuration.maximumLength))
  }

  /// Takes up a batch: its rows, and matrices of as many rows.
  func load(_ batch: TokenBatch, for model: Transformer) {
    rows.removeAll()
    rows.seesAll = batch.attention == .bidirectional
    var first = 0
    for length in batch.lengths {
      let range = first..<first + length
      rows.append(
        tokens: batch.tokens[range], segments: batch.segments.isEmpty ? [] : batch.segments[range],
        firstPosition: model.configuration.firstPosition)
      first += length
    }
    fit(model)
  }

  /// Takes up continuations of the sequences of a cache.
  func load(_ prompts: [(sequence: Int, tokens: [Int32])], after cache: KeyValueCache, for model: Transformer) {
    rows.removeAll()
    for (sequence, tokens) in prompts {
      rows.append(tokens: tokens, after: cache.lengths[sequence], firstKey: sequence * cache.capacity)
    }
    fit(model)
  }

  /// The rows that are computed behind the last block's attention, where only those that are asked for are read.
  func select(_ asked: [Int32]?) -> RowSelection? {
    asked.flatMap { memory.trunk.selection.select($0[...]) }
  }

  /// The matrices are views, made anew only where a batch has another number of tokens than the one before.
  private func fit(_ model: Transformer) {
    guard rows.count != memory.trunk.hidden.rows else { return }
    let size = Size(
      model, tokens: rows.count, sequences: sequences, training: isForTraining, logitRows: logitRows)
    memory = workspace.reuse { plan in Memory(model, size, &plan) }
  }
}

extension Activations {
  /// What the memory is planned for.
  struct Size {
    let tokens: Int, sequences: Int, logitRows: Int, training: Bool

    init(_ model: Transformer, tokens: Int, sequences: Int, training: Bool, logitRows: Int?) {
      (self.tokens, self.sequences, self.training) = (tokens, sequences, training)
      let chunk = LanguageHead.chunkRows(vocabularySize: model.configuration.vocabularySize)
      self.logitRows = logitRows ?? max(min(tokens, chunk), sequences)
    }
  }

  /// All matrices of a pass.
  struct Memory {
    let trunk: Trunk.Memory
    let language: LanguageHead.Memory?
    let classification: ClassificationHead.Memory?
    let nextSentence: ClassificationHead.Memory?
    /// In the same memory as the heads', which are done when the blocks go backward.
    let block: TransformerBlock.Scratch

    init(_ model: Transformer, _ size: Size, _ plan: inout Workspace.Planner) {
      let training = size.training
      let labelledRows = model.configuration.head == .tokenClassification ? size.tokens : size.sequences
      trunk = Trunk.Memory(model.trunk, rows: size.tokens, training: training, &plan)
      (language, classification, nextSentence) = plan.temporarily { plan in
        (
          model.heads.language.map { LanguageHead.Memory($0, rows: size.logitRows, training: training, &plan) },
          model.heads.classification.map {
            ClassificationHead.Memory($0, rows: labelledRows, training: training, &plan)
          },
          model.heads.nextSentence.map {
            ClassificationHead.Memory($0, rows: size.sequences, training: training, &plan)
          }
        )
      }
      block = TransformerBlock.Scratch(
        model.trunk.blocks[0], branch: trunk.branch, rows: size.tokens, training: training, &plan)
    }
  }
}
