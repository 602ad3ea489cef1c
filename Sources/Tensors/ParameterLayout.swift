/// A place for numbers in every buffer of a model: its weights, its gradients, its optimizer's moments.
public struct Parameter: Sendable, Hashable {
  /// Where it begins in a buffer, in floats.
  public let offset: Int
  /// Rows; 1 for a vector.
  public let rows: Int
  /// Columns; the length of a vector.
  public let columns: Int
  /// Its number in the layout.
  public let index: Int

  /// How many numbers.
  public var count: Int { rows * columns }
}

/// Where the parameters of a model are, what they are called, and how they begin: one traversal of the model makes
/// it, and saving, loading, counting, decay groups, clipping and the optimizers all read it.
public struct ParameterLayout: Sendable {
  /// How a parameter is stored by Hugging Face: under one or more names, each a range of its rows.
  public struct Tensor: Sendable, Equatable {
    /// The name in the state dict.
    public var name: String
    /// Which of the parameter's rows it holds; of a vector, which of its numbers.
    public var rows: Range<Int>
    /// Whether it is stored [columns, rows] (GPT-2's `Conv1D`).
    public var isTransposed: Bool
    /// Whether it is stored with one dimension.
    public var isVector: Bool

    /// A tensor of a state dict.
    public init(name: String, rows: Range<Int>, isTransposed: Bool = false, isVector: Bool = false) {
      (self.name, self.rows, self.isTransposed, self.isVector) = (name, rows, isTransposed, isVector)
    }
  }

  /// One parameter.
  public struct Entry: Sendable {
    /// Where it is.
    public var parameter: Parameter
    /// Its names in a checkpoint; together they cover its rows.
    public var tensors: [Tensor]
    /// How it begins.
    public var initialization: Initialization
    /// Whether weight decay applies to it: to matrices, not to biases and norms.
    public var decays: Bool
    /// The layer it belongs to, counted from the embeddings (0) to the head: for layer-wise learning rates.
    public var depth: Int
    /// The maps between hidden states that it holds, each a range of its rows.
    ///
    /// Queries, keys and values are three of one parameter; tables, heads and vectors are none.
    public var maps: [Range<Int>]
    /// For messages: the first of its names.
    public var name: String { tensors.first?.name ?? "parameter \(parameter.index)" }
  }

  /// The parameters in order.
  public private(set) var entries: [Entry] = []
  /// The floats that a buffer needs: each parameter begins at a multiple of 16, 64 bytes.
  public private(set) var bufferCount = 0
  /// How many parameters there are, in numbers: what people call the model's size.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.parameter.count } }

  /// An empty layout.
  public init() {}

  /// Adds a matrix [rows, columns], which decays.
  public mutating func matrix(
    _ tensors: [Tensor], rows: Int, columns: Int, _ initialization: Initialization, decays: Bool = true, depth: Int,
    maps: [Range<Int>] = []
  ) -> Parameter {
    append(tensors, rows, columns, initialization, decays, depth, maps)
  }

  /// Adds a vector, which does not decay.
  public mutating func vector(
    _ tensors: [Tensor], count: Int, _ initialization: Initialization, depth: Int
  ) -> Parameter {
    append(tensors, 1, count, initialization, false, depth, [])
  }

  private mutating func append(
    _ tensors: [Tensor], _ rows: Int, _ columns: Int, _ initialization: Initialization, _ decays: Bool, _ depth: Int,
    _ maps: [Range<Int>]
  ) -> Parameter {
    let parameter = Parameter(offset: bufferCount, rows: rows, columns: columns, index: entries.count)
    entries.append(
      Entry(
        parameter: parameter, tensors: tensors, initialization: initialization, decays: decays, depth: depth,
        maps: maps))
    bufferCount += (parameter.count + 15) / 16 * 16
    return parameter
  }
}

/// The distribution that a parameter's first values are drawn from.
public enum Initialization: Sendable, Equatable {
  /// All zero.
  case zeros
  /// All one.
  case ones
  /// Normal with mean zero.
  case normal(deviation: Float)
  /// Normal with mean zero, cut off at two deviations (BERT's).
  case truncatedNormal(deviation: Float)
  /// Uniform within ± bound.
  case uniform(bound: Float)
}
