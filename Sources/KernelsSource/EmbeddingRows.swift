import KernelSupport

/// The columns of a table that one task of a scatter owns: four cache lines.
private let scatterColumns = 64

extension KernelVariant {
  /// y[t] = table[indices[t]].
  public static func gatherRows(
    rows: Int, columns: Int, table: UnsafePointer<Float>, indices: UnsafePointer<Int32>,
    y: UnsafeMutablePointer<Float>, accumulates: Bool, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, _ in
      for row in range {
        let source = table + Int(indices[row]) &* columns
        let result = y + row &* columns
        if accumulates {
          forEachVector(columns) { place, count in
            let value = load(result + place, count: count) + load(source + place, count: count)
            store(value, result + place, count: count)
          }
        } else {
          result.update(from: source, count: columns)
        }
      }
    }
  }

  /// table[indices[t]] += y[t].
  ///
  /// Tasks own columns, so rows are added in their order whatever the threads do.
  public static func scatterRows(
    rows: Int, columns: Int, y: UnsafePointer<Float>, indices: UnsafePointer<Int32>,
    table: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    let width = rows &* columns < 16_384 ? max(columns, 1) : scatterColumns
    pool.run(tasks: (columns &+ width &- 1) / width) { task, _ in
      let first = task &* width
      let width = min(width, columns &- first)
      for row in 0..<rows {
        let source = y + row &* columns + first
        let result = table + Int(indices[row]) &* columns + first
        forEachVector(width) { place, count in
          let value = load(result + place, count: count) + load(source + place, count: count)
          store(value, result + place, count: count)
        }
      }
    }
  }
}
