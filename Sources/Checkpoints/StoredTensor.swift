import KernelSupport
import Tensors

/// A tensor of a model's layout, as it stands in a checkpoint.
struct StoredTensor: Sendable {
  /// Its Hugging Face name.
  var name: String
  /// Its dimensions in the file.
  var shape: [Int]
  /// Whether the file has rows and columns exchanged.
  var isTransposed: Bool
  /// The parameter that it is, or is a part of.
  var entry: ParameterLayout.Entry
  /// Which rows of the parameter it holds; of a vector, which numbers.
  var rows: Range<Int>

  /// The numbers in a buffer: as rows × columns, of a vector one row.
  func view(in buffer: ParameterBuffer) -> Matrix {
    let all = buffer[entry.parameter]
    return isPartOfVector ? all.columns(rows) : all.rows(rows)
  }

  /// A vector's range counts its numbers, which are the columns of its only row.
  private var isPartOfVector: Bool { shape.count == 1 && entry.parameter.rows == 1 }
}

extension StoredWeights {
  /// The stored rows of a tensor; nil where its parameter is not here.
  func numbers(of tensor: StoredTensor) -> Numbers? { numbers(of: tensor.entry.parameter, rows: tensor.rows) }
}

extension ParameterLayout {
  /// Every tensor that a checkpoint of this model has.
  var storedTensors: [StoredTensor] {
    entries.flatMap { entry in
      entry.tensors.map { tensor in
        let columns = entry.parameter.columns
        let rows = tensor.rows.count
        let shape = tensor.isVector ? [rows] : tensor.isTransposed ? [columns, rows] : [rows, columns]
        return StoredTensor(
          name: tensor.name, shape: shape, isTransposed: tensor.isTransposed, entry: entry, rows: tensor.rows)
      }
    }
  }
}
