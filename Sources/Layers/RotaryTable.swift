import Tensors

/// The cosines and sines of every position's angles, computed once.
package final class RotaryTable: @unchecked Sendable {
  private let storage: (cosines: MatrixStorage, sines: MatrixStorage)

  /// [positions, headWidth / 2] each.
  package var cosines: Matrix { storage.cosines.matrix }
  package var sines: Matrix { storage.sines.matrix }

  /// The table of so many positions; angles are products of 32 bits, as in the programs that models come from.
  package init(_ frequencies: RotaryFrequencies, headWidth: Int, positions: Int) {
    storage = (
      MatrixStorage(rows: positions, columns: headWidth / 2), MatrixStorage(rows: positions, columns: headWidth / 2)
    )
    for pair in 0..<headWidth / 2 {
      let frequency = frequencies.frequency(pair: pair, headWidth: headWidth)
      for position in 0..<positions {
        let angle = Double(Float(position) * frequency)
        cosines[position, pair] = Float(cosine(angle))
        sines[position, pair] = Float(sine(angle))
      }
    }
  }

  /// How many bytes the table of so many positions takes.
  package static func byteCount(headWidth: Int, positions: Int) -> Int {
    2 * positions * (headWidth / 2) * MemoryLayout<Float>.stride
  }
}
