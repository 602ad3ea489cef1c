/// How weights are stored.
public enum WeightFormat: String, Sendable, Hashable, CaseIterable {
  /// 32-bit floats.
  case fp32
  /// The upper halves of such.
  case bf16
  /// Groups of 32 numbers of a row: 8 bits each, and a scale.
  case q8
  /// Groups of 32 numbers of a row: 4 bits each, and a scale.
  case q4

  /// How many numbers share a scale; the last group of a row may have fewer.
  public static let groupSize = 32

  /// Whether numbers are whole multiples of a scale.
  public var isQuantized: Bool { self == .q8 || self == .q4 }

  /// The bytes of a row of so many numbers in memory, without its scales: rows are padded to whole groups, but for
  /// `fp32`.
  public func rowBytes(_ columns: Int) -> Int {
    let padded = Self.groups(columns) * Self.groupSize
    return switch self {
    case .fp32: columns * 4
    case .bf16: padded * 2
    case .q8: padded
    case .q4: padded / 2
    }
  }

  /// How many groups a row of so many numbers has.
  public static func groups(_ columns: Int) -> Int { (columns + groupSize - 1) / groupSize }
}

/// A matrix of weights [rows, columns] in one of the formats: a view on memory.
///
/// A number of `q8` is scale · q with q a signed byte. A number of `q4` is scale · (q - 8) with q of four bits: byte j
/// of a group's sixteen has number j in its lower half and number j + 16 in its upper one. What pads a row is zero.
public struct StoredMatrix: @unchecked Sendable {
  /// The format.
  public var format: WeightFormat
  /// Rows (outputs of a layer) and columns (inputs).
  public var rows: Int, columns: Int
  /// The numbers, and from row to row in bytes.
  public var values: UnsafeRawPointer, rowBytes: Int
  /// One bfloat16 a group, [rows, groups]; for quantised formats.
  public var scales: UnsafePointer<UInt16>?

  /// A view on memory.
  public init(
    _ format: WeightFormat, rows: Int, columns: Int, values: UnsafeRawPointer, rowBytes: Int,
    scales: UnsafePointer<UInt16>?
  ) {
    (self.format, self.rows, self.columns) = (format, rows, columns)
    (self.values, self.rowBytes, self.scales) = (values, rowBytes, scales)
  }

  /// How many bytes reading all of it takes, scales included.
  public var byteCount: Int {
    rows * (rowBytes + (format.isQuantized ? 2 * WeightFormat.groups(columns) : 0))
  }
}

/// y = x · Wᵀ (+ bias), with weights as they are stored.
public struct StoredProduct: @unchecked Sendable {
  /// W, [outputs, inputs].
  public var weights: StoredMatrix
  /// How many rows x and y have.
  public var rows: Int
  /// [rows, inputs].
  public var x: UnsafePointer<Float>, strideOfX: Int
  /// [rows, outputs].
  public var y: UnsafeMutablePointer<Float>, strideOfY: Int
  /// Added to every row.
  public var bias: UnsafePointer<Float>?
  /// If set, `activated` receives activation(y), with y's stride.
  public var activation: Activation?
  /// Where the activated result goes.
  public var activated: UnsafeMutablePointer<Float>?
  /// For many rows: the arithmetic in which the weights are multiplied after they have become floats, a piece at a time.
  ///
  /// Without it they are read as they lie, which is for few rows.
  public var widened: Precision?

  /// A product of few rows, without bias or activation.
  public init(
    _ weights: StoredMatrix, rows: Int, x: UnsafePointer<Float>, strideOfX: Int, y: UnsafeMutablePointer<Float>,
    strideOfY: Int
  ) {
    (self.weights, self.rows) = (weights, rows)
    (self.x, self.strideOfX, self.y, self.strideOfY) = (x, strideOfX, y, strideOfY)
  }
}
