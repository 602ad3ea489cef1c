import Files
import Tensors
import Tokenization
import Transformers

/// How near two forms of one model are: what both compute from a sample of tokens.
public struct ModelComparison: Sendable {
  /// How many tokens the sample has.
  public let tokens: Int
  /// The largest difference between two numbers: logits, scores, or hidden states of a trunk.
  public let largestDifference: Float
  /// The largest of the numbers, to see the difference by.
  public let largestNumber: Float
  /// After how many tokens both have the same best choice.
  public let sameChoices: Int

  /// Runs both models over the sample.
  public init(_ one: ModelFolder, _ other: ModelFolder, execution: Execution = Execution()) throws {
    let batch = Self.sample(of: one.configuration)
    let first = try Self.outputs(one.configuration, one.weights, batch, execution)
    let second = try Self.outputs(other.configuration, other.weights, batch, execution)
    var (difference, largest, same): (Float, Float, Int) = (0, 0, 0)
    for (first, second) in zip(first, second) {
      for (number, otherNumber) in zip(first, second) {
        difference = max(difference, abs(number - otherNumber))
        largest = max(largest, abs(number))
      }
      if first.indices.max(by: { first[$0] < first[$1] }) == second.indices.max(by: { second[$0] < second[$1] }) {
        same += 1
      }
    }
    (tokens, largestDifference, largestNumber, sameChoices) = (batch.tokens.count, difference, largest, same)
  }

  /// Tokens from all over the vocabulary, in sequences of several lengths.
  static func sample(of configuration: TransformerConfiguration) -> TokenBatch {
    var token = 7
    let lengths = [32, 5, 1].map { min($0, configuration.maximumLength) }
    return TokenBatch(
      lengths.map { length in
        (0..<length).map { _ in
          token = (token * 31 + 17) % 1_000_003
          return Int32(token % configuration.vocabularySize)
        }
      })
  }

  /// What a model with any head computes from a batch, a row for each token or sequence.
  package static func outputs(
    _ configuration: TransformerConfiguration, _ weights: ParameterBuffer, _ batch: TokenBatch, _ execution: Execution
  ) throws -> [[Float]] {
    let model = try Transformer(configuration)
    let count = batch.tokens.count
    let activations = Activations(
      model, tokens: count, sequences: batch.lengths.count, training: false, logitRows: count)
    let result =
      switch configuration.head {
      case .none:
        try model.hidden(of: batch, weights: weights, activations: activations, execution: execution)
      case .causalLanguage, .maskedLanguage, .maskedLanguageAndNextSentence:
        try model.logits(
          of: batch, rows: Array(0..<Int32(count)), weights: weights, activations: activations, execution: execution)
      case .sequenceClassification, .tokenClassification:
        try model.scores(of: batch, weights: weights, activations: activations, execution: execution)
      }
    // The result is a view of the activations' memory.
    return withExtendedLifetime(activations) { (0..<result.rows).map(result.row) }
  }
}

extension ModelFolder {
  /// Compares a model that was written in another form, and read again, with this one.
  ///
  /// Every number of the weights must be within the rounding of its form, the tokenizer must cut a text of all its pieces
  /// alike, and where nothing is rounded all outputs must be equal.
  ///
  /// Throws a `CheckpointFailure` that says what differs.
  ///
  /// - Parameters:
  ///   - written: the model as it was read again.
  ///   - path: where from, for messages.
  ///   - type: how its matrices are stored.
  public func compare(
    withWritten written: ModelFolder, at path: String, type: GGUFTensorType = .f32
  ) throws -> ModelComparison {
    func refuse(_ reason: String) -> CheckpointFailure {
      .content(path: path, reason: "it was written, but not as it should be: \(reason), so do not use it")
    }
    let others = Dictionary(uniqueKeysWithValues: written.weights.layout.storedTensors.map { ($0.name, $0) })
    for tensor in weights.layout.storedTensors {
      guard let other = others[tensor.name], other.shape == tensor.shape else {
        throw refuse("the tensor \(tensor.name.quotedForMessage) is not in it")
      }
      let (view, otherView) = (tensor.view(in: weights), other.view(in: written.weights))
      let isRounded = tensor.shape.count > 1 && !GGUFNames.name(of: tensor.name).hasPrefix("position_embd")
      for row in 0..<view.rows {
        let numbers = UnsafeBufferPointer(start: view.pointer + row * view.stride, count: view.columns)
        let errors = (isRounded ? type : .f32).roundingErrors(numbers)
        for column in numbers.indices where !(abs(otherView[row, column] - numbers[column]) <= errors[column]) {
          throw refuse(
            "row \(row), column \(column) of \(tensor.name.quotedForMessage) is \(otherView[row, column]) instead of "
              + "\(numbers[column])")
        }
      }
    }
    if let tokenizer {
      let text = tokenizer.pieces.map(\.text).joined() + " \u{E9}\u{1F642}\n\t  \u{6F22}"
      guard written.tokenizer?.encode(text) == tokenizer.encode(text) else {
        throw refuse("its tokenizer gives other identifiers")
      }
    }
    let comparison = try ModelComparison(self, written)
    guard type != .f32 || comparison.largestDifference == 0 else {
      throw refuse("its outputs differ by up to \(comparison.largestDifference)")
    }
    return comparison
  }
}
