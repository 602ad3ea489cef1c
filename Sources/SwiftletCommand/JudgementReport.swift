import Console
import Swiftlet

extension ClassifierJudgement {
  /// The figures with their intervals, beside those of its parts and the baselines.
  var table: String {
    let parts = network == nil ? [] : ["network"]
    var table = TextTable(
      ["", "model", "95 %"] + parts + ["n-grams", "majority"],
      alignments: [.left, .right, .left] + parts.map { _ in .right } + [.right, .right])
    let (own, other) = (evaluation.json, ngrams?.json)
    let majority = own["baselines"]?["majority"] ?? own["baselines"]?["mean"]
    for (name, title) in Self.titles {
      guard let value = own[name]?.double else { continue }
      let interval = intervals.first { $0.name == name }
      let others = (network.map { [$0.json] } ?? []) + [other, majority]
      table.add(
        [
          title, HumanFormat.fixed(value, 4),
          interval.map { "\(HumanFormat.fixed($0.low, 4)) … \(HumanFormat.fixed($0.high, 4))" } ?? "",
        ] + others.map { $0?[name]?.double.map { HumanFormat.fixed($0, 4) } ?? "" })
    }
    return table.text
  }

  private static let titles = [
    ("accuracy", "accuracy"), ("macro_precision", "macro precision"), ("macro_recall", "macro recall"),
    ("macro_f1", "macro F1"), ("micro_f1", "micro F1"), ("mcc", "Matthews' correlation"), ("roc_auc", "ROC AUC"),
    ("pr_auc", "PR AUC"), ("mean_squared_error", "mean squared error"), ("mean_absolute_error", "mean absolute error"),
    ("pearson", "Pearson's correlation"), ("spearman", "Spearman's correlation"), ("loss", "loss"),
    ("calibration_error", "calibration error"),
  ]

  /// All of it: figures, those of each label, the confusion matrix, and the worst mistakes.
  var report: String {
    var parts = [table, evaluation.details].filter { !$0.isEmpty }
    if !mistakes.isEmpty {
      var list = TextTable(["line", "label", "answer", "score", "text"], alignments: [.right, .left, .left, .right])
      for mistake in mistakes {
        list.add([
          "\(mistake.row.line)", mistake.truth, mistake.answer, HumanFormat.fixed(mistake.score, 3),
          String(mistake.row.text.prefix(100)),
        ])
      }
      parts.append("The worst mistakes:\n" + list.text)
    }
    return parts.joined(separator: "\n\n")
  }
}

extension Evaluation {
  /// What each label has, and what was taken for what.
  fileprivate var details: String {
    func perLabel(_ labels: [String], _ rows: [PrecisionRecall]) -> String {
      var table = TextTable(
        ["label", "precision", "recall", "F1", "texts"], alignments: [.left, .right, .right, .right, .right])
      for (label, row) in zip(labels, rows) { table.add(row.cells(label)) }
      return table.text
    }
    switch self {
    case .labels(let result):
      var matrix = TextTable(
        ["truth \\ answer"] + result.labels,
        alignments: [.left] + [TextTable.Alignment](repeating: .right, count: result.labels.count))
      for (label, row) in zip(result.labels, result.confusion.counts) { matrix.add([label] + row.map { "\($0)" }) }
      return perLabel(result.labels, result.perLabel) + "\n\n" + matrix.text
    case .multiLabel(let result): return perLabel(result.labels, result.perLabel)
    default: return ""
    }
  }
}
