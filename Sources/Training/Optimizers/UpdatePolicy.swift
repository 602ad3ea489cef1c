import Tensors

/// Which parameters an update changes, and how strongly each: decay for matrices only, smaller steps for lower
/// layers, none for frozen ones.
public struct UpdatePolicy: Sendable, Equatable {
  /// Added to each matrix's gradient: this times the sign of the value.
  public var l1: Double
  /// The learning rate of a layer is this factor times that of the layer above it; 1 treats all alike.
  public var layerDecay: Double
  /// Layers of a depth below this (`ParameterLayout.Entry.depth`) do not change: 0 trains everything.
  public var frozenDepth: Int

  /// By default every parameter learns alike.
  public init(l1: Double = 0, layerDecay: Double = 1, frozenDepth: Int = 0) {
    (self.l1, self.layerDecay, self.frozenDepth) = (l1, layerDecay, frozenDepth)
  }

  /// Neighbouring parameters that are treated alike, as one run of memory: few kernel calls, each of them long.
  struct Run: Equatable {
    var offset: Int
    var count: Int
    var decays: Bool
    var rateFactor: Double
  }

  /// What the learning rate of a layer is multiplied by.
  func rateFactor(depth: Int, of layout: ParameterLayout) -> Double {
    layerDecay == 1 ? 1 : power(layerDecay, Double((layout.entries.map(\.depth).max() ?? 0) - depth))
  }

  /// All parameters that learn, however they are treated.
  func learning(of layout: ParameterLayout) -> [Range<Int>] {
    runs(of: layout).reduce(into: []) { ranges, run in
      let end = run.offset + run.count
      // The gap up to the next multiple of 16 holds zeros.
      if let last = ranges.last, (last.upperBound + 15) / 16 * 16 == run.offset {
        ranges[ranges.count - 1] = last.lowerBound..<end
      } else {
        ranges.append(run.offset..<end)
      }
    }
  }

  /// The parameters that learn; those with maps between hidden states only where they are wanted.
  func runs(of layout: ParameterLayout, includingMaps: Bool = true) -> [Run] {
    var runs: [Run] = []
    for entry in layout.entries where entry.depth >= frozenDepth && (includingMaps || entry.maps.isEmpty) {
      let factor = rateFactor(depth: entry.depth, of: layout)
      let end = entry.parameter.offset + entry.parameter.count
      if let last = runs.last, last.decays == entry.decays, last.rateFactor == factor,
        // The gap up to the next multiple of 16 holds zeros, which every rule leaves zero.
        (last.offset + last.count + 15) / 16 * 16 == entry.parameter.offset
      {
        runs[runs.count - 1].count = end - last.offset
      } else {
        runs.append(
          Run(
            offset: entry.parameter.offset, count: entry.parameter.count, decays: entry.decays, rateFactor: factor))
      }
    }
    return runs
  }
}
