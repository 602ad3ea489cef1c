import Tensors

/// Weights that have been set to zero, and stay zero while the others learn.
public final class WeightMask {
  /// 1 for each number that stays, 0 for each that was pruned, in the layout of the weights; a part of checkpoints.
  let kept: ParameterBuffer
  /// Where the maps are in a buffer.
  private let maps: [Range<Int>]

  /// Chooses what is pruned by the magnitudes of the weights; of two that are alike, the first goes.
  ///
  /// The weights themselves are left to `apply`.
  public init(_ settings: PruningSettings, of weights: ParameterBuffer) {
    kept = ParameterBuffer(zeros: weights.layout)
    let places = weights.layout.entries.flatMap { entry in
      entry.maps.map { rows in
        let start = entry.parameter.offset + rows.lowerBound * entry.parameter.columns
        return start..<start + rows.count * entry.parameter.columns
      }
    }
    maps = places
    let ones = kept.all.pointer
    for index in 0..<kept.all.count { ones[index] = 1 }
    switch settings.pattern {
    case .all(let share): prune(maps, of: weights, count: Self.count(share, of: maps))
    case .eachMap(let share): for map in maps { prune([map], of: weights, count: Self.count(share, of: [map])) }
    case .groups(let kept, let size):
      for map in maps {
        for start in stride(from: map.lowerBound, to: map.upperBound, by: size) {
          prune([start..<min(start + size, map.upperBound)], of: weights, count: size - kept)
        }
      }
    }
  }

  private static func count(_ share: Double, of maps: [Range<Int>]) -> Int {
    Int((share * Double(maps.reduce(0) { $0 + $1.count })).rounded())
  }

  /// Marks the smallest.
  private func prune(_ places: [Range<Int>], of weights: ParameterBuffer, count: Int) {
    let values = weights.all.pointer
    // A magnitude's bits are in the order of the magnitudes; below them stands the place, so that no two are alike.
    var keys = places.joined().map { UInt64(values[$0].magnitude.bitPattern) << 32 | UInt64($0) }
    keys.sort()
    for key in keys.prefix(count) { kept.all.pointer[Int(key & 0xFFFF_FFFF)] = 0 }
  }

  /// How many weights could have been pruned, and how many were.
  public var counts: (prunable: Int, pruned: Int) {
    let values = kept.all.pointer
    return maps.joined().reduce(into: (0, 0)) { counts, place in
      counts.0 += 1
      if values[place] == 0 { counts.1 += 1 }
    }
  }

  /// Puts zeros in the place of what was pruned: of weights, or of gradients.
  public func apply(to buffer: ParameterBuffer) {
    let (values, kept) = (buffer.all.pointer, kept.all.pointer)
    for map in maps {
      for place in map { values[place] = kept[place] == 0 ? 0 : values[place] }
    }
  }
}
