import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

/// Runs with all that has a memory or draws lots (dropout, subword sampling, shuffling, accumulation, a moving average,
/// early stopping), stopped after every one of their steps: the losses and the sums of the files are those of the run that
/// never was.
@Suite struct ResumedRunsTests {
  enum Objective: CaseIterable { case causal, masked, fineTuning }

  private static let steps = 60

  /// One sitting of a run.
  private struct Sitting {
    let objective: Objective
    let threads: Int
    let tokenizer: Tokenizer

    private func adapt(_ loop: inout LoopSettings) {
      loop.budget = .steps(ResumedRunsTests.steps)
      loop.accumulation = 2
      loop.averageDecay = 0.95
      (loop.evaluationInterval, loop.patience, loop.seed) = (15, 3, 21)
    }

    private func configuration(_ family: TransformerConfiguration.Family) -> TransformerConfiguration {
      var configuration = ToyTexts.configuration(family, tokenizer)
      (configuration.width, configuration.layers, configuration.heads, configuration.keyHeads) = (16, 1, 2, 2)
      (configuration.headWidth, configuration.innerWidth) = (8, 32)
      return configuration
    }

    /// Runs until there are `stop` steps, or to the end; returns the losses of the steps and evaluations of this sitting.
    func run(in folder: String, resumes: Bool, stop: Int = .max) throws -> [Double] {
      var losses: [Double] = []
      var done = 0
      let actions = LoopActions(report: { event in
        switch event {
        case .resumed(let step, _): done = step
        case .step(let report):
          losses.append(report.loss)
          done = report.step
        case .evaluated(_, let evaluation, _, _): losses.append(evaluation.loss)
        default: break
        }
      })
      let execution = KernelChoice.active.execution(threads: threads)
      switch objective {
      case .causal, .masked:
        let training = ToyTexts.shard(tokenizer, documents: 20, seed: 1)
        let validation = ToyTexts.shard(tokenizer, documents: 2, seed: 2)
        let run: PretrainingRun
        if resumes {
          run = try PretrainingRun(
            resuming: folder, tokenizer: tokenizer, training: training, validation: validation, execution: execution,
            actions: actions)
        } else {
          let configuration = configuration(objective == .causal ? .gpt2 : .roberta)
          var settings = PretrainingSettings.recommended(
            for: configuration, corpusTokens: training.tokenCount, budget: .steps(1))
          (settings.batch, settings.context, settings.dropout, settings.subwordSampling) = (2, 12, 0.1, 0.3)
          adapt(&settings.loop)
          run = try PretrainingRun(
            configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
            settings: settings, execution: execution, output: folder, actions: actions)
        }
        _ = try run.run(until: { done >= stop })
      case .fineTuning:
        let configuration = configuration(.roberta)
        var settings = FineTuningSettings.recommended(for: configuration, pretrained: false, rows: 40, kind: .single)
        (settings.batch, settings.subwordSampling, settings.dropout) = (2, 0.3, 0.1)
        adapt(&settings.loop)
        let run = try FineTuningRun(
          base: .new(configuration, tokenizer), training: ToyTexts.labelled(rows: 40, seed: 5),
          validation: ToyTexts.labelled(rows: 8, seed: 6), settings: settings, execution: execution, output: folder,
          resumes: resumes, actions: actions)
        _ = try run.run(until: { done >= stop })
      }
      return losses
    }
  }

  /// The hashes of a run's newest checkpoint and of its model.
  private static func sums(_ folder: String) throws -> [String: SHA256.Digest] {
    let checkpoints = Files.path(folder, "training/checkpoints")
    let newest = Files.path(checkpoints, try #require(try Files.list(checkpoints).last))
    var sums = ["model": try SHA256.digest(ofFile: Files.path(folder, "model.safetensors"))]
    for name in try Files.list(newest) where name.hasSuffix(".safetensors") {
      sums[name] = try SHA256.digest(ofFile: Files.path(newest, name))
    }
    return sums
  }

  /// A run's folder as a process that ends now would leave it.
  private static func copy(_ folder: String, to other: String) throws {
    try Files.createFolder(other)
    for name in try Files.list(folder) where name != "lock" {
      let (from, to) = (Files.path(folder, name), Files.path(other, name))
      if Files.isFolder(from) { try copy(from, to: to) } else { try AppendingFile(to).append(Files.read(from)) }
    }
  }

  @Test(arguments: Objective.allCases, [1, 2])
  func stoppedAtEveryStep(objective: Objective, threads: Int) throws {
    // In memory where the system has such a place: it is not the disk that is tried here.
    let base = Files.isFolder("/dev/shm") ? "/dev/shm" : try Files.temporaryFolder()
    let root = Files.path(base, "swiftlet-resume-\(objective)-\(threads)-\(Randomness(seed: 1).seed)")
    try Files.removeFolder(root)
    defer { try? Files.removeFolder(root) }
    let tokenizer = try ToyTexts.tokenizer()
    let sitting = Sitting(objective: objective, threads: threads, tokenizer: tokenizer)
    // The other number of threads goes on, so that the sums are compared between these, too.
    let other = Sitting(objective: objective, threads: 3 - threads, tokenizer: tokenizer)

    let straight = Files.path(root, "straight")
    let expected = try sitting.run(in: straight, resumes: false)
    let expectedSums = try Self.sums(straight)
    #expect(expected.count > Self.steps && expectedSums.count == 6, "\(expectedSums.keys)")

    // One run that is stopped after every step, and from each place another one that goes on to the end.
    let halting = Files.path(root, "halting")
    var losses: [Double] = []
    for stop in 1...Self.steps {
      losses += try sitting.run(in: halting, resumes: stop > 1, stop: stop)
      let rest = Files.path(root, "rest")
      try Files.removeFolder(rest)
      try Self.copy(halting, to: rest)
      let resumed = try other.run(in: rest, resumes: true)
      #expect(losses + resumed == expected, "stopped after step \(stop)")
      #expect(try Self.sums(rest) == expectedSums, "stopped after step \(stop)")
    }
    losses += try sitting.run(in: halting, resumes: true)
    #expect(losses == expected)
    #expect(try Self.sums(halting) == expectedSums)
  }
}
