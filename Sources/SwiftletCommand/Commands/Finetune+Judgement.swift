import ArgumentParser
import Console
import Swiftlet

/// What is told at the end of fine-tuning, and what is put beside the weights.
extension Finetune {
  /// Fits the temperature, and shows the figures on what was held out, and on a test set, beside the baselines.
  func judge(
    _ run: FineTuningRun, _ result: TrainingResult, training: LabelledData, held: LabelledData?, test: LabelledData?
  ) throws {
    // Words have figures of their own, and n-grams of whole texts say nothing about them.
    guard training.kind != .tokens else { return finish(result) }
    var json = result.json
    let baseline = try NGramBaseline(training)
    var ensemble: NGramEnsemble?
    var tables: [String] = []
    var summary = result.evaluation?.summary
    for (name, data) in [("validation", held), ("test", test)] {
      guard let data = try data?.relabelled(as: training.labelNames, of: training.path) else { continue }
      let network = try run.predictions(on: data)
      if name == "validation" {
        let fitted = ClassifierCompanions(
          fitting: network, on: data, baseline: joinsNGrams ? baseline : nil)
        try fitted.write(to: out)
        json["temperature"] = fitted.calibration.map { .number($0.scaling.temperature) } ?? .null
        json["ensemble"] = fitted.ensemble?.weights.json ?? .null
        if fitted.ensemble != nil { note(NGramEnsemble.sentence) }
        ensemble = fitted.ensemble
      }
      let judgement = try ClassifierJudgement(
        network.joined(by: ensemble, of: data.rows), network: ensemble == nil ? nil : network, on: data,
        training: training, baseline: baseline)
      if name == "test" {
        json["test"] = judgement.json
      } else if case .object(let figures) = judgement.json {
        // The figures under the names that `evaluate` has for them.
        for (key, value) in figures { json[key] = value }
        summary = judgement.evaluation.summary
      }
      tables.append("\n\(name)\n\(judgement.table)")
    }
    Output(json: shared.json).result(
      json, text: ([sentence(summary, result)] + tables).joined(separator: "\n"))
  }

  private func sentence(_ summary: String?, _ result: TrainingResult) -> String {
    "\(out): \(summary ?? "no validation") after \(result.steps) steps"
  }

  /// What a run that needs no judgement says at its end.
  func finish(_ result: TrainingResult) {
    var json = result.json
    // The figures under the names that `evaluate` has for them.
    if case .object(let figures)? = result.evaluation?.json {
      for (name, value) in figures { json[name] = value }
    }
    Output(json: shared.json).result(
      json, text: sentence(result.evaluation?.summary, result))
    if result.outcome == .interrupted {
      note("Stopped and saved. To go on, give the same command with --resume.")
    }
  }
}

extension NGramEnsemble {
  /// What is told when one is kept.
  static var sentence: String {
    "N-grams answer with the network, from \(fileName) in its folder; other programs read the network alone."
  }
}
