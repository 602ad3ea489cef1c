import Layers
import Tensors

extension Transformer {
  /// The scores of the vocabulary's tokens at some rows of a batch: [rows, V].
  /// - Throws: `ModelFailure` if the batch is not one for this model, or the model has no language head.
  public func logits(
    of batch: TokenBatch, rows: [Int32], weights: ParameterBuffer, activations: Activations, execution: Execution
  ) throws(ModelFailure) -> Matrix {
    try load(batch, weights, activations)
    let (head, memory) = try languageHead(activations)
    try check(rows: rows, of: batch)
    guard rows.count <= activations.logitRows else {
      throw .activationsTooSmall(what: "rows of logits", found: rows.count, planned: activations.logitRows)
    }
    let (hidden, places, pass) = run(weights, activations, execution, reading: rows)
    return head.forward(hidden, rows: places, memory, pass).keeping(activations)
  }

  /// The sum of the losses of a language head, causal and masked alike, and with `gradients` its gradient.
  /// - Parameters:
  ///   - batch: The sequences.
  ///   - targets: What is to be predicted, and from which rows; `LanguageTargets(nextTokensOf:)` for a causal model.
  ///   - weights: The parameters.
  ///   - gradients: Receive, added to what is there, the gradient of the sum (not of the mean); nil for evaluation.
  ///   - activations: Memory, planned for training if there are gradients.
  ///   - execution: How to compute.
  ///   - smoothing: The share of each target that is spread over the whole vocabulary.
  ///   - dropoutSeed: What the dropouts are derived from, another one for each batch; nil drops nothing.
  ///   - frozenDepth: Layers of less depth receive no gradient, and the backward pass ends there: 1 leaves out the
  ///     embeddings (a tied head still adds its gradient to them), `layers` + 1 all but the head.
  ///   - teaching: A larger model whose scores are learned beside the targets; nothing of it changes. It does not teach
  ///     BERT's second task.
  /// - Returns: The sum in nats, and how many tokens were predicted.
  /// - Throws: `ModelFailure` if batch or targets are not for this model.
  public func languageLoss(
    of batch: TokenBatch, targets: LanguageTargets, weights: ParameterBuffer, gradients: ParameterBuffer?,
    activations: Activations, execution: Execution, smoothing: Float = 0, dropoutSeed: UInt64? = nil,
    frozenDepth: Int = 0, teaching: Teaching? = nil
  ) throws(ModelFailure) -> LossSum {
    try load(batch, weights, activations, gradients)
    let (head, memory) = try languageHead(activations)
    try check(targets, of: batch)
    let asked = targets.nextSentence.isEmpty ? targets.rows : targets.rows + activations.rows.firstRows
    let (hidden, places, pass) = run(
      weights, activations, execution, reading: asked, dropoutSeed: dropoutSeed, isForTraining: gradients != nil)
    let teacher = try teaching?.languageHead(
      of: batch, rows: targets.rows, for: configuration, execution: execution)
    let hiddenGradient = trunk.hiddenGradient(activations.memory.trunk, pass)
    if gradients != nil { hiddenGradient.clear() }

    var loss = LossSum(count: targets.rows.count)
    loss.sum = head.loss(
      hidden, rows: places.prefix(targets.rows.count), targets: targets.tokens, smoothing: smoothing, teacher: teacher,
      hiddenGradient: hiddenGradient, memory, pass, gradients)
    if let head = heads.nextSentence, let memory = activations.memory.nextSentence, !targets.nextSentence.isEmpty {
      let rows = places.dropFirst(targets.rows.count)
      let scores = head.forward(hidden, rows: rows, memory, pass)
      for (row, target) in targets.nextSentence.enumerated() {
        let other = 1 - Int(target)
        if scores[row, Int(target)] > scores[row, other] { loss.nextSentenceHits += 1 }
      }
      loss.nextSentenceSum =
        ClassLosses.singleLabel(
          scores, classes: targets.nextSentence, smoothing: 0, classWeights: nil, differentiates: gradients != nil
        ).sum
      loss.nextSentenceCount = rows.count
      if let gradients {
        execution.scale(scores, by: targets.nextSentenceWeight)
        head.backward(rows: rows, hiddenGradient: hiddenGradient, memory, pass, gradients)
      }
    }

    if let gradients { runBack(activations, frozenDepth: frozenDepth, pass, gradients) }
    return loss
  }

  func languageHead(
    _ activations: Activations
  ) throws(ModelFailure) -> (head: LanguageHead, memory: LanguageHead.Memory) {
    guard let head = heads.language, let memory = activations.memory.language else {
      throw .wrongHead(needed: "a language head", found: configuration.head)
    }
    return (head, memory)
  }
}
