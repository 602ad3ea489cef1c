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
        let known = block.compactMap { key, count in
          columns[key].map { (column: $0, value: Float(1 + logarithm(Double(count))) * inverseFrequencies[Int($0)]) }
        }
        let length = known.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
        for (column, value) in known { result.append(column, value / length) }
      }
      result.endRow()
    }
    return result
  }

  /// Words and letters of each text: the different n-grams of a block, in the order of their hashes, with their counts.
  private static func blocks(of row: [String]) -> [[(key: UInt64, count: Int)]] {
    row.enumerated().flatMap { place, text in
      let text = Array(text.lowercased().unicodeScalars)
      return [
        counted(words(of: text, ContentHash(seed: UInt64(2 * place + 1)))),
        counted(letters(of: text, ContentHash(seed: UInt64(2 * place + 2)))),
      ]
    }
  }

  private static func counted(_ keys: [UInt64]) -> [(key: UInt64, count: Int)] {
    var result: [(key: UInt64, count: Int)] = []
    for key in keys.sorted() {
      if result.last?.key == key { result[result.count - 1].count += 1 } else { result.append((key, 1)) }
    }
    return result
  }

  /// Words of letters, digits and underscores, and pairs of neighbours.
  private static func words(of text: [Unicode.Scalar], _ empty: ContentHash) -> [UInt64] {
    let words = text.split { !isOfWord($0) }
    var keys: [UInt64] = []
    for (index, word) in words.enumerated() {
      var hash = empty
      for scalar in word { hash.update(UInt64(scalar.value)) }
      keys.append(hash.value)
      guard index + 1 < words.count else { continue }
      hash.update(0)
      for scalar in words[index + 1] { hash.update(UInt64(scalar.value)) }
      keys.append(hash.value)
    }
    return keys
  }

  /// Runs of 2 to 4 letters within what stands between spaces, with a space at both ends.
  private static func letters(of text: [Unicode.Scalar], _ empty: ContentHash) -> [UInt64] {
    var keys: [UInt64] = []
    for word in text.split(whereSeparator: \.properties.isWhitespace) {
      let word = [" "] + Array(word) + [" "]
      for start in 0..<word.count - 1 {
        var hash = empty
        for (offset, scalar) in word[start..<min(start + 4, word.count)].enumerated() {
          hash.update(UInt64(scalar.value))
          if offset >= 1 { keys.append(hash.value) }
        }
      }
    }
    return keys
  }

  /// What regular expressions call a character of a word.
  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
    case .letterNumber, .otherNumber: true
    default: scalar == "_"
    }
  }
}
