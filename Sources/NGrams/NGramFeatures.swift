import Corpora
import Tensors

/// Texts as weighted counts of their words, pairs of words, and runs of letters, whatever their order: TF-IDF as
/// scikit-learn defines it, with logarithmic counts and smoothed document frequencies, each block at length 1.
///
/// The blocks are those of `TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\w+", sublinear_tf=True)` and of
/// `TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)`, both in lower case.
public struct NGramFeatures: Sendable {
  /// The columns by what hashes to them; two n-grams with one hash of 64 bits are not expected in a lifetime.
  private var columns: [UInt64: Int32] = [:]
  /// ln((1 + texts) / (1 + texts with it)) + 1, by column.
  let inverseFrequencies: [Float]

  /// How many columns there are.
  public var count: Int { inverseFrequencies.count }

  /// Learns which n-grams there are, and how rare each is.
  /// - Parameter rows: Each row's texts: one, or the two of a pair.
  public init(learningFrom rows: [[String]]) {
    var frequencies: [Int] = []
    for row in rows {
      for block in Self.blocks(of: row) {
        for (key, _) in block {
          if let column = columns[key] {
            frequencies[Int(column)] += 1
          } else {
            columns[key] = Int32(frequencies.count)
            frequencies.append(1)
          }
        }
      }
    }
    inverseFrequencies = frequencies.map { Float(logarithm(Double(1 + rows.count) / Double(1 + $0)) + 1) }
  }

  /// What was learned once; nil where an n-gram has two columns.
  init?(keys: [UInt64], inverseFrequencies: [Float]) {
    for (column, key) in keys.enumerated() where columns.updateValue(Int32(column), forKey: key) != nil { return nil }
    self.inverseFrequencies = inverseFrequencies
  }

  /// Some of the columns, in ascending order.
  func only(_ kept: [Int]) -> NGramFeatures {
    let keys = keys
    return NGramFeatures(
      columns: Dictionary(uniqueKeysWithValues: kept.enumerated().map { (keys[$1], Int32($0)) }),
      inverseFrequencies: kept.map { inverseFrequencies[$0] })
  }

  private init(columns: [UInt64: Int32], inverseFrequencies: [Float]) {
    (self.columns, self.inverseFrequencies) = (columns, inverseFrequencies)
  }

  /// The hash of each column's n-gram.
  var keys: [UInt64] {
    var keys = [UInt64](repeating: 0, count: count)
    for (key, column) in columns { keys[Int(column)] = key }
    return keys
  }

  /// The rows as sparse vectors; n-grams that were not learned are left out.
  public func vectors(of rows: [[String]]) -> SparseRows {
    var result = SparseRows()
    for row in rows {
      for block in Self.blocks(of: row) {
        for (_, column, value) in weighted(block) { result.append(column, value) }
      }
      result.endRow()
    }
    return result
  }

  /// The numbers of a block's known n-grams.
  func weighted(_ block: [(key: UInt64, count: Int)]) -> [(key: UInt64, column: Int32, value: Float)] {
    let known = block.compactMap { key, count in
      columns[key].map {
        (key: key, column: $0, value: Float(1 + logarithm(Double(count))) * inverseFrequencies[Int($0)])
      }
    }
    let length = known.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    return known.map { ($0.key, $0.column, $0.value / length) }
  }

  /// Words and letters of each text: the different n-grams of a block, in the order of their hashes, with their counts.
  private static func blocks(of row: [String]) -> [[(key: UInt64, count: Int)]] {
    row.enumerated().flatMap { number, text in
      let text = scalars(of: text)
      return NGramBlock.allCases.map { block in
        var keys: [UInt64] = []
        block.find(in: text, number: number) { key, _ in keys.append(key) }
        return counted(keys)
      }
    }
  }

  /// A text as n-grams read it.
  static func scalars(of text: String) -> [Unicode.Scalar] { Array(text.lowercased().unicodeScalars) }

  private static func counted(_ keys: [UInt64]) -> [(key: UInt64, count: Int)] {
    var result: [(key: UInt64, count: Int)] = []
    for key in keys.sorted() {
      if result.last?.key == key { result[result.count - 1].count += 1 } else { result.append((key, 1)) }
    }
    return result
  }
}
