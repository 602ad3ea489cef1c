import KernelSupport

extension KernelVariant {
  /// Rotary positions, in place.
  public static func rotate(
    rows: Int, stride: Int, heads: Int, headWidth: Int, positions: UnsafePointer<Int32>,
    cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, x: UnsafeMutablePointer<Float>, inverse: Bool,
    on pool: ThreadPool
  ) {
    let half = headWidth / 2
    let sign = broadcast(inverse ? -1 : 1)
    forEachRowBlock(rows: rows, columns: heads &* headWidth, on: pool) { range, _ in
      for row in range {
        let (cosines, sines) = (cosines + Int(positions[row]) &* half, sines + Int(positions[row]) &* half)
        for head in 0..<heads {
          let low = x + (row &* stride &+ head &* headWidth)
          let high = low + half
          forEachVector(half) { place, count in
            let c = load(cosines + place, count: count)
            let s = load(sines + place, count: count) * sign
            let (a, b) = (load(low + place, count: count), load(high + place, count: count))
            store(multiplyAdd(a, c, -(b * s)), low + place, count: count)
            store(multiplyAdd(b, c, a * s), high + place, count: count)
          }
        }
      }
    }
  }
}
