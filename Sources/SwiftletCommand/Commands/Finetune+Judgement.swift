import ArgumentParser
import Console
import Swiftlet

/// What is told at the end of fine-tuning, and what is put beside the weights.
extension Finetune {
  /// Fits the temperature, and shows the figures on what was held out, and on a test set, beside the baselines.
  func judge(
    _ run: FineTuningRun, _ result: TrainingResult, training: LabelledData, held: LabelledData?, test: LabelledData?,
    execution: Execution
  ) throws {
    // Words have figures of their own, and n-grams of whole texts say nothing about them.
    guard training.kind != .tokens else { return try judgeWords(run, result, training, held: held, test: test) }
    var json = result.json
    let baseline = try NGramBaseline(training, execution: execution)
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

  /// Shows the figures of words, beside those of each word's usual label.
  private func judgeWords(
    _ run: FineTuningRun, _ result: TrainingResult, _ training: LabelledData, held: LabelledData?, test: LabelledData?
  ) throws {
    var json = json(of: result)
    var parts = [sentence(result.evaluation?.summary, result)]
    let baseline = WordBaseline(training)
    if let held, let usual = try baseline?.metrics(on: held), case .words(let words)? = result.evaluation {
      json["baselines"] = words.json(beside: usual)["baselines"]
      parts.append("each word's usual label: \(usual.summary)")
    }
    if let test, case .words(let words) = try run.evaluation(on: test) {
      let usual = try baseline?.metrics(on: test)
      json["test"] = words.json(beside: usual)
      parts.append("\ntest\n\(words.report(beside: usual))")
    }
    Output(json: shared.json).result(json, text: parts.joined(separator: "\n"))
  }

  private func sentence(_ summary: String?, _ result: TrainingResult) -> String {
    "\(out): \(summary ?? "no validation") after \(result.steps) steps"
  }

  /// What a run that needs no judgement says at its end.
  func finish(_ result: TrainingResult) {
    Output(json: shared.json).result(json(of: result), text: sentence(result.evaluation?.summary, result))
    if result.outcome == .interrupted {
      note("Stopped and saved. To go on, give the same command with --resume.")
    }
  }

  /// The figures under the names that `evaluate` has for them.
  private func json(of result: TrainingResult) -> JSONValue {
    var json = result.json
    if case .object(let figures)? = result.evaluation?.json {
      for (name, value) in figures { json[name] = value }
    }
    return json
  }
}

extension NGramEnsemble {
  /// What is told when one is kept.
  static var sentence: String {
    "N-grams answer with the network, from \(fileName) in its folder; other programs read the network alone."
  }
}
