import CInstructions
import KernelSupport

// What is done with rows of C when their sums are complete, while they are in the cache.

extension KernelVariant {
  /// Adds the bias to rows of a block and finishes them, where tiles did not do so in their registers.
  static func finish(_ p: MatrixProduct, _ rows: Range<Int>, _ columns: Range<Int>, _ pool: ThreadPool) {
    var factor: (numbers: UnsafePointer<Float>, stride: Int)?
    if case .multiply(let numbers, let stride) = p.finish { factor = (numbers, stride) }
    if p.bias != nil || factor != nil {
      for row in rows {
        let c = p.c + row &* p.strideOfC + columns.lowerBound
        let bias = p.bias.map { $0 + columns.lowerBound }
        let factor = factor.map { $0.numbers + row &* $0.stride + columns.lowerBound }
        @inline(always) func finish(_ j: Int, _ count: Int) {
          var value = load(c + j, count: count)
          if let bias { value += load(bias + j, count: count) }
          if let factor { value *= load(factor + j, count: count) }
          store(value, c + j, count: count)
        }
        forEachVector(columns.length, finish)
      }
    }
    finishRows(p, rows, columns, pool)
  }

  /// Finishes rows of a block that have their bias, and their factor.
  static func finishRows(_ p: MatrixProduct, _ rows: Range<Int>, _ columns: Range<Int>, _ pool: ThreadPool) {
    let (first, count) = (columns.lowerBound, columns.length)
    switch p.finish {
    case .none, .multiply: return
    case .activate(let activation, let result):
      for row in rows {
        let place = row &* p.strideOfC &+ first
        activate(activation, count: count, x: p.c + place, y: result + place, on: pool)
      }
    case .activateKeepingDerivative(let activation, let result):
      for row in rows {
        let place = row &* p.strideOfC &+ first
        activateKeepingDerivative(activation, count: count, x: p.c + place, y: result + place)
      }
    case .gate(let activation, let gate, let result, let stride):
      for row in rows {
        let place = row &* p.strideOfC &+ first
        multiplyByGate(
          activation, count: count, gate: gate + place, up: p.c + place, result: result + (row &* stride &+ first))
      }
    case .gateBackward(let activation, let gate, let gateGradient, let width):
      for row in rows {
        let place = row &* p.strideOfC &+ first
        gateBackward(
          activation, count: count, gate: gate + place, up: gate + place + width, gradient: p.c + place,
          gateGradient: gateGradient + place)
      }
    case .rotate(let rotation, let heads):
      // Blocks consist of whole heads.
      let heads = max(0, min(columns.upperBound / rotation.headWidth, heads) &- first / rotation.headWidth)
      for row in rows { turn(p.c + row &* p.strideOfC + first, heads: heads, row: row, by: rotation) }
    }
  }

  /// What is read or written soon after a tile, beside C; of gates, what is written is fetched at once.
  @inline(always) static func linesToFinish(
    _ p: MatrixProduct, _ row: Int, _ column: Int, height: Int, width: Int
  ) -> swiftlet_ahead {
    let place = row &* p.strideOfC &+ column
    @inline(always) func lines(_ pointer: UnsafePointer<Float>, stride: Int, rows: Int) -> swiftlet_ahead {
      FetchAhead.lines(of: pointer, stride: stride, rows: rows, columns: width, isNear: true)
    }
    switch p.finish {
    case .none, .rotate: return swiftlet_ahead()
    case .activate(_, let result), .activateKeepingDerivative(_, let result):
      return lines(result + place, stride: p.strideOfC, rows: height)
    case .multiply(let factor, let stride):
      return lines(factor + (row &* stride &+ column), stride: stride, rows: height)
    case .gate(_, let gate, let result, let stride):
      fetch(result + (row &* stride &+ column), stride: stride, rows: height, columns: width)
      return lines(gate + place, stride: p.strideOfC, rows: height)
    case .gateBackward(_, let gate, let gateGradient, let gap):
      fetch(gateGradient + place, stride: p.strideOfC, rows: height, columns: width)
      // The two halves of a row are as far apart as one row's second and the next one's first.
      return lines(gate + place, stride: gap, rows: 2 &* height)
    }
  }

  /// Has a tile's lines fetched at once.
  @inline(always) private static func fetch(_ tile: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int) {
    for row in 0..<rows {
      for column in steps(from: 0, to: columns, by: 16) { swiftlet_fetch_line(tile + (row &* stride &+ column)) }
    }
  }
}

extension MatrixProduct {
  /// The columns that a block of C has a multiple of: whole tiles, and whole heads, if these are turned.
  func unitOfColumns(_ tile: Int) -> Int {
    guard case .rotate(let rotation, _) = finish else { return tile }
    var (divisor, rest) = (tile, rotation.headWidth)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return tile / divisor &* rotation.headWidth
  }
}
