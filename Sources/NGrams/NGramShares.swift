import Corpora

/// What each word of a text brings to a label, by the n-grams that it is part of.
///
/// N-grams add up, so these shares are the score, and no approximation of it.
public struct NGramShares: Sendable, Equatable {
  /// A word as spaces part them.
  public struct Word: Sendable, Equatable {
    /// The word.
    public var text: String
    /// What it adds to the label's score; less than 0 speaks against the label.
    public var share: Double

    /// A word with its share.
    public init(text: String, share: Double) { (self.text, self.share) = (text, share) }
  }

  /// The words, of a pair those of both texts.
  public var words: [Word]
  /// What the label has whatever the words are.
  public var rest: Double
  /// What the network's score is multiplied by before these are added.
  public var networkWeight: Double

  /// Shares from their parts.
  public init(words: [Word], rest: Double, networkWeight: Double) {
    (self.words, self.rest, self.networkWeight) = (words, rest, networkWeight)
  }

  /// What the n-grams add to the label's score.
  public var score: Double { words.reduce(rest) { $0 + $1.share } }
}

extension NGramEnsemble {
  /// What each word brings to a label; where labels exclude each other, beyond what it brings to all of them alike.
  public func shares(of row: LabelledRow, label: Int) -> NGramShares {
    let places = ngrams.features.places(in: row.texts)
    var shares = [Double](repeating: 0, count: places.words.count)
    for ngram in places.ngrams {
      let part = Double(ngram.value) * ngrams.linear.weight(of: Int(ngram.column), for: label)
      for words in ngram.words {
        for word in words { shares[word] += part / Double(ngram.words.count * words.count) }
      }
    }
    return NGramShares(
      words: zip(places.words, shares).map { NGramShares.Word(text: $0, share: weights.ngrams * $1) },
      rest: weights.ngrams * ngrams.linear.weight(of: ngrams.linear.columns, for: label),
      networkWeight: weights.network)
  }
}

extension LinearClassifier {
  /// What a column adds to a label's score; where labels exclude each other, beyond the mean of all labels.
  func weight(of column: Int, for label: Int) -> Double {
    let row = weights[column * outputs..<(column + 1) * outputs].map { Double($0) }
    guard kind == .single else { return row[label] }
    let scores = outputs < labels ? [0] + row : row
    return scores[label] - scores.reduce(0, +) / Double(scores.count)
  }
}

extension NGramFeatures {
  /// A row's words, as spaces part them, and its known n-grams: each one's number in the row's vector, and for each
  /// place where it stands the words that it is part of.
  func places(
    in row: [String]
  ) -> (words: [String], ngrams: [(column: Int32, value: Float, words: [ClosedRange<Int>])]) {
    var words: [String] = []
    var ngrams: [(column: Int32, value: Float, words: [ClosedRange<Int>])] = []
    for (number, text) in row.enumerated() {
      let scalars = Self.scalars(of: text)
      // Which word each place is part of; lower case changes letters, but no spaces.
      var wordOfPlace = [Int](repeating: 0, count: scalars.count)
      for (index, word) in scalars.split(whereSeparator: \.properties.isWhitespace).enumerated() {
        for place in word.indices { wordOfPlace[place] = words.count + index }
      }
      for block in NGramBlock.allCases {
        var found: [UInt64: [ClosedRange<Int>]] = [:]
        block.find(in: scalars, number: number) { key, places in
          found[key, default: []].append(wordOfPlace[places.lowerBound]...wordOfPlace[places.upperBound])
        }
        let counted = found.keys.sorted().map { (key: $0, count: found[$0]?.count ?? 0) }
        for (key, column, value) in weighted(counted) { ngrams.append((column, value, found[key] ?? [])) }
      }
      words += text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map { String($0) }
    }
    return (words, ngrams)
  }
}
