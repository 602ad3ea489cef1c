import ArgumentParser
import Console
import Swiftlet

/// `swiftlet evaluate`: judges a model on a whole set.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge a model on a whole text, or on labelled texts.",
    discussion: """
      Examples:
        swiftlet evaluate --model my-model --corpus held-out.txt
        swiftlet evaluate --model my-classifier --data test.tsv --train train.tsv --json
        swiftlet evaluate --model my-masked-model --pseudo-log-likelihood --documents lines --corpus sentences.txt
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder")) var model: String
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text, for a language model.", valueName: "path")) var corpus: [String] = []
  @Option(name: .long, help: ArgumentHelp("Labelled texts, for a classifier.", valueName: "file")) var data: String?
  @Option(name: .long, help: ArgumentHelp("The folder of an adapter to put on the model.", valueName: "folder"))
  var adapter: String?
  @Option(
    name: .long,
    help: ArgumentHelp("What the classifier learned from: the baseline learns from it, too.", valueName: "file"))
  var train: String?
  @Option(name: .long, help: ArgumentHelp("How many of the worst mistakes to show (5).", valueName: "n"))
  var mistakes: Int?
  @Flag(name: .long, help: "Apply the temperature that fine-tuning found to the confidences.") var calibrated = false
  @Flag(name: .long, help: "Leave out the n-grams of the folder: the network answers alone, as in other programs.")
  var networkAlone = false
  @OptionGroup(title: "Text") var reading: ReadingOptions
  @Flag(name: .long, help: "The model was trained without tokens that begin and end documents.") var noDocumentMarks =
    false
  @Flag(name: .long, help: "Hide each token alone, and add up how likely it is; for models that fill masks.")
  var pseudoLogLikelihood = false
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if corpus.isEmpty, pseudoLogLikelihood || noDocumentMarks || reading.isGiven {
      throw ValidationError("--pseudo-log-likelihood, --no-document-marks, --documents and --repair are of a --corpus.")
    }
    if pseudoLogLikelihood, noDocumentMarks {
      throw ValidationError("--no-document-marks has no effect on --pseudo-log-likelihood; leave it out.")
    }
    if let mistakes, mistakes < 0 { throw ValidationError("--mistakes \(mistakes): 0 or more is expected.") }
    if data == nil {
      if train != nil || calibrated || networkAlone || mistakes != nil {
        throw ValidationError(
          "--train, --calibrated, --network-alone and --mistakes are of --data, which is missing.")
      }
      try labels.requireNone(because: "give one as --data")
    }
    if corpus.isEmpty == (data == nil) {
      throw ValidationError("Give either --corpus, for a language model, or --data, for a classifier.")
    }
  }

  func run() throws {
    // A text is read with the language head, where a classifier has kept it.
    let folder = try ModelFolder(
      reading: model, changing: data == nil ? { $0.speaking } : { $0 }, adapter: adapter, as: .asStored)
    let execution = try shared.execution()
    let output = Output(json: shared.json)
    if let data {
      let rows = try labels.read(data, kind: folder.labelKind)
      for line in rows.notes { note(line) }
      guard rows.kind != .tokens else {
        let baseline = try train.flatMap { WordBaseline(try labels.read($0, kind: .tokens)) }
        if train == nil { note("Give --train, what the model learned from, for the baseline of usual labels.") }
        let evaluation = try folder.evaluate(on: rows, execution: execution)
        guard case .words(let words) = evaluation else {
          return output.result(evaluation.json, text: evaluation.report)
        }
        let usual = try baseline?.metrics(on: rows)
        return output.result(words.json(beside: usual), text: words.report(beside: usual))
      }
      let training = try train.map { try labels.read($0, kind: folder.labelKind) }
      if training == nil { note("Give --train, what the classifier learned from, for the n-gram baseline.") }
      let judgement = try ClassifierJudgement(
        of: folder, on: rows, training: training, mistakes: mistakes ?? 5,
        ensemble: networkAlone ? nil : NGramEnsemble(folder: adapter ?? model),
        scaling: calibrated ? ConfidenceCalibration(folder: adapter ?? model).scaling : nil, execution: execution)
      output.result(judgement.json, text: judgement.report)
    } else if pseudoLogLikelihood {
      let result = try folder.pseudoLikelihood(
        of: reading.source(corpus), execution: execution)
      output.result(result.json, text: result.report)
    } else {
      let evaluation = Evaluation.language(
        try folder.evaluate(
          on: reading.source(corpus), marksDocuments: !noDocumentMarks, execution: execution))
      output.result(evaluation.json, text: evaluation.report)
    }
  }
}

extension PseudoLikelihood {
  /// The figures, for people.
  var report: String {
    var table = TextTable([], alignments: [.left, .right])
    table.add(["pseudo-log-likelihood, nats", HumanFormat.fixed(sum, 2)])
    table.add(["pseudo-perplexity of a token", HumanFormat.fixed(perplexity, 2)])
    table.add(["tokens", HumanFormat.grouped(tokens)])
    return table.text
  }
}

extension Evaluation {
  /// All figures, for people.
  var report: String {
    switch self {
    case .language(let result):
      var table = TextTable([], alignments: [.left, .right])
      table.add(["loss, nats a token", HumanFormat.fixed(result.loss, 4)])
      table.add(["unigram entropy, nats a token", HumanFormat.fixed(result.unigramEntropy, 4)])
      table.add(["perplexity", HumanFormat.fixed(result.perplexity, 2)])
      if let bits = result.bitsPerByte { table.add(["bits a byte", HumanFormat.fixed(bits, 4)]) }
      table.add(["tokens", HumanFormat.grouped(result.tokens)])
      if let loss = result.maskedLoss, let entropy = result.maskedUnigramEntropy {
        table.add(["loss of masked tokens, nats", HumanFormat.fixed(loss, 4)])
        table.add(["unigram entropy of masked tokens", HumanFormat.fixed(entropy, 4)])
      }
      if let next = result.nextSentence {
        table.add(["next sentence, loss", HumanFormat.fixed(next.loss, 4)])
        table.add(["next sentence, accuracy", HumanFormat.fixed(next.accuracy, 4)])
        table.add(["next sentence, majority", HumanFormat.fixed(next.majority, 4)])
      }
      return table.text
    case .words(let result): return result.report(beside: nil)
    default: return summary
    }
  }
}

extension WordMetrics {
  /// The figures of a baseline, in a line.
  var summary: String {
    "accuracy of words \(HumanFormat.percent(words.accuracy, digits: 1)), macro F1 \(HumanFormat.fixed(words.macro.f1, 3))"
      + (entities.map { ", entity F1 \(HumanFormat.fixed($0.micro.f1, 3))" } ?? "")
  }

  /// The things that labels mark, then the figures of all words.
  /// - Parameter baseline: The same of each word's usual label.
  func report(beside baseline: WordMetrics?) -> String {
    var parts: [String] = []
    if let entities {
      var table = TextTable(
        ["entity", "precision", "recall", "F1", "entities"], alignments: [.left, .right, .right, .right, .right])
      for (kind, scores) in entities.perKind { table.add(scores.cells(kind)) }
      table.add(entities.micro.cells("all"))
      if let usual = baseline?.entities { table.add(usual.micro.cells("each word's usual label")) }
      parts.append(table.text)
    }
    parts.append(
      "\(HumanFormat.grouped(texts)) texts, of which \(HumanFormat.percent(textAccuracy, digits: 1)) have all words right; the figures of words:"
    )
    if unanswered > 0 {
      parts.append(
        "\(HumanFormat.grouped(unanswered)) \(unanswered == 1 ? "word" : "words") beyond the model's context, answered with the most frequent label."
      )
    }
    return (parts + [words.report(beside: baseline?.words)]).joined(separator: "\n\n")
  }
}

extension PrecisionRecall {
  func cells(_ label: String) -> [String] {
    [label] + [precision, recall, f1].map { HumanFormat.fixed($0, 3) } + [HumanFormat.grouped(support)]
  }
}

extension ClassificationMetrics {
  /// The figures of words, each label's, and the confusion matrix.
  /// - Parameter usual: The figures of each word's usual label.
  func report(beside usual: ClassificationMetrics?) -> String {
    var figures = TextTable(
      ["", "model", "majority"] + (usual == nil ? [] : ["usual label"]), alignments: [.left, .right, .right, .right])
    func add(_ name: String, _ value: Double?, _ baseline: Double? = nil, _ other: Double? = nil) {
      func cell(_ value: Double?) -> String { value.map { HumanFormat.fixed($0, 4) } ?? "" }
      figures.add([name, value == nil ? "-" : cell(value), cell(baseline)] + (usual == nil ? [] : [cell(other)]))
    }
    add("accuracy", accuracy, majority.accuracy, usual?.accuracy)
    add("macro precision", macro.precision, majority.macro.precision, usual?.macro.precision)
    add("macro recall", macro.recall, majority.macro.recall, usual?.macro.recall)
    add("macro F1", macro.f1, majority.macro.f1, usual?.macro.f1)
    add("Matthews' correlation", matthewsCorrelation, majority.matthewsCorrelation, usual?.matthewsCorrelation)
    add("ROC AUC", rocAUC, rocAUC == nil ? nil : 0.5)
    add("loss", loss)
    add("calibration error", calibration.expectedError)
    var perLabel = TextTable(
      ["label", "precision", "recall", "F1", "texts"], alignments: [.left, .right, .right, .right, .right])
    for (label, row) in zip(labels, self.perLabel) { perLabel.add(row.cells(label)) }
    var matrix = TextTable(
      ["truth \\ answer"] + labels, alignments: [.left] + [TextTable.Alignment](repeating: .right, count: labels.count))
    for (label, row) in zip(labels, confusion.counts) { matrix.add([label] + row.map { "\($0)" }) }
    return [figures.text, perLabel.text, matrix.text].joined(separator: "\n\n")
  }
}
