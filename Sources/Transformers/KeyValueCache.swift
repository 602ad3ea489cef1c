import Layers
import Tensors

/// The keys and values of texts that a causal model has read, so that each new token costs one row of work.
public final class KeyValueCache: @unchecked Sendable {
  /// How many texts it holds.
  public let sequences: Int
  /// How many tokens of each.
  public let capacity: Int
  /// How many bytes were taken.
  public let byteCount: Int
  /// How many tokens of each text it holds now.
  public internal(set) var lengths: [Int]

  let configuration: TransformerConfiguration
  let memory: KeyValueMemory
  let rotary: RotaryTable?

  /// A cache for so many texts of at most `capacity` tokens; more than the model has positions is cut to those.
  public init(_ model: Transformer, sequences: Int, capacity: Int) {
    let configuration = model.configuration
    let capacity = min(capacity, configuration.maximumLength)
    self.configuration = configuration
    self.sequences = sequences
    self.capacity = capacity
    lengths = [Int](repeating: 0, count: sequences)
    memory = KeyValueMemory(
      layers: configuration.layers, rows: sequences * capacity,
      width: 2 * configuration.keyHeads * configuration.headWidth)
    rotary = model.rotaryTable(positions: capacity)
    byteCount = Self.byteCount(model, sequences: sequences, capacity: capacity)
  }

  /// How many bytes `init` would take.
  public static func byteCount(_ model: Transformer, sequences: Int, capacity: Int) -> Int {
    let configuration = model.configuration
    let capacity = min(capacity, configuration.maximumLength)
    let numbers = configuration.layers * sequences * capacity * 2 * configuration.keyHeads * configuration.headWidth
    return numbers * MemoryLayout<Float>.stride + model.rotaryBytes(positions: capacity)
  }

  /// Makes a text a copy of another.
  public func copy(_ source: Int, to target: Int) {
    precondition(lengths.indices.contains(source) && lengths.indices.contains(target), "\(source) copied to \(target)")
    guard source != target else { return }
    for layer in 0..<configuration.layers {
      for row in 0..<lengths[source] {
        memory[layer].copyRow(target * capacity + row, from: memory[layer], row: source * capacity + row)
      }
    }
    lengths[target] = lengths[source]
  }

  /// Forgets the tokens of a text from the given length on; to 0, all of them.
  ///
  /// A longer length changes nothing.
  public func truncate(sequence: Int, to length: Int) {
    precondition(lengths.indices.contains(sequence) && length >= 0, "sequence \(sequence) cut to \(length)")
    lengths[sequence] = min(lengths[sequence], length)
  }
}
