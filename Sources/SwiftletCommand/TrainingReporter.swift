import Console
import Swiftlet

/// Shows what a training run tells: its plan, a progress line, evaluations, samples.
final class TrainingReporter {
  private var line: ProgressLine
  private let title: String

  init(title: String) {
    self.title = title
    line = ProgressLine()
  }

  func report(_ event: TrainingEvent) {
    switch event {
    case .planned(let plan): show(plan)
    case .resumed(let step, let passedOver):
      for sentence in passedOver { line.note("Passed over a checkpoint: \(sentence)") }
      line.note("Goes on after step \(step).")
    case .step(let step):
      line.show(
        ProgressState(
          title: title, step: step.step, steps: step.total, loss: step.loss, validationLoss: step.validationLoss,
          learningRate: step.learningRate, tokensPerSecond: step.tokensPerSecond, secondsLeft: step.secondsLeft))
    case .evaluated(let step, let evaluation, let isKept, _):
      line.note("\(title): step \(step): \(evaluation.summary)\(isKept ? "" : " (not better)")")
    case .sample(_, let text):
      line.note("  sample: \(Self.oneLine(text))")
    case .budgetCorrected, .saved: break
    case .notice(let text): line.note(text)
    }
  }

  /// Ends the progress line.
  func finish() { line.finish() }

  private func show(_ plan: TrainingPlan) {
    var facts = [
      "\(HumanFormat.count(plan.parameters)) parameters", "\(HumanFormat.bytes(plan.memory.total)) of memory",
      "\(HumanFormat.count(plan.corpusTokens)) tokens of text",
      "\(HumanFormat.grouped(plan.steps)) steps of \(HumanFormat.grouped(plan.tokensPerStep)) tokens",
      "\(HumanFormat.fixed(plan.epochs, 1)) epochs",
    ]
    if plan.trainedParameters != plan.parameters {
      facts.append("\(HumanFormat.count(plan.trainedParameters)) parameters learn")
    }
    if let seconds = plan.expectedSeconds { facts.append("about \(HumanFormat.duration(seconds: seconds))") }
    line.note("\(title): \(facts.joined(separator: ", "))")
    for warning in plan.warnings { line.note("Warning: \(warning)") }
  }

  private static func oneLine(_ text: String) -> String {
    let joined = text.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ")
    return joined.count <= 160 ? joined : joined.prefix(159) + "…"
  }
}

extension Evaluation {
  /// The figures that matter most, on a line.
  var summary: String {
    switch self {
    case .language(let result):
      let bits = result.bitsPerByte.map { ", \(HumanFormat.fixed($0, 3)) bits a byte" } ?? ""
      let masked = result.maskedLoss.map { loss in
        ", of masked tokens \(HumanFormat.fixed(loss, 4)) (unigram entropy \(HumanFormat.fixed(result.maskedUnigramEntropy ?? 0, 3)))"
      }
      let next = result.nextSentence.map {
        ", next sentence \(HumanFormat.percent($0.accuracy, digits: 1)) (majority \(HumanFormat.percent($0.majority, digits: 1)))"
      }
      return
        "validation loss \(HumanFormat.fixed(result.loss, 4))\(bits) (unigram entropy \(HumanFormat.fixed(result.unigramEntropy, 3)))\(masked ?? "")\(next ?? "")"
    case .labels(let result):
      return
        "validation loss \(HumanFormat.fixed(result.loss, 4)), accuracy \(HumanFormat.percent(result.accuracy, digits: 1)), macro F1 \(HumanFormat.fixed(result.macro.f1, 3)) (majority \(HumanFormat.percent(result.majority.accuracy, digits: 1)))"
    case .words(let result):
      let entities = result.entities.map { ", entity F1 \(HumanFormat.fixed($0.micro.f1, 3))" } ?? ""
      return
        "validation loss \(HumanFormat.fixed(result.words.loss, 4)), accuracy of words \(HumanFormat.percent(result.words.accuracy, digits: 1)), macro F1 \(HumanFormat.fixed(result.words.macro.f1, 3))\(entities) (majority \(HumanFormat.percent(result.words.majority.accuracy, digits: 1)))"
    case .multiLabel(let result):
      return
        "validation loss \(HumanFormat.fixed(result.loss, 4)), macro F1 \(HumanFormat.fixed(result.macro.f1, 3)), micro F1 \(HumanFormat.fixed(result.micro.f1, 3))"
    case .values(let result):
      return
        "mean squared error \(HumanFormat.fixed(result.meanSquaredError, 4)) (of the mean \(HumanFormat.fixed(result.meanBaseline, 4)))"
    }
  }
}
