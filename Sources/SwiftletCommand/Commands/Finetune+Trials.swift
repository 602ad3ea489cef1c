import ArgumentParser
import Console
import Swiftlet

/// Fine-tuning that is repeated: seeds, folds, and settings to choose from.
extension Finetune {
  func runTrials(
    base: FineTuningRun.Base, training: LabelledData, held: LabelledData?, test: LabelledData?,
    settings: FineTuningSettings, execution: Execution
  ) throws {
    let splits =
      try held.map { [(training: training, held: $0)] } ?? training.folds(trials.folds ?? 2, seed: shared.seed)
    let plan = FineTuningTrials(
      candidates: trials.candidates(settings), seeds: trials.seeds(from: shared.seed), splits: splits, test: test,
      joinsNGrams: joinsNGrams)
    for candidate in plan.candidates { try candidate.settings.validate() }
    note("\(plan.count) runs")
    Interrupts.install()
    var record: TrialRecord? = try TrialRecord(of: plan, base: base, folder: out, resumes: resume)
    let finished = record.map { plan.finished(in: $0) } ?? []
    if resume { note("\(finished.count) of them are finished.") }
    var done = finished.count
    var kept = finished.map(\.score).min() ?? .infinity
    let outcomes = try plan.run(
      base: base, execution: execution, record: &record, shouldStop: { Interrupts.isPending }
    ) { trial, answers, run in
      done += 1
      note("run \(done) of \(plan.count), seed \(trial.seed)\(Self.place(trial)): \(answers.evaluation.summary)")
      // Of one split, the best run's model is the result.
      guard trials.folds == nil, trial.score < kept else { return }
      try run.write(to: out)
      if let network = answers.network {
        try ClassifierCompanions(fitting: network, on: answers.held, ensemble: answers.ensemble).write(to: out)
      }
      kept = trial.score
    }
    guard let outcomes else {
      note("Stopped after \(done) runs. To go on with the next, give the same command with --resume.")
      throw ExitCode(Interrupts.exitCode)
    }
    if outcomes.contains(where: { $0.weights != nil }) { note(NGramEnsemble.sentence) }
    let report = try TrialReport(trials: plan, outcomes: outcomes, ngrams: plan.ngrams(on: execution))
    if trials.folds != nil {
      try trainOnAll(training, base: base, plan.candidates[report.best].settings, outcomes, execution)
    }
    var json = report.json
    json["seconds"] = .number(outcomes.reduce(0) { $0 + $1.seconds })
    Output(json: shared.json).result(json, text: report.text)
  }

  /// After cross-validation: all rows, for as many steps as the folds' best had in the mean, and no rows held out.
  private func trainOnAll(
    _ training: LabelledData, base: FineTuningRun.Base, _ settings: FineTuningSettings,
    _ outcomes: [FineTuningTrials.Trial], _ execution: Execution
  ) throws {
    let steps = outcomes.map { Double($0.bestStep ?? $0.steps) }
    let folds = Double(trials.folds ?? 2)
    // A fold's training set lacks one part, so an epoch of all rows has more steps.
    let mean = steps.reduce(0, +) / Double(max(1, steps.count)) * folds / (folds - 1)
    var settings = settings
    settings.loop.budget = .steps(max(1, Int(mean.rounded())))
    (settings.loop.seed, settings.loop.patience) = (shared.seed, nil)
    note("All \(training.rows.count) rows, \(Int(mean.rounded())) steps")
    let run = try FineTuningRun(
      base: base, training: training, validation: nil, settings: settings, execution: execution)
    guard try run.run(until: { Interrupts.isPending }).outcome != .interrupted else {
      throw ExitCode(Interrupts.exitCode)
    }
    try run.write(to: out)
    if joinsNGrams {
      let weights = outcomes.map(\.weights)
      let baseline = try NGramBaseline(training, execution: execution)
      try NGramEnsemble(of: baseline.classifier, averaging: weights)?.write(to: out)
    }
  }

  private static func place(_ trial: FineTuningTrials.Trial) -> String {
    trial.fold.map { ", fold \($0 + 1)" } ?? ""
  }
}
