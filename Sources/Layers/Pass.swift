import KernelSupport
import Tensors

/// One run of a batch through a model: what every layer needs beside its own input.
package struct Pass {
  /// The parameters.
  package let weights: ParameterBuffer
  /// How to compute.
  package let execution: Execution
  /// Whose the rows are, and where they stand.
  package let rows: BatchRows
  /// What the dropouts are derived from; nil where nothing is dropped.
  package let dropoutSeed: UInt64?
  /// The angles of rotary positions, if the model has them.
  package let rotary: RotaryTable?
  /// The keys and values of earlier tokens, in generation.
  package let cache: KeyValueMemory?
  /// What stands in the place of the tokens' vectors, if something does.
  package let inputs: InputVectors?
  /// The matrices as they are stored, in generation; products of few rows read these.
  package let stored: StoredWeights?
  /// The rows that are computed behind the last block's attention, if not all.
  package let selection: RowSelection?
  /// Whether a backward pass follows, which needs more than the results.
  package let isForTraining: Bool

  package init(
    weights: ParameterBuffer, execution: Execution, rows: BatchRows, dropoutSeed: UInt64? = nil,
    rotary: RotaryTable? = nil, cache: KeyValueMemory? = nil, inputs: InputVectors? = nil,
    stored: StoredWeights? = nil, selection: RowSelection? = nil, isForTraining: Bool = false
  ) {
    (self.weights, self.execution, self.rows) = (weights, execution, rows)
    (self.dropoutSeed, self.rotary, self.cache, self.inputs) = (dropoutSeed, rotary, cache, inputs)
    (self.stored, self.selection, self.isForTraining) = (stored, selection, isForTraining)
  }

  /// The dropout of a place in the model: another one for each place and each seed.
  package func dropout(_ probability: Float, at site: DropoutSite) -> Dropout {
    guard let dropoutSeed, probability > 0 else { return .none }
    return Dropout(probability: probability, seed: site.seed(from: dropoutSeed))
  }

  /// Where rows of the batch that were asked for stand among the hidden states.
  package func places(of asked: ArraySlice<Int32>) -> ArraySlice<Int32> {
    selection == nil ? asked : rows.allRows.prefix(asked.count)
  }

  /// The gradient behind a dropout: the same matrix where nothing is dropped, otherwise in `scratch`.
  package func gradient(_ gradient: Matrix, behind dropout: Dropout, in scratch: Matrix) -> Matrix {
    if dropout.isNone { return gradient }
    execution.dropout(dropout, gradient, into: scratch)
    return scratch
  }
}

/// Vectors in the place of those that tokens have, and what the backward pass finds out about them: how a model's answer
/// hangs on its input.
package struct InputVectors {
  /// [T, D] each.
  package let values: Matrix, gradient: Matrix

  package init(rows: Int, width: Int) {
    values = MatrixStorage(rows: rows, columns: width).matrix
    gradient = MatrixStorage(rows: rows, columns: width).matrix
  }
}

/// A place in a model where values are dropped.
package struct DropoutSite: Hashable, Sendable {
  /// The places of a block, and those outside of the blocks.
  package enum Place: UInt64, Sendable {
    case embeddings, attentionProbabilities, attentionOutput, feedForwardOutput, classifierInput, classifierOutput
  }

  /// The block's number; 0 outside of the blocks.
  package var layer: Int
  /// Where in it.
  package var place: Place

  package init(layer: Int = 0, _ place: Place) {
    self.layer = layer
    self.place = place
  }

  func seed(from seed: UInt64) -> UInt64 {
    let inLayer = Randomness.mixed(Randomness.mixed(seed) &+ UInt64(layer) &* 0x9E37_79B9_7F4A_7C15)
    return Randomness.mixed(inLayer &+ place.rawValue &+ 1)
  }
}
