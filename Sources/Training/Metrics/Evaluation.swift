import Corpora
import Files

/// What an evaluation over a whole set found.
public enum Evaluation: Sendable {
  /// Of a language model.
  case language(LanguageEvaluation)
  /// Of a classifier with one label a text.
  case labels(ClassificationMetrics)
  /// Of a classifier with one label a word.
  case words(WordMetrics)
  /// Of a classifier with any number of labels a text.
  case multiLabel(MultiLabelMetrics)
  /// Of a regression.
  case values(RegressionMetrics)

  /// The mean loss: in nats, of a regression the mean squared error.
  public var loss: Double {
    switch self {
    case .language(let result): result.loss
    case .labels(let result): result.loss
    case .words(let result): result.words.loss
    case .multiLabel(let result): result.loss
    case .values(let result): result.meanSquaredError
    }
  }

  /// The number by which models are compared; nil where this kind of evaluation has none of the name, or could not
  /// tell it.
  public func value(of criterion: SelectionCriterion) -> Double? {
    switch (self, criterion) {
    case (.language(let result), .loss): result.objective
    case (_, .loss): loss
    case (.labels(let result), .accuracy): result.accuracy
    case (.labels(let result), .macroF1): result.macro.f1
    case (.labels(let result), .matthewsCorrelation): result.matthewsCorrelation
    case (.labels(let result), .rocAUC): result.rocAUC
    case (.words(let result), .accuracy): result.words.accuracy
    case (.words(let result), .macroF1): result.words.macro.f1
    case (.words(let result), .matthewsCorrelation): result.words.matthewsCorrelation
    case (.words(let result), .entityF1): result.entities?.micro.f1
    case (.multiLabel(let result), .accuracy): result.accuracy
    case (.multiLabel(let result), .macroF1): result.macro.f1
    case (.multiLabel(let result), .rocAUC): result.rocAUC
    case (.values(let result), .pearson): result.pearson
    case (.values(let result), .spearman): result.spearman
    default: nil
    }
  }
}

/// The figure by which the best model of a run is chosen.
public enum SelectionCriterion: String, Sendable, Hashable, CaseIterable {
  /// The loss; less is better. Of all others, more.
  case loss
  /// The part that is right.
  case accuracy
  /// The mean F1 of the labels.
  case macroF1 = "macro_f1"
  /// F1 of the things that labels of words mark.
  case entityF1 = "entity_f1"
  /// Matthews' correlation coefficient.
  case matthewsCorrelation = "mcc"
  /// The area under the ROC curve.
  case rocAUC = "roc_auc"
  /// The linear correlation, of regressions.
  case pearson
  /// The rank correlation, of regressions.
  case spearman

  /// The figure that people judge such labels by.
  public static func usual(for kind: LabelKind) -> SelectionCriterion {
    switch kind {
    case .value: .loss
    case .multiple: .macroF1
    default: .accuracy
    }
  }

  /// The figures that there are for such labels; F1 of entities only where words' labels mark any.
  public static func choices(for data: LabelledData) -> [SelectionCriterion] {
    switch data.kind {
    case .single: [.loss, .accuracy, .macroF1, .matthewsCorrelation, .rocAUC]
    case .tokens:
      [.loss, .accuracy, .macroF1, .matthewsCorrelation] + (EntitySpans.areMarks(data.labelNames) ? [.entityF1] : [])
    case .multiple: [.loss, .accuracy, .macroF1, .rocAUC]
    case .value: [.loss, .pearson, .spearman]
    }
  }

  /// Whether larger values are better.
  public var prefersLarge: Bool { self != .loss }

  /// The standard error of a share of rows that are right (Breiman and others 1984, the rule of one standard error); nil
  /// for other figures, by which only what is better is chosen.
  public func uncertainty(of evaluation: Evaluation) -> Double? {
    guard self == .accuracy, let share = evaluation.value(of: self) else { return nil }
    let rows: Int
    switch evaluation {
    case .labels(let result): rows = result.count
    case .words(let result): rows = result.words.count
    case .multiLabel(let result): rows = result.count
    case .language, .values: return nil
    }
    return (share * (1 - share) / Double(max(1, rows))).squareRoot()
  }

  /// A score of which less is better; infinite where the value is not known.
  public func score(of evaluation: Evaluation) -> Double {
    guard let value = evaluation.value(of: self) else { return .infinity }
    return prefersLarge ? -value : value
  }
}
