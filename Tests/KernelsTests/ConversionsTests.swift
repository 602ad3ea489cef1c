import Kernels
import TestSupport
import Testing

@Suite struct ConversionsTests {
  @Test(arguments: Variant.all) func everyBFloat16Widens(variant: Variant) {
    let x = (0...UInt16.max).map { $0 }
    var y = [Float](repeating: 0, count: x.count)
    variant.kernels.widen(count: x.count, bfloat16: x, to: &y)
    #expect(zip(x, y).allSatisfy { $1.bitPattern == UInt32($0) << 16 })
  }

  @Test(arguments: Variant.all) func narrowingRoundsToTheNearestEven(variant: Variant) {
    // Around every bfloat16: itself, just above, the tie below and above, just below the next.
    let patterns = (0...UInt16.max).flatMap { upper in
      [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF].map { UInt32(upper) << 16 | $0 }
    }
    let x = patterns.map { Float(bitPattern: $0) }
    var (y, plain) = ([UInt16](repeating: 0, count: x.count), [UInt16](repeating: 0, count: x.count))
    variant.kernels.narrow(count: x.count, x, toBFloat16: &y)
    ReferenceKernels.narrow(count: x.count, x, toBFloat16: &plain)
    #expect(y == plain)
    for (x, y) in zip(x, y) {
      let back = Float(bitPattern: UInt32(y) << 16)
      #expect(x.isNaN == back.isNaN)
      // Half of the last of eight binary places.
      if x.isNormal && back.isFinite { #expect(abs(back - x) <= abs(x) / 256) }
    }
  }

  @Test(arguments: Variant.all, oddSizes) func onlyWhatWasAskedForIsWritten(variant: Variant, count: Int) {
    let x = (0..<count).map { Float($0) * 1.01 }
    var y = [UInt16](repeating: 0xABCD, count: count + 40)
    variant.kernels.narrow(count: count, x, toBFloat16: &y)
    #expect(y[count...].allSatisfy { $0 == 0xABCD })
    var z = [Float](repeating: 7, count: count + 40)
    variant.kernels.widen(count: count, bfloat16: y, to: &z)
    #expect(z[count...].allSatisfy { $0 == 7 })
  }
}
