import Tensors

extension ParameterBuffer {
  /// The name of the first parameter that has a value which is not a finite number; nil where all are finite.
  public var firstNonFiniteName: String? {
    layout.entries.first { !self[$0.parameter].isFinite }?.name
  }

  /// Takes over the parameters that another model has, too: the trunk, when a head is exchanged.
  ///
  /// Parameters are the same if their names are, apart from the trunk's prefix, and their sizes.
  /// - Returns: The names of the parameters that the other model has not.
  @discardableResult
  public func copyShared(from other: ParameterBuffer) -> [String] {
    var sources: [String: ParameterLayout.Entry] = [:]
    for entry in other.layout.entries { sources[Self.withoutPrefix(entry.name)] = entry }
    var missing: [String] = []
    for entry in layout.entries {
      guard
        let source = sources[Self.withoutPrefix(entry.name)],
        source.parameter.rows == entry.parameter.rows, source.parameter.columns == entry.parameter.columns
      else {
        missing.append(entry.name)
        continue
      }
      for row in 0..<entry.parameter.rows {
        self[entry.parameter].copyRow(row, from: other[source.parameter], row: row)
      }
    }
    return missing
  }

  /// A trunk that stands alone has no prefix.
  private static func withoutPrefix(_ name: String) -> String {
    for prefix in ["transformer.", "model.", "bert.", "roberta."] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }
}
