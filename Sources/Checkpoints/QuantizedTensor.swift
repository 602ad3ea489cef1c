import Files
import KernelSupport
import Tensors

/// Quantised tensors in a safetensors file.
///
/// Two tensors stand for a matrix W [outputs, inputs], whichever way round its family stores it: `NAME`, the whole
/// numbers q, and `NAME.scales` [outputs, groups], BF16; a group is 32 inputs, the last one of a row what is left.
/// With 8 bits q is I8 [outputs, inputs] and W = scale · q. With 4 bits it is U8 [outputs, 16 · groups] and
/// W = scale · (q - 8): byte j of a group has the number j in its lower half and the number j + 16 in its upper one.
enum QuantizedTensor {
  static let suffix = ".scales"
  /// The key of `config.json` that says how the weights are quantised, and the method's name there.
  static let configurationKey = "quantization_config"
  static let method = "swiftlet"

  /// The name of the tensor whose scales these are.
  static func base(ofScales name: String) -> String? {
    name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
  }

  /// The shape of the whole numbers of so many rows and columns.
  static func shape(_ format: WeightFormat, rows: Int, columns: Int) -> [Int] {
    [rows, format == .q8 ? columns : format.rowBytes(columns)]
  }

  /// Compares shapes with what a parameter needs.
  static func check(
    _ tensor: SafetensorsHeader.Tensor, _ scales: SafetensorsHeader.Tensor, for stored: StoredTensor, path: String
  ) throws(CheckpointFailure) {
    let (rows, columns) = (stored.rows.count, stored.entry.parameter.columns)
    let expected = shape(tensor.type == .int8 ? .q8 : .q4, rows: rows, columns: columns)
    guard tensor.shape == expected else {
      throw .wrongShape(tensor: tensor.name, expected: expected, found: tensor.shape, path: path)
    }
    let groups = [rows, WeightFormat.groups(columns)]
    guard scales.shape == groups, scales.type == .bfloat16 else {
      throw .wrongShape(tensor: scales.name, expected: groups, found: scales.shape, path: path)
    }
  }

  /// Reads a tensor and its scales, which have been checked.
  static func numbers(
    _ source: WeightLoader.Source, _ scales: WeightLoader.Source, for stored: StoredTensor
  ) throws -> StoredWeights.Numbers {
    let (rows, columns) = (stored.rows.count, stored.entry.parameter.columns)
    let bytes = try source.file.bytes(of: source.tensor.name) ?? []
    let scaleBytes = try scales.file.bytes(of: scales.tensor.name) ?? []
    let words = stride(from: 0, to: scaleBytes.count - 1, by: 2).map {
      UInt16(scaleBytes[$0]) | UInt16(scaleBytes[$0 + 1]) << 8
    }
    let format: WeightFormat = source.tensor.type == .int8 ? .q8 : .q4
    let rowBytes = format.rowBytes(columns)
    guard format == .q8, rowBytes != columns else {
      return StoredWeights.Numbers(format, rows: rows, rowBytes: rowBytes, values: bytes, scales: words)
    }
    var padded = [UInt8](repeating: 0, count: rows * rowBytes)
    for row in 0..<rows {
      padded.replaceSubrange(
        (row * rowBytes)..<(row * rowBytes + columns), with: bytes[(row * columns)..<((row + 1) * columns)])
    }
    return StoredWeights.Numbers(format, rows: rows, rowBytes: rowBytes, values: padded, scales: words)
  }
}

extension TensorType {
  /// Whether a tensor of this type, with scales beside it, is a quantised one.
  var isQuantized: Bool { self == .int8 || self == .uint8 }
}
