import KernelSupport
import Tensors

/// The keys and values of earlier tokens, for every layer: room for `capacity` tokens of each of some sequences.
package final class KeyValueMemory: @unchecked Sendable {
  private let layers: [MatrixStorage]

  /// Zeroed memory; a row holds a token's keys and then its values, `width` numbers in all.
  package init(layers: Int, rows: Int, width: Int) {
    self.layers = (0..<layers).map { _ in MatrixStorage(rows: rows, columns: width) }
  }

  /// The keys and values of a layer, [rows, width].
  package subscript(layer: Int) -> Matrix { layers[layer].matrix }

  /// Puts the keys and values of new rows behind those of their sequences.
  package func store(_ new: Matrix, layer: Int, spans: [SequenceSpan]) {
    for span in spans {
      for index in 0..<span.queries {
        self[layer].copyRow(
          span.firstKey + span.keys - span.queries + index, from: new, row: span.firstQuery + index)
      }
    }
  }
}
