/// What was probably meant by a name that does not exist.
public enum Suggestion {
  /// The name that is most like the given one; nil if none is like it at all.
  public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let distances = names.map { (distance: distance($0.lowercased(), name.lowercased()), name: $0) }
    guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= max(1, name.count / 3) else {
      return nil
    }
    return best.name
  }

  /// How many characters must be inserted, removed, replaced or swapped with their neighbours to make one text of the
  /// other (Damerau 1964, in its restricted form).
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var before: [Int] = []
    var above = Array(0...second.count)
    for i in first.indices {
      var row = [i + 1]
      for j in second.indices {
        var cost = min(above[j] + (first[i] == second[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      (before, above) = (above, row)
    }
    return above[second.count]
  }
}
