import Corpora
import Tensors
import Transformers

/// What n-grams say of the texts that a classifier learns from: logistic regression on words and letters, each text
/// answered by one that has not seen it.
///
/// A small transformer and n-grams err on different texts; beside the labels, it learns from what they are unsure of, too
/// (Hinton, Vinyals & Dean 2015; the folds as in stacking, Wolpert 1992).
public struct NGramTeacher: Sendable {
  /// [rows, labels].
  private let scores: [Float]
  private let labels: Int
  /// What its answers weigh, and their temperature.
  package var settings: DistillationSettings

  /// Learns from all folds but one, and answers that, for each of them.
  ///
  /// Throws `TrainingFailure.noData` where there are too few rows to part.
  package init(
    _ training: LabelledData, _ settings: DistillationSettings, execution: Execution
  ) throws(TrainingFailure) {
    let folds = Self.folds(rows: training.rows.count)
    guard training.rows.count >= 2 * folds else {
      throw .noData(
        set: "training",
        needed: "n-grams that teach need at least \(2 * folds) rows, and there are \(training.rows.count)")
    }
    let (labels, rows) = (training.kind == .value ? 1 : training.labelNames.count, training.rows.count)
    (self.labels, self.settings) = (labels, settings)
    var answers = [[Float]?](repeating: nil, count: folds)
    answers.withUnsafeMutableBufferPointer { answers in
      // Each task writes its own place.
      nonisolated(unsafe) let answers = answers
      execution.pool.run(tasks: folds) { fold, _ in
        var rest = training, held = training
        rest.rows = training.rows.selecting((0..<rows).filter { $0 % folds != fold })
        held.rows = training.rows.selecting((0..<rows).filter { $0 % folds == fold })
        answers[fold] = try? NGramBaseline(rest).predictions(on: held).probabilities
      }
    }
    let whole = answers.compactMap { $0 }
    guard whole.count == folds else {
      throw .noData(set: "training", needed: "n-grams found nothing to learn from")
    }
    scores = (0..<rows).flatMap { row in
      let (place, fold) = row.quotientAndRemainder(dividingBy: folds)
      return whole[fold][place * labels..<(place + 1) * labels].map {
        training.kind == .value ? $0 : Self.score(of: $0, among: training.kind)
      }
    }
  }

  /// Large sets have enough to learn from in two parts of three.
  private static func folds(rows: Int) -> Int { rows < 10_000 ? 5 : 3 }

  /// The score whose softmax or sigmoid is a probability.
  private static func score(of probability: Float, among kind: LabelKind) -> Float {
    let p = min(max(Double(probability), 1e-7), 1 - 1e-7)
    return Float(kind == .multiple ? logarithm(p / (1 - p)) : logarithm(p))
  }

  /// Of some rows of the training set.
  package func answers(of rows: [Int]) -> TeacherAnswers {
    TeacherAnswers(
      scores: rows.flatMap { scores[$0 * labels..<($0 + 1) * labels] }, weight: Float(settings.weight),
      temperature: Float(settings.temperature))
  }
}
