import ArgumentParser
import Console
import Swiftlet

extension Finetune {
  /// Goes on pretraining, on other text.
  func continueLanguage() throws {
    let execution = try shared.execution(training: true)
    let folder = try ModelFolder(reading: model)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: model) }
    let preparation = CorpusPreparation(
      try reading.source([train]), validation: try validation.map { try reading.source([$0]) },
      encoder: TextEncoder(tokenizer), options: CorpusOptions(seed: shared.seed, copies: copies.removal),
      cacheFolder: Files.path(out, "training/tokens"), execution: execution)
    let corpus = try preparation.run()
    for line in corpus.notes { note(line) }
    let reporter = TrainingReporter(title: "language")
    let actions = LoopActions.showing(
      reporter, samplesOf: folder.configuration, tokenizer, execution, seed: shared.seed)
    Interrupts.install()
    let run: PretrainingRun
    if resume {
      run = try PretrainingRun(
        resuming: out, tokenizer: tokenizer, training: corpus.training, validation: corpus.validation,
        execution: execution, start: folder.weights, base: model, actions: actions)
    } else {
      var settings = PretrainingSettings.continued(
        for: folder.configuration, corpusTokens: corpus.training.tokenCount, budget: length.budget ?? .epochs(3))
      settings.adapter = adapter.settings
      // An adapter begins at nothing, and bears faster steps than what has learned already.
      if adapter.lora { settings.loop.learningRate.peak *= 4 }
      if let layerDecay { settings.loop.policy.layerDecay = layerDecay }
      teacher.apply(to: &settings.distillation)
      step.apply(to: &settings, seed: shared.seed)
      run = try PretrainingRun(
        configuration: folder.configuration, tokenizer: tokenizer, training: corpus.training,
        validation: corpus.validation, settings: settings, execution: execution, start: folder.weights, base: model,
        output: out, actions: actions)
    }
    let result = try run.run { Interrupts.isPending }
    reporter.finish()
    finish(result)
    if result.outcome == .interrupted { throw ExitCode(Interrupts.exitCode) }
  }
}
