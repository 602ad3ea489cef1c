import Corpora
import Files
import NGrams
import Tensors

/// What a trial's run answers to the rows that were held out, with n-grams beside it where that helps.
public struct TrialAnswers: Sendable {
  /// The figures of what is answered in the end.
  public let evaluation: Evaluation
  /// The network's own answers; nil where words have labels.
  public let network: Predictions?
  /// The n-grams.
  public let ensemble: NGramEnsemble?
  /// What a labeller of words must beat; nil where whole texts have labels.
  private let usualLabels: WordBaseline?
  /// What was held out, with labels numbered as the network's.
  public let held: LabelledData

  /// - Parameter evaluation: That of the network by itself.
  init(
    _ run: FineTuningRun, _ evaluation: Evaluation, _ split: (training: LabelledData, held: LabelledData),
    _ baseline: NGramBaseline?
  ) throws {
    usualLabels = WordBaseline(split.training)
    guard usualLabels == nil else {
      (self.evaluation, network, ensemble, held) = (evaluation, nil, nil, split.held)
      return
    }
    let held = try split.held.relabelled(as: split.training.labelNames, of: split.training.path)
    let network = try run.predictions(on: held)
    let ensemble = baseline.flatMap { NGramEnsemble(of: $0, beside: network, on: held) }
    (self.network, self.ensemble, self.held) = (network, ensemble, held)
    self.evaluation =
      ensemble == nil
      ? evaluation : network.joined(by: ensemble, of: held.rows).evaluation(learnedFrom: split.training)
  }

  /// The figures, and those of the network by itself.
  func figures() throws -> JSONValue {
    if usualLabels != nil { return try wordFigures(evaluation, held) }
    var json = evaluation.json
    if ensemble != nil, let network { json["network"] = network.evaluation().json.singleFigures }
    return json
  }

  /// The same on other rows.
  func figures(of run: FineTuningRun, on data: LabelledData) throws -> JSONValue {
    if usualLabels != nil { return try wordFigures(run.evaluation(on: data), data) }
    let network = try run.predictions(on: data)
    var json = network.joined(by: ensemble, of: data.rows).evaluation().json
    if ensemble != nil { json["network"] = network.evaluation().json.singleFigures }
    return json
  }

  private func wordFigures(_ evaluation: Evaluation, _ data: LabelledData) throws -> JSONValue {
    guard case .words(let words) = evaluation else { return evaluation.json }
    return words.json(beside: try usualLabels?.metrics(on: data))
  }
}

/// N-grams of each split's training rows, which learn once.
final class SplitBaselines {
  private var known: [Int: NGramBaseline] = [:]

  /// Those of a split; nil where words have labels.
  func baseline(of training: LabelledData, _ split: Int, _ execution: Execution) throws -> NGramBaseline? {
    guard training.kind != .tokens else { return nil }
    if let baseline = known[split] { return baseline }
    let baseline = try NGramBaseline(training, execution: execution)
    known[split] = baseline
    return baseline
  }
}
