import Corpora
import Tensors
import Transformers

/// What a training set's labels ask of a model's head and of a loss.
struct LabelSet {
  let names: [String]
  let problem: TransformerConfiguration.ProblemType
  let majority: Int?
  let mean: Double?
  private let counts: [Int]
  /// How many rows, or words, have a label.
  private let rows: Int
  private let kind: LabelKind

  /// The labels of a set.
  ///
  /// Throws `TrainingFailure` where there are no rows, or where there is nothing to tell apart.
  init(_ data: LabelledData) throws(TrainingFailure) {
    guard !data.rows.isEmpty else { throw .noData(set: "training", needed: "it has no rows") }
    counts = data.classCounts
    kind = data.kind
    rows = kind == .tokens ? counts.reduce(0, +) : data.rows.count
    switch data.kind {
    case .single, .tokens:
      guard data.labelNames.count > 1 else {
        throw .labels(
          problem:
            "All \(rows) \(kind == .tokens ? "words" : "rows") have the same label, so there is nothing to learn; a classifier needs two or more."
        )
      }
      (names, problem) = (data.labelNames, .singleLabel)
    case .multiple:
      guard !data.labelNames.isEmpty else {
        throw .labels(problem: "No row has a label, so there is nothing to learn.")
      }
      (names, problem) = (data.labelNames, .multiLabel)
    case .value:
      (names, problem) = (["value"], .regression)
    }
    majority = data.majority?.label
    mean = data.kind == .value ? data.rows.reduce(0) { $0 + $1.value } / Double(rows) : nil
  }

  /// A trunk's configuration with the head for these labels.
  /// - Parameter adapted: Whether an adapter learns: PEFT reads it beside the base's own `config.json`, so its tokens see
  ///   what the base's see.
  func classifying(_ configuration: TransformerConfiguration, adapted: Bool = false) -> TransformerConfiguration {
    var result =
      kind == .tokens
      ? configuration.classifying(tokensInto: names)
      : configuration.classifying(sequencesInto: names, problemType: problem)
    if adapted { result.seesBothWays = configuration.seesBothWays }
    return result
  }

  /// The weight of each label; nil for alike.
  func weights(_ choice: FineTuningSettings.ClassWeights) throws(TrainingFailure) -> [Float]? {
    switch choice {
    case .none: return nil
    case .balanced where problem == .singleLabel:
      // A label that no row has weighs nothing, and is not asked for either.
      return counts.map { $0 == 0 ? 0 : Float(Double(rows) / Double(names.count * $0)) }
    case .given(let weights) where problem == .singleLabel:
      guard weights.count == names.count else {
        throw .labels(problem: "There are \(weights.count) class weights for \(names.count) labels.")
      }
      return weights
    case .balanced, .given:
      throw .setting(
        name: "class weights", value: "set", expected: "labels of which each text has one, where they are used")
    }
  }
}
