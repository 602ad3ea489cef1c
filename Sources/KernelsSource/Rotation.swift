import KernelSupport

extension KernelVariant {
  /// Rotary positions, in place.
  public static func rotate(
    rows: Int, stride: Int, heads: Int, rotation: Rotation, x: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: heads &* rotation.headWidth, on: pool) { range, _ in
      for row in range { turn(x + row &* stride, heads: heads, row: row, by: rotation) }
    }
  }

  /// Turns heads of a row by its position, or back.
  @inline(always) static func turn(
    _ x: UnsafeMutablePointer<Float>, heads: Int, row: Int, by rotation: Rotation, isBack: Bool = false
  ) {
    let half = rotation.headWidth / 2
    let angles = Int(rotation.positions[row]) &* half
    let (cosines, sines) = (rotation.cosines + angles, rotation.sines + angles)
    let sign = broadcast(isBack ? -1 : 1)
    for head in 0..<heads {
      let low = x + head &* rotation.headWidth
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
