import Kernels
import Testing

@Suite struct TileProductTests {
  /// One tile and a bit less and more, in every direction, and more than one block of rows and step of depth.
  @Test(arguments: Variant.all) func sizesAroundTilesAndTheirBlocks(variant: Variant) {
    let sizes = [
      (16, 16, 32), (15, 17, 31), (17, 16, 33), (32, 15, 64), (16, 48, 63), (33, 31, 65), (47, 33, 513), (1570, 20, 35),
    ]
    for (rows, columns, depth) in sizes {
      for (transposedA, transposedB) in [(false, false), (false, true), (true, false), (true, true)] {
        for accumulates in [false, true] {
          MatrixProductTests().check(
            .init(
              rows: rows, columns: columns, depth: depth, transposedA: transposedA, transposedB: transposedB,
              accumulates: accumulates, hasBias: !accumulates, precision: .bf16), on: variant)
        }
      }
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func activations(variant: Variant, activation: Activation) {
    for (rows, columns, depth) in [(14, 45, 20), (70, 64, 33)] {
      MatrixProductTests().check(
        .init(
          rows: rows, columns: columns, depth: depth, transposedB: true, hasBias: true, activation: activation,
          precision: .bf16), on: variant)
    }
  }
}
