import KernelSupport
import Tensors

/// Tensors of bfloat16 in a safetensors file, as decoding reads them.
enum HalfTensor {
  /// Reads a tensor, whose shape has been checked: rows of outputs, padded to whole groups.
  static func numbers(_ source: WeightLoader.Source, for stored: StoredTensor) throws -> StoredWeights.Numbers {
    let (rows, columns) = (stored.rows.count, stored.entry.parameter.columns)
    let rowBytes = WeightFormat.bf16.rowBytes(columns)
    var bytes = try source.file.bytes(of: source.tensor.name) ?? []
    if stored.isTransposed || rowBytes != 2 * columns {
      var values = [UInt8](repeating: 0, count: rows * rowBytes)
      for row in 0..<rows {
        for column in 0..<columns {
          let place = 2 * (stored.isTransposed ? column * rows + row : row * columns + column)
          values[row * rowBytes + 2 * column] = bytes[place]
          values[row * rowBytes + 2 * column + 1] = bytes[place + 1]
        }
      }
      bytes = values
    }
    return StoredWeights.Numbers(.bf16, rows: rows, rowBytes: rowBytes, values: bytes, scales: [])
  }
}
