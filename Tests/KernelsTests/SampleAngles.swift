import Kernels
import TestSupport

/// Rows at drawn positions of a table of angles.
final class SampleAngles {
  private let headWidth: Int
  private let positions: UnsafeMutablePointer<Int32>
  private let cosines: PoisonedMemory<Float>, sines: PoisonedMemory<Float>, oppositeSines: PoisonedMemory<Float>

  init(rows: Int, headWidth: Int) {
    self.headWidth = headWidth
    var sample = SampleNumbers(seed: UInt64(rows))
    let length = 23
    positions = .allocate(capacity: rows)
    for (row, position) in sample.integers(rows, below: length).enumerated() {
      (positions + row).initialize(to: position)
    }
    let angles = sample.normal(length * headWidth / 2, deviation: 2).map(Double.init)
    let sines = angles.map { Float(Double.cosine($0 - .pi / 2)) }
    cosines = PoisonedMemory(angles.map { Float(Double.cosine($0)) })
    (self.sines, oppositeSines) = (PoisonedMemory(sines), PoisonedMemory(sines.map { -$0 }))
  }

  deinit { positions.deallocate() }

  /// By these angles.
  var rotation: Rotation { rotation(sines) }
  /// By the angles with the other sign.
  var opposite: Rotation { rotation(oppositeSines) }

  private func rotation(_ sines: PoisonedMemory<Float>) -> Rotation {
    Rotation(headWidth: headWidth, positions: positions, cosines: cosines.pointer, sines: sines.pointer)
  }
}
