import Console
import Swiftlet

/// An explanation on a terminal: the words in the colours of their weights, or without colour with the weights behind.
struct ExplanationText {
  let explanation: Explanation
  let usesColor: Bool
  let showsAttention: Bool

  var lines: [String] {
    let words = explanation.words
    var lines = ["  integrated gradients  " + line(words.map(\.integratedGradients))]
    lines.append("  gradient × input      " + line(words.map(\.gradientTimesInput)))
    if showsAttention {
      for layer in explanation.attention.indices {
        let label = "  attention, layer \(layer + 1)"
        lines.append(
          label + String(repeating: " ", count: max(1, 24 - label.count))
            + line(explanation.attentionOfAnswer(layer: layer), marks: true))
      }
    }
    lines.append(
      "  for \(explanation.label): score \(HumanFormat.fixed(explanation.score, 3)), with \(explanation.baseline) for all tokens \(HumanFormat.fixed(explanation.baselineScore, 3)); the shares add up to \(HumanFormat.fixed(explanation.sum, 3)) of \(HumanFormat.fixed(explanation.difference, 3)) (error \(HumanFormat.percent(explanation.completenessError, digits: 2)), \(explanation.steps) steps)"
    )
    if let ngrams = explanation.ngrams {
      lines.append("  n-grams               " + line(ngrams.words.map { ($0.text, $0.share) }))
      lines.append(
        "  in the answer the network's score counts \(HumanFormat.fixed(ngrams.networkWeight, 2)) times, and the n-grams add \(HumanFormat.fixed(ngrams.score, 3)), of which \(HumanFormat.fixed(ngrams.rest, 3)) whatever the words are"
      )
    }
    return lines
  }

  private func line(_ weights: [Double], marks: Bool = false) -> String {
    line(zip(explanation.words, weights).filter { marks || !$0.0.isMark }.map { ($0.text, $1) })
  }

  private func line(_ shown: [(word: String, weight: Double)]) -> String {
    let largest = shown.reduce(0.0) { max($0, abs($1.weight)) }
    let digits = Explanation.digits(largest)
    return shown.map { word, weight in
      let text = word.map { DisplayWidth.visible($0) }.joined()
      guard usesColor else { return "\(text) (\(HumanFormat.fixed(weight, digits)))" }
      return Self.colored(text, largest > 0 ? weight / largest : 0)
    }.joined(separator: " ")
  }

  /// The background deepens in four steps: green for the label, red against it.
  static func colored(_ text: String, _ share: Double) -> String {
    let step = min(4, Int((abs(share) * 4).rounded()))
    guard step > 0 else { return text }
    // Colours of the table of 256, from faint to full.
    let background = share > 0 ? [194, 151, 114, 71][step - 1] : [224, 217, 210, 167][step - 1]
    return "\u{1B}[48;5;\(background);38;5;16m\(text)\u{1B}[0m"
  }
}

extension Explanation {
  /// The figures by the names that scripts rely on.
  func json(attention showsAttention: Bool) -> JSONValue {
    var json: JSONValue = [
      "label": .string(label), "score": .number(score), "baseline": .string(baseline),
      "baseline_score": .number(baselineScore), "steps": .integer(steps),
      "completeness": [
        "sum": .number(sum), "difference": .number(difference), "error": .number(completenessError),
      ],
      "words": .array(
        words.filter { !$0.isMark }.map { word in
          [
            "word": .string(word.text), "integrated_gradients": .number(word.integratedGradients),
            "gradient_times_input": .number(word.gradientTimesInput),
          ]
        }),
    ]
    if let ngrams {
      json["ngrams"] = [
        "score": .number(ngrams.score), "rest": .number(ngrams.rest), "network_weight": .number(ngrams.networkWeight),
        "words": .array(ngrams.words.map { ["word": .string($0.text), "share": .number($0.share)] }),
      ]
    }
    guard showsAttention else { return json }
    json["attention"] = [
      "words": .array(words.map { .string($0.text) }),
      "layers": .array(
        attention.map { heads in .array(heads.map { .array($0.map { .number(Double($0)) }) }) }),
    ]
    return json
  }
}
