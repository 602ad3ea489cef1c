import Files

extension Evaluation {
  /// The figures by the names that scripts rely on; what is not known is null.
  public var json: JSONValue {
    switch self {
    case .language(let result): result.json
    case .labels(let result): result.json
    case .words(let result): result.json
    case .multiLabel(let result): result.json
    case .values(let result): result.json
    }
  }
}

extension JSONValue {
  /// A number, or null.
  init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
}

extension LanguageEvaluation {
  var json: JSONValue {
    var json: JSONValue = [
      "loss": .number(loss), "perplexity": .number(perplexity), "bits_per_byte": JSONValue(bitsPerByte),
      "tokens": .integer(tokens), "bytes": bytes.map { .integer($0) } ?? .null,
      "unigram_entropy": .number(unigramEntropy),
    ]
    for (name, value) in optionalFigures { json[name] = .number(value) }
    return json
  }

  /// The figures that only some models have.
  var optionalFigures: [(name: String, value: Double)] {
    [
      ("next_sentence_loss", nextSentence?.loss), ("next_sentence_accuracy", nextSentence?.accuracy),
      ("next_sentence_majority", nextSentence?.majority),
      ("masked_loss", maskedLoss), ("masked_unigram_entropy", maskedUnigramEntropy),
    ].compactMap { name, value in value.map { (name, $0) } }
  }
}

extension PseudoLikelihood {
  /// The figures by the names that scripts rely on.
  public var json: JSONValue {
    [
      "pseudo_log_likelihood": .number(sum), "pseudo_perplexity": .number(perplexity), "tokens": .integer(tokens),
      "bytes": .integer(bytes),
    ]
  }
}

extension PrecisionRecall {
  func json(label: String) -> JSONValue {
    [
      "label": .string(label), "precision": .number(precision), "recall": .number(recall), "f1": .number(f1),
      "support": .integer(support),
    ]
  }
}

extension ClassificationMetrics {
  var json: JSONValue {
    [
      "accuracy": .number(accuracy), "macro_precision": .number(macro.precision),
      "macro_recall": .number(macro.recall), "macro_f1": .number(macro.f1),
      "micro_precision": .number(micro.precision), "micro_recall": .number(micro.recall),
      "micro_f1": .number(micro.f1), "mcc": .number(matthewsCorrelation),
      "roc_auc": JSONValue(rocAUC), "pr_auc": JSONValue(prAUC), "loss": .number(loss), "count": .integer(count),
      "calibration_error": .number(calibration.expectedError),
      "labels": .array(labels.map { .string($0) }),
      "confusion": .array(confusion.counts.map { .array($0.map { .integer($0) }) }),
      "per_label": .array(zip(labels, perLabel).map { $1.json(label: $0) }),
      "baselines": [
        "majority": ["accuracy": .number(majority.accuracy), "macro_f1": .number(majority.macro.f1)]
      ],
    ]
  }
}

extension WordMetrics {
  /// The figures, with those of each word's usual label among the baselines.
  public func json(beside baseline: WordMetrics?) -> JSONValue {
    var json = json
    guard let baseline, var baselines = json["baselines"] else { return json }
    var figures: JSONValue = [
      "accuracy": .number(baseline.words.accuracy), "macro_f1": .number(baseline.words.macro.f1),
    ]
    if let entities = baseline.entities { figures["entity_f1"] = .number(entities.micro.f1) }
    baselines["usual_label"] = figures
    json["baselines"] = baselines
    return json
  }

  var json: JSONValue {
    var json = words.json
    json["texts"] = .integer(texts)
    json["text_accuracy"] = .number(textAccuracy)
    json["unanswered"] = .integer(unanswered)
    guard let entities else { return json }
    json["entity_precision"] = .number(entities.micro.precision)
    json["entity_recall"] = .number(entities.micro.recall)
    json["entity_f1"] = .number(entities.micro.f1)
    json["entity_macro_f1"] = .number(entities.macro.f1)
    json["per_entity"] = .array(entities.perKind.map { $0.scores.json(label: $0.kind) })
    return json
  }
}

extension MultiLabelMetrics {
  var json: JSONValue {
    [
      "accuracy": .number(accuracy), "macro_precision": .number(macro.precision),
      "macro_recall": .number(macro.recall), "macro_f1": .number(macro.f1),
      "micro_precision": .number(micro.precision), "micro_recall": .number(micro.recall),
      "micro_f1": .number(micro.f1), "roc_auc": JSONValue(rocAUC), "pr_auc": JSONValue(prAUC),
      "loss": .number(loss), "count": .integer(count), "labels": .array(labels.map { .string($0) }),
      "per_label": .array(zip(labels, perLabel).map { $1.json(label: $0) }),
      "baselines": ["majority": ["accuracy": .number(majorityAccuracy)]],
    ]
  }
}

extension RegressionMetrics {
  var json: JSONValue {
    [
      "loss": .number(meanSquaredError), "mean_squared_error": .number(meanSquaredError),
      "mean_absolute_error": .number(meanAbsoluteError), "pearson": JSONValue(pearson),
      "spearman": JSONValue(spearman), "count": .integer(count),
      "baselines": ["mean": ["mean_squared_error": .number(meanBaseline)]],
    ]
  }
}

extension JSONValue {
  /// Of an evaluation's figures the single numbers, without those of each label and without baselines of the baseline.
  package var singleFigures: JSONValue {
    var figures: JSONValue = .object([:])
    for (name, value) in object ?? [:] where value.double != nil && name != "count" { figures[name] = value }
    return figures
  }
}
