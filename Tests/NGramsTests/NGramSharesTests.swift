import Corpora
import NGrams
import Testing

/// Shares against the scores that they are parts of.
@Suite struct NGramSharesTests {
  private static let texts = [
    "The sun, the SUN!", "moon  over\tthe sea", "a star's light", "sun and moon and star", "İstanbul ½ 3.14 snake_case",
    "star", "the moon's sea", "light, light, light",
  ]

  private func ensemble(_ kind: LabelKind, labels: Int) throws -> NGramEnsemble {
    let rows = Self.texts.enumerated().map { number, text in
      LabelledRow(
        text: text, pair: number % 2 == 0 ? "the sea of light" : "sun",
        labels: kind == .value ? [] : [Int32(number % labels)], value: Double(number))
    }
    let names = kind == .value ? [] : (0..<labels).map { "\($0)" }
    let ngrams = try #require(NGramClassifier(learningFrom: LabelledData(rows: rows, labelNames: names, kind: kind)))
    return try #require(NGramEnsemble(of: ngrams, averaging: [EnsembleWeights(network: 0.25, ngrams: 1.5)]))
  }

  @Test(arguments: [(LabelKind.single, 2), (.single, 3), (.multiple, 3), (.value, 1)])
  func addUpToTheScore(kind: LabelKind, labels: Int) throws {
    let ensemble = try ensemble(kind, labels: labels)
    for (text, pair) in [
      (Self.texts[0], nil), (Self.texts[4], "The sea of LIGHT"), ("no such thing sun", "sun sun"), ("", nil),
      (" \n", ""),
    ] {
      let row = LabelledRow(text: text, pair: pair)
      let scores = ensemble.scores(network: [Float](repeating: 0, count: labels), of: [row]).map { Double($0) }
      let mean = kind == .single ? scores.reduce(0, +) / Double(labels) : 0
      for label in 0..<labels {
        let shares = ensemble.shares(of: row, label: label)
        #expect(abs(shares.score - (scores[label] - mean)) < 1e-4, "\(shares) of \(scores)")
        #expect(shares.networkWeight == 0.25)
        #expect(
          shares.words.map(\.text) == (text + " " + (pair ?? "")).split(whereSeparator: \.isWhitespace).map(String.init)
        )
      }
    }
  }

  @Test func thatSpeakForALabelAreItsWords() throws {
    let rows = (0..<30).map { number in
      LabelledRow(text: "the \(["sun", "moon", "star"][number % 3]) is \(number) here", labels: [Int32(number % 3)])
    }
    let ngrams = try #require(NGramClassifier(learningFrom: LabelledData(rows: rows, labelNames: ["a", "b", "c"])))
    let ensemble = try #require(NGramEnsemble(of: ngrams, averaging: [EnsembleWeights(network: 1, ngrams: 1)]))
    let asked = LabelledRow(text: "the Moon is here")
    let (own, other) = (ensemble.shares(of: asked, label: 1).words, ensemble.shares(of: asked, label: 0).words)
    #expect(own.max { $0.share < $1.share }?.text == "Moon" && own[1].share > 0)
    #expect(other.min { $0.share < $1.share }?.text == "Moon" && other[1].share < 0)
  }
}
