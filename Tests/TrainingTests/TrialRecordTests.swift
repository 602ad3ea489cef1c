import Corpora
import Files
import TestSupport
import Testing
import Tokenization
import Training

/// Runs that are repeated go on after those that are finished, and bring what they would have brought.
@Suite struct TrialRecordTests {
  private let tokenizer: Tokenizer
  private let base: FineTuningRun.Base
  private let training = ToyTexts.labelled(rows: 48, seed: 5)
  private let held = ToyTexts.labelled(rows: 16, seed: 6)

  init() throws {
    tokenizer = try ToyTexts.tokenizer()
    base = .new(ToyTexts.configuration(.bert, tokenizer), tokenizer)
  }

  private func plan(seeds: [UInt64], rows: LabelledData? = nil) -> FineTuningTrials {
    let settings = FineTuningSettings.recommended(
      for: ToyTexts.configuration(.bert, tokenizer), pretrained: false, rows: 48, kind: .single, epochs: 1)
    return FineTuningTrials(
      candidates: [.init(values: [], settings: settings)], seeds: seeds, splits: [(rows ?? training, held)], test: held)
  }

  /// Runs a plan until so many more runs are done; returns the trials, and the seeds that were run.
  private func run(
    _ plan: FineTuningTrials, in folder: String?, resumes: Bool = false, most: Int = .max
  ) throws -> (trials: [FineTuningTrials.Trial]?, ran: [UInt64]) {
    var record = try folder.map { try TrialRecord(of: plan, base: base, folder: $0, resumes: resumes) }
    var ran: [UInt64] = []
    let trials = try plan.run(
      base: base, execution: KernelChoice.active.execution(), record: &record, shouldStop: { ran.count >= most }
    ) { trial, _, _ in ran.append(trial.seed) }
    return (trials, ran)
  }

  private func figures(_ trials: [FineTuningTrials.Trial]?) -> [JSONValue] {
    (trials ?? []).map { [$0.figures, $0.test ?? .null, .number($0.score), .integer($0.steps)] }
  }

  @Test func finishedRunsAreNotRunAgain() throws {
    let scratch = try ScratchFolder()
    let folder = scratch.path + "/run"
    let whole = try run(plan(seeds: [1, 2, 3]), in: nil)
    #expect(whole.ran == [1, 2, 3])

    #expect(throws: TrainingFailure.self) { try run(plan(seeds: [1, 2]), in: folder, resumes: true) }
    var part = try run(plan(seeds: [1, 2]), in: folder, most: 1)
    #expect(part.trials == nil && part.ran == [1])
    part = try run(plan(seeds: [1, 2]), in: folder, resumes: true)
    #expect(part.ran == [2])
    #expect(figures(part.trials) == Array(figures(whole.trials).prefix(2)))
    // A third seed joins; nothing else is done.
    part = try run(plan(seeds: [1, 2, 3]), in: folder, resumes: true)
    #expect(part.ran == [3])
    #expect(figures(part.trials) == figures(whole.trials))

    #expect(throws: TrainingFailure.runExists(path: folder)) { try run(plan(seeds: [1]), in: folder) }
    #expect(throws: TrainingFailure.self) { try run(plan(seeds: [1], rows: held), in: folder, resumes: true) }
  }
}
