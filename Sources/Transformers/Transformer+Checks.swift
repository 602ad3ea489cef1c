import Tensors

/// Everything that a caller can get wrong is refused here, before a kernel runs: kernels trust their indices.
extension Transformer {
  func check(
    _ batch: TokenBatch, _ weights: ParameterBuffer, _ activations: Activations, _ gradients: ParameterBuffer? = nil
  ) throws(ModelFailure) {
    try checkBuffers(weights, activations, gradients)
    guard !batch.tokens.isEmpty else { throw .empty(sequence: nil) }
    var sum = 0
    for (sequence, length) in batch.lengths.enumerated() {
      guard length > 0 else { throw .empty(sequence: sequence) }
      guard length <= configuration.maximumLength else {
        throw .sequenceTooLong(sequence: sequence, length: length, maximum: configuration.maximumLength)
      }
      sum += length
    }
    guard sum == batch.tokens.count, batch.segments.isEmpty || batch.segments.count == sum else {
      throw .inconsistentBatch(tokens: batch.tokens.count, segments: batch.segments.count, lengths: sum)
    }
    try checkRoom(activations, tokens: sum, sequences: batch.lengths.count)
    try checkTokens(batch.tokens, firstRow: 0)
    for (row, segment) in batch.segments.enumerated() where segment < 0 || segment >= configuration.segmentTypes {
      throw .segmentOutOfRange(segment: Int(segment), row: row, segmentTypes: configuration.segmentTypes)
    }
  }

  func check(
    _ prompts: [(sequence: Int, tokens: [Int32])], _ cache: KeyValueCache, _ weights: ParameterBuffer,
    _ activations: Activations
  ) throws(ModelFailure) {
    try checkBuffers(weights, activations, nil)
    guard cache.configuration == configuration else { throw .otherModel(what: "cached keys and values") }
    guard !prompts.isEmpty else { throw .empty(sequence: nil) }
    var sum = 0
    for (index, (sequence, tokens)) in prompts.enumerated() {
      guard cache.lengths.indices.contains(sequence), !prompts[..<index].contains(where: { $0.sequence == sequence })
      else { throw .unknownSequence(sequence: sequence, sequences: cache.sequences) }
      guard !tokens.isEmpty else { throw .empty(sequence: sequence) }
      let length = cache.lengths[sequence]
      guard length + tokens.count <= cache.capacity else {
        throw .cacheFull(sequence: sequence, length: length, added: tokens.count, capacity: cache.capacity)
      }
      try checkTokens(tokens, firstRow: sum)
      sum += tokens.count
    }
    try checkRoom(activations, tokens: sum, sequences: prompts.count)
  }

  func check(rows: [Int32], of batch: TokenBatch) throws(ModelFailure) {
    var previous: Int32 = -1
    for (index, row) in rows.enumerated() {
      guard row > previous, row < batch.tokens.count else {
        throw .rowOutOfRange(row: Int(row), index: index, rows: batch.tokens.count)
      }
      previous = row
    }
  }

  func check(_ targets: LanguageTargets, of batch: TokenBatch) throws(ModelFailure) {
    guard targets.rows.count == targets.tokens.count else {
      throw .targetCount(expected: targets.rows.count, found: targets.tokens.count)
    }
    try check(rows: targets.rows, of: batch)
    try check(targets.tokens, below: configuration.vocabularySize)
    guard !targets.nextSentence.isEmpty else { return }
    guard heads.nextSentence != nil else {
      throw .wrongHead(needed: "a next-sentence head", found: configuration.head)
    }
    guard targets.nextSentence.count == batch.lengths.count else {
      throw .targetCount(expected: batch.lengths.count, found: targets.nextSentence.count)
    }
    try check(targets.nextSentence, below: 2)
  }

  func check(_ targets: ClassTargets, _ classWeights: [Float]?, of batch: TokenBatch) throws(ModelFailure) {
    let labels = configuration.labels.count
    if let classWeights {
      guard classWeights.count == labels else { throw .targetCount(expected: labels, found: classWeights.count) }
      try checkFinite(classWeights)
    }
    switch (targets, configuration.head, configuration.resolvedProblemType) {
    case (.tokenClasses(let rows, let classes), .tokenClassification, _):
      guard rows.count == classes.count else { throw .targetCount(expected: rows.count, found: classes.count) }
      try check(rows: rows, of: batch)
      try check(classes, below: labels)
    case (.classes(let classes), .sequenceClassification, .singleLabel):
      guard classes.count == batch.lengths.count else {
        throw .targetCount(expected: batch.lengths.count, found: classes.count)
      }
      try check(classes, below: labels)
    case (.multiLabel(let values), .sequenceClassification, .multiLabel),
      (.values(let values), .sequenceClassification, .regression):
      guard values.count == batch.lengths.count * labels else {
        throw .targetCount(expected: batch.lengths.count * labels, found: values.count)
      }
      try checkFinite(values)
    case (_, .tokenClassification, _): throw .wrongTargets(expected: "labels of tokens")
    case (_, _, .singleLabel): throw .wrongTargets(expected: "one label a sequence")
    case (_, _, .multiLabel): throw .wrongTargets(expected: "a number for each label")
    case (_, _, .regression): throw .wrongTargets(expected: "values")
    }
  }

  private func checkBuffers(
    _ weights: ParameterBuffer, _ activations: Activations, _ gradients: ParameterBuffer?
  ) throws(ModelFailure) {
    guard weights.layout.bufferCount == layout.bufferCount else { throw .otherModel(what: "weights") }
    guard activations.configuration == configuration else { throw .otherModel(what: "activations") }
    guard let gradients else { return }
    guard gradients.layout.bufferCount == layout.bufferCount else { throw .otherModel(what: "gradients") }
    try weights.requireFloats()
    guard activations.isForTraining else { throw .activationsNotForTraining }
  }

  private func checkRoom(_ activations: Activations, tokens: Int, sequences: Int) throws(ModelFailure) {
    guard tokens <= activations.tokens else {
      throw .activationsTooSmall(what: "tokens", found: tokens, planned: activations.tokens)
    }
    guard sequences <= activations.sequences else {
      throw .activationsTooSmall(what: "sequences", found: sequences, planned: activations.sequences)
    }
  }

  private func checkTokens(_ tokens: [Int32], firstRow: Int) throws(ModelFailure) {
    for (row, token) in tokens.enumerated() where token < 0 || token >= configuration.vocabularySize {
      throw .tokenOutOfRange(
        token: Int(token), row: firstRow + row, vocabularySize: configuration.vocabularySize)
    }
  }

  private func check(_ targets: [Int32], below count: Int) throws(ModelFailure) {
    for (index, target) in targets.enumerated() where target < 0 || target >= count {
      throw .targetOutOfRange(target: Int(target), index: index, count: count)
    }
  }

  private func checkFinite(_ values: [Float]) throws(ModelFailure) {
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .targetNotFinite(index: index) }
  }
}

extension ParameterBuffer {
  /// Refuses weights of which some matrices are there only as they are stored.
  public func requireFloats() throws(ModelFailure) {
    guard stored == nil else { throw .weightsAsStored }
  }
}
