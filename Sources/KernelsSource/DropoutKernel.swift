import KernelSupport

extension KernelVariant {
  /// y = (x where kept, else 0) · scale, + residual.
  public static func dropout(
    _ dropout: Dropout, rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    let scale = dropout.isNone ? 1 : dropout.scale
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, _ in
      for row in range {
        let (input, result) = (x + row &* columns, y + row &* columns)
        let key = dropout.rowKey(row)
        let threshold = dropout.isNone ? 0 : dropout.threshold
        if let residual {
          let other = residual + row &* columns
          @inline(always) func step(_ place: Int, _ count: Int) {
            let kept = keep(load(input + place, count: count), key, threshold, place)
            store(
              multiplyAdd(kept, broadcast(scale), load(other + place, count: count)), result + place, count: count)
          }
          forEachVector(columns, step)
        } else {
          @inline(always) func step(_ place: Int, _ count: Int) {
            let kept = keep(load(input + place, count: count), key, threshold, place)
            store(kept * broadcast(scale), result + place, count: count)
          }
          forEachVector(columns, step)
        }
      }
    }
  }
}

/// The vector with zero where the elements from `column` on are dropped: `Dropout.bits(rowKey:column:)`, by lanes.
@inline(always) func keep(_ x: Vector, _ rowKey: UInt32, _ threshold: UInt32, _ column: Int) -> Vector {
  let columns = laneNumbers &+ VectorBits(repeating: UInt32(truncatingIfNeeded: column))
  var bits = VectorBits(repeating: rowKey) &+ columns &* VectorBits(repeating: 0x9E37_79B9)
  bits = (bits ^ (bits &>> 16)) &* VectorBits(repeating: 0x85EB_CA6B)
  bits = (bits ^ (bits &>> 13)) &* VectorBits(repeating: 0xC2B2_AE35)
  bits = bits ^ (bits &>> 16)
  return x.replacing(with: 0, where: bits .< VectorBits(repeating: threshold))
}
