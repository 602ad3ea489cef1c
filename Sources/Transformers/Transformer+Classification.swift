import Layers
import Tensors

extension Transformer {
  /// The scores of the labels: [sequences, labels], of a classifier of tokens [T, labels]; before softmax or sigmoid.
  /// - Throws: `ModelFailure` if the batch is not one for this model, or the model has no classification head.
  public func scores(
    of batch: TokenBatch, weights: ParameterBuffer, activations: Activations, execution: Execution
  ) throws(ModelFailure) -> Matrix {
    try load(batch, weights, activations)
    let (head, memory) = try classificationHead(activations)
    let asked = configuration.head == .tokenClassification ? nil : pooledRows(activations)
    let (hidden, places, pass) = run(weights, activations, execution, reading: asked)
    return head.forward(hidden, rows: places, memory, pass).keeping(activations)
  }

  /// The sum of the losses of a classification head, and with `gradients` its gradient.
  /// - Parameters:
  ///   - batch: The sequences.
  ///   - targets: The answers, of the kind that the configuration's problem type names.
  ///   - weights: The parameters.
  ///   - gradients: Receive, added to what is there, the gradient of the sum (not of the mean); nil for evaluation.
  ///   - activations: Memory, planned for training if there are gradients.
  ///   - execution: How to compute.
  ///   - smoothing: The share of each single-label target that is spread over all labels.
  ///   - classWeights: The weight of each label in a single-label loss.
  ///   - dropoutSeed: What the dropouts are derived from, another one for each batch; nil drops nothing.
  ///   - frozenDepth: Layers of less depth receive no gradient; `layers` + 1 trains the head alone.
  ///   - teaching: A larger model whose answers are learned beside the targets; nothing of it changes.
  ///   - answers: Those of a teacher that is no model, of each sequence, in place of one that is.
  /// - Returns: The sum, how many losses it has (sequences or tokens; times labels for multi-label and regression),
  ///   and what it is to be divided by.
  /// - Throws: `ModelFailure` if batch or targets are not for this model.
  public func classificationLoss(
    of batch: TokenBatch, targets: ClassTargets, weights: ParameterBuffer, gradients: ParameterBuffer?,
    activations: Activations, execution: Execution, smoothing: Float = 0, classWeights: [Float]? = nil,
    dropoutSeed: UInt64? = nil, frozenDepth: Int = 0, teaching: Teaching? = nil, answers: TeacherAnswers? = nil
  ) throws(ModelFailure) -> LossSum {
    try load(batch, weights, activations, gradients)
    let (head, memory) = try classificationHead(activations)
    try check(targets, classWeights, of: batch)
    precondition(
      answers.map { $0.scores.count == batch.lengths.count * configuration.labels.count } ?? true,
      "\(answers?.scores.count ?? 0) scores of a teacher for \(batch.lengths.count) sequences")
    var labelled: [Int32]?
    if case .tokenClasses(let rows, _) = targets { labelled = rows }
    let (hidden, places, pass) = run(
      weights, activations, execution, reading: labelled ?? pooledRows(activations), dropoutSeed: dropoutSeed,
      isForTraining: gradients != nil)
    var soft = answers?.softTargets(labels: configuration.labels.count)
    if let teaching {
      soft = try teaching.labels(of: batch, rows: labelled, for: configuration, execution: execution)
    }
    let scores = head.forward(hidden, rows: places, memory, pass)
    let loss = Self.loss(
      scores, targets, soft, smoothing: smoothing, classWeights: classWeights, differentiates: gradients != nil)
    if let gradients {
      let hiddenGradient = trunk.hiddenGradient(activations.memory.trunk, pass)
      hiddenGradient.clear()
      head.backward(rows: places, hiddenGradient: hiddenGradient, memory, pass, gradients)
      runBack(activations, frozenDepth: frozenDepth, pass, gradients)
    }
    return loss
  }

  private static func loss(
    _ scores: Matrix, _ targets: ClassTargets, _ soft: SoftTargets?, smoothing: Float, classWeights: [Float]?,
    differentiates: Bool
  ) -> LossSum {
    func loss(_ scores: Matrix) -> LossSum {
      Self.loss(scores, targets, smoothing: smoothing, classWeights: classWeights, differentiates: differentiates)
    }
    guard let soft else { return loss(scores) }
    let comparison: SoftTargets.Comparison
    var weights: [Double]?
    switch targets {
    case .classes(let classes), .tokenClasses(_, let classes):
      comparison = .oneLabel
      weights = classWeights.map { weights in classes.map { Double(weights[Int($0)]) } }
    case .multiLabel: comparison = .eachLabel
    case .values: comparison = .values
    }
    var result = LossSum()
    let sum = soft.mix(scores, comparison, rowWeight: { weights?[$0] ?? 1 }, differentiates: differentiates) {
      result = loss(scores)
      return result.sum
    }
    result.sum = sum
    return result
  }

  private static func loss(
    _ scores: Matrix, _ targets: ClassTargets, smoothing: Float, classWeights: [Float]?, differentiates: Bool
  ) -> LossSum {
    switch targets {
    case .classes(let classes), .tokenClasses(_, let classes):
      let (sum, weight) = ClassLosses.singleLabel(
        scores, classes: classes, smoothing: smoothing, classWeights: classWeights, differentiates: differentiates)
      return LossSum(sum: sum, count: classes.count, weight: weight)
    case .multiLabel(let targets):
      let sum = ClassLosses.multiLabel(scores, targets: targets, differentiates: differentiates)
      return LossSum(sum: sum, count: targets.count)
    case .values(let targets):
      let sum = ClassLosses.regression(scores, targets: targets, differentiates: differentiates)
      return LossSum(sum: sum, count: targets.count)
    }
  }

  /// The token whose hidden state speaks for a sequence: the last where only that has seen all, otherwise the first.
  func pooledRows(_ activations: Activations) -> [Int32] {
    configuration.family.isCausal ? activations.rows.lastRows : activations.rows.firstRows
  }

  func classificationHead(
    _ activations: Activations
  ) throws(ModelFailure) -> (head: ClassificationHead, memory: ClassificationHead.Memory) {
    guard let head = heads.classification, let memory = activations.memory.classification else {
      throw .wrongHead(needed: "a classification head", found: configuration.head)
    }
    return (head, memory)
  }
}
