import ArgumentParser
import Console
import Swiftlet

/// `swiftlet classify`: puts labels on texts.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Label texts with a fine-tuned classifier.",
    discussion: """
      Examples:
        swiftlet classify --model my-classifier "a small yellow bird that sings"
        swiftlet classify --model my-classifier --json < texts.txt
        swiftlet classify --model my-classifier --explain-html why.html "a small yellow bird that sings"
        swiftlet classify --model my-tagger "Anna lives in Rome."
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder")) var model: String
  @Option(
    name: .long, help: ArgumentHelp("A file of texts: columns as for finetune, or a text a line.", valueName: "file"))
  var file: String?
  @Option(name: .long, help: ArgumentHelp("The second text, for models of pairs.", valueName: "text")) var pair: String?
  @Option(name: .long, help: ArgumentHelp("The folder of an adapter to put on the model.", valueName: "folder"))
  var adapter: String?
  @Flag(name: .long, help: "Apply the temperature that fine-tuning found, so that scores are honest chances.")
  var calibrated = false
  @Flag(name: .long, help: "Leave out the n-grams of the folder: the network answers alone, as in other programs.")
  var networkAlone = false
  @Option(name: .long, help: "How many labels to show; all in JSON.") var top = 1
  @Flag(name: .long, help: "Show which words weighed: integrated gradients and gradient × input.") var explain = false
  @Flag(name: .long, help: "Show what the place of the answer attends to, too.") var attention = false
  @Option(name: .long, help: ArgumentHelp("The label that is explained; otherwise the likeliest.", valueName: "label"))
  var explainLabel: String?
  @Option(
    name: .long, help: ArgumentHelp("Write the explanations, with maps of attention, to a page.", valueName: "file"))
  var explainHtml: String?
  @Argument(help: "Texts; without any, each line of standard input.") var texts: [String] = []
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if top < 1 { throw ValidationError("--top \(top): 1 or more is expected.") }
    if file != nil, !texts.isEmpty { throw ValidationError("Give texts either as arguments or by --file.") }
    if file != nil, pair != nil { throw ValidationError("--pair is of texts; a --file has a column of second ones.") }
    if file == nil { try labels.requireNone(because: "give one as --file") }
  }

  private var explains: Bool { explain || attention || explainLabel != nil || explainHtml != nil }

  func run() throws {
    let folder = try ModelFolder(reading: model, adapter: adapter, as: explains ? .floats : .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: model) }
    let transformer = try Transformer(folder.configuration)
    let execution = try shared.execution()
    if folder.configuration.head == .tokenClassification {
      if explains || pair != nil || calibrated || networkAlone {
        throw ValidationError(
          "Explanations, pairs, --calibrated and --network-alone are for classifiers of texts; this model labels words."
        )
      }
      return try labelWords(
        WordClassifier(model: transformer, weights: folder.weights, tokenizer: tokenizer, execution: execution))
    }
    let classifier = try TextClassifier(
      folder, path: adapter ?? model, isCalibrated: calibrated, isAlone: networkAlone, execution: execution)
    if explains {
      return try explain(
        classifier,
        TextExplainer(
          model: transformer, weights: folder.weights, tokenizer: tokenizer, ensemble: classifier.ensemble,
          execution: execution))
    }
    if let file {
      let data = try labels.read(file, allowsNoLabels: true)
      for rows in stride(from: 0, to: data.rows.count, by: 256).map({ data.rows[$0..<min($0 + 256, data.rows.count)] })
      {
        let results = try classifier.classify(pairs: rows.map { ($0.text, $0.pair) })
        for (row, result) in zip(rows, results) { show(row.text, result) }
      }
    } else {
      try StandardInput.forEach(texts, hint: "a text a line") { text in
        show(text, try classifier.classify(text, pair: pair))
        return true
      }
    }
  }

  /// Hands over each text with its second one, from wherever they come.
  private func forEachText(_ body: (String, String?) throws -> Void) throws {
    if let file {
      for row in try labels.read(file, allowsNoLabels: true).rows { try body(row.text, row.pair) }
    } else {
      try StandardInput.forEach(texts, hint: "a text a line") { text in
        try body(text, pair)
        return true
      }
    }
  }

  private func explain(_ classifier: TextClassifier, _ explainer: TextExplainer) throws {
    var explanations: [Explanation] = []
    let usesColor = Terminal().usesColor
    try forEachText { text, pair in
      let result = try classifier.classify(text, pair: pair)
      let explanation = try explainer.explain(text, pair: pair, label: explainLabel)
      if explainHtml != nil { explanations.append(explanation) }
      show(text, result, explanation: explanation, usesColor: usesColor)
    }
    guard let explainHtml else { return }
    try AtomicFile.write(Array(ExplanationPage(explanations).html.utf8), to: explainHtml)
    note("The page is \(explainHtml).")
  }

  private func labelWords(_ classifier: WordClassifier) throws {
    let output = Output(json: shared.json)
    func show(_ words: [String]) throws {
      let labelled = try classifier.classify(words)
      let spans = EntitySpans.areMarks(classifier.labels) ? EntitySpans.spans(labelled.map(\.label)) : []
      var table = TextTable([], alignments: [.left, .left, .right])
      for word in labelled { table.add([word.word, word.label, percent(word.score)]) }
      output.result(
        [
          "text": .string(words.joined(separator: " ")),
          "words": .array(
            labelled.map { ["word": .string($0.word), "label": .string($0.label), "score": .number($0.score)] }),
          "entities": .array(
            spans.map { span in
              [
                "label": .string(span.kind), "text": .string(words[span.words].joined(separator: " ")),
                "first": .integer(span.words.lowerBound), "count": .integer(span.words.count),
              ]
            }),
        ], text: table.text + "\n")
    }
    if let file {
      for row in try labels.read(file, kind: .tokens, allowsNoLabels: true).rows { try show(row.words) }
    } else {
      try StandardInput.forEach(texts, hint: "a text a line") { text in
        let words = WordClassifier.words(of: text)
        if !words.isEmpty { try show(words) }
        return true
      }
    }
  }

  /// A probability as a share; a value as it is.
  private func shown(_ score: Double, _ result: Classification) -> String {
    result.isValue ? HumanFormat.fixed(score, 4) : percent(score)
  }

  private func show(
    _ text: String, _ result: Classification, explanation: Explanation? = nil, usesColor: Bool = false
  ) {
    let ranked = result.ranked
    let best = ranked.first
    if result.isTruncated { note("swiftlet: a text was longer than the model can see, and lost its end.") }
    var scores = JSONObject()
    for score in ranked { scores[score.label] = .number(score.score) }
    let label: JSONValue =
      result.labels.count == 1 || result.scores.count == 1
      ? .string(result.labels.first ?? best?.label ?? "") : .array(result.labels.map { .string($0) })
    var json: JSONValue = [
      "text": .string(text), "label": label, "score": .number(best?.score ?? 0), "scores": .object(scores),
    ]
    if let explanation { json["explanation"] = explanation.json(attention: attention) }
    let lines = explanation.map {
      ExplanationText(explanation: $0, usesColor: usesColor, showsAttention: attention).lines
    }
    Output(json: shared.json).result(
      json,
      text: ranked.prefix(top).map { "\(shown($0.score, result))  \($0.label)" }.joined(separator: "\n")
        + (texts.count == 1 ? "" : "  \(text)") + (lines.map { "\n" + $0.joined(separator: "\n") } ?? ""))
  }
}
