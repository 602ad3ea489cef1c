import ArgumentParser
import Console
import Swiftlet

/// `swiftlet demo`: the whole pipeline, end to end.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the whole pipeline on a corpus: a tokenizer, two models, a classifier.",
    discussion: """
      Examples:
        swiftlet demo
        swiftlet demo --corpus my-text/ --labels my-labels.tsv --minutes 3
      """)

  @Option(name: .long, parsing: .unconditionalSingleValue, help: ArgumentHelp("Text to learn from.", valueName: "path"))
  var corpus: [String] = []
  @Option(name: .long, help: ArgumentHelp("What is a document: paragraphs, lines or files.", valueName: "unit"))
  var documents: DocumentBoundary?
  @Option(
    name: .long,
    help: ArgumentHelp("Labelled texts: a file, or a folder with train, validation and test .tsv.", valueName: "path"))
  var labels = "Corpus/wordnet/text/kinds"
  @Option(name: .long, help: ArgumentHelp("Minutes of training, all models together.", valueName: "n")) var minutes =
    6.0
  @Option(name: .long, help: ArgumentHelp("Where Tokenizer/demo and Weights/demo-* go.", valueName: "folder")) var out =
    "."
  @OptionGroup(title: "Shared") var shared: SharedOptions

  /// The corpus that `make corpus` fetches.
  static let usualCorpus = "Corpus/wordnet/text/glosses.txt"

  func validate() throws {
    if !(minutes > 0 && minutes < 1e5) { throw ValidationError("--minutes \(minutes): a positive number is expected.") }
  }

  func run() throws {
    let paths = corpus.isEmpty ? [Self.usualCorpus] : corpus
    for path in paths + [labels] where Files.kind(of: path) == nil {
      throw DemoFailure.noCorpus(path: path)
    }
    let isUsual = paths == [Self.usualCorpus]
    let clock = ContinuousClock()
    let start = clock.now
    Interrupts.install()
    let demonstration = Demonstration(
      text: try TextSource(paths, documents: documents ?? (isUsual ? .lines : .paragraphs)), labels: labels,
      minutes: minutes, seed: shared.seed, execution: try shared.execution(training: true), root: out, say: note)
    guard let figures = try demonstration.run() else { throw ExitCode(Interrupts.exitCode) }
    let seconds = (clock.now - start) / .seconds(1)
    show(figures, demonstration, seconds: seconds)
    let terminal = Terminal()
    if terminal.isInput, terminal.isOutput, !shared.json {
      note("\nThe generator at its prompt; Ctrl-D leaves.")
      try Repl.run(model: demonstration.weights("causal"), execution: demonstration.execution)
    }
  }

  private func show(_ figures: Demonstration.Figures, _ demonstration: Demonstration, seconds: Double) {
    var json: JSONValue = [
      "seconds": .number(seconds), "vocabulary": .integer(figures.tokenizer.vocabularySize),
      "bytes_per_token": .number(figures.bytesPerToken), "accuracy": .number(figures.classifier.accuracy),
      "majority_accuracy": .number(figures.classifier.majority.accuracy),
      "macro_f1": .number(figures.classifier.macro.f1), "sample": .string(figures.samples.first ?? ""),
    ]
    var table = TextTable(["held out", "model", "baseline", ""], alignments: [.left, .right, .right, .left])
    if let causal = figures.causal {
      json["validation_loss"] = .number(causal.loss)
      json["unigram_entropy"] = .number(causal.unigramEntropy)
      table.add([
        "next token, nats", HumanFormat.fixed(causal.loss, 3), HumanFormat.fixed(causal.unigramEntropy, 3),
        "unigram entropy",
      ])
      if let bits = causal.bitsPerByte {
        json["validation_bits_per_byte"] = .number(bits)
        table.add(["  bits a byte", HumanFormat.fixed(bits, 3), "", ""])
      }
    }
    if let loss = figures.masked?.maskedLoss, let entropy = figures.masked?.maskedUnigramEntropy {
      json["masked_validation_loss"] = .number(loss)
      table.add(["masked token, nats", HumanFormat.fixed(loss, 3), HumanFormat.fixed(entropy, 3), "unigram entropy"])
    }
    let classifier = figures.classifier
    table.add([
      "classifier, accuracy on \(HumanFormat.grouped(classifier.count)) test texts",
      HumanFormat.percent(classifier.accuracy, digits: 1),
      HumanFormat.percent(classifier.majority.accuracy, digits: 1), "majority",
    ])
    table.add([
      "classifier, macro F1", HumanFormat.fixed(classifier.macro.f1, 3),
      HumanFormat.fixed(classifier.majority.macro.f1, 3), "majority",
    ])
    var lines = ["", table.text, "", "Generated, temperature 0.7:"]
    lines += figures.samples.map { "  " + $0.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ") }
    if let best = figures.fillings.first {
      lines += ["", "Filled in: \(best.text)"]
      lines += figures.fillings.map { "  \(percent($0.score))  \($0.words.joined(separator: ", "))" }
    }
    lines += ["", "Classified:"]
    lines += figures.answers.map { "  \(percent($0.score))  \($0.label): \($0.text)" }
    let names = ["causal", "masked", "classifier"].map { demonstration.weights($0) }
    lines += [
      "", "Done in \(HumanFormat.duration(seconds: seconds)). The models: \(names.joined(separator: ", ")).",
    ]
    Output(json: shared.json).result(json, text: lines.joined(separator: "\n"))
  }
}

/// Why the demonstration cannot begin.
enum DemoFailure: Failure {
  case noCorpus(path: String)

  var kind: FailureKind { .noInput }
  var description: String {
    switch self {
    case .noCorpus(let path):
      "There is no \(path); run 'make corpus' in the project's folder, or name text of your own with --corpus."
    }
  }
}
