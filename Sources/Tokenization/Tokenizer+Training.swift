import Files

/// A trained tokenizer, and what should be known about how it came to be.
public struct TokenizerTrainingResult: Sendable {
  /// The tokenizer; its file is `tokenizer.modelBytes`.
  public let tokenizer: Tokenizer
  /// Sentences for the user: a vocabulary that was reduced, a corpus that was sampled, lines that were cut.
  public let notes: [String]
}

extension Tokenizer {
  /// Learns a vocabulary from texts; the same texts and options always give the same bytes.
  ///
  /// ```swift
  /// let result = try Tokenizer.train(from: ["the cat sat on the mat\n"], options: .init(vocabularySize: 300))
  /// ```
  public static func train(
    from texts: some Sequence<String>, options: TokenizerTrainingOptions = .init()
  ) throws(TokenizerFailure) -> TokenizerTrainingResult {
    var sentences = TrainingSentences(options)
    for text in texts {
      var text = text
      text.withUTF8 { sentences.add(UnsafeRawBufferPointer($0)) }
    }
    return try train(on: sentences, options)
  }

  /// Learns a vocabulary from texts in UTF-8 that come one by one, so that a corpus may be larger than memory.
  ///
  /// - Parameters:
  ///   - options: how it is learned.
  ///   - next: gives the next text, nil at the end. What it throws is passed on.
  public static func train(
    options: TokenizerTrainingOptions, next: () throws -> [UInt8]?
  ) throws -> TokenizerTrainingResult {
    var sentences = TrainingSentences(options)
    while let text = try next() {
      text.withUnsafeBytes { sentences.add($0) }
    }
    return try train(on: sentences, options)
  }

  private static func train(
    on sentences: TrainingSentences, _ options: TokenizerTrainingOptions
  ) throws(TokenizerFailure) -> TokenizerTrainingResult {
    var trainer = TokenizerTrainer(options, sentences)
    var model = try trainer.train()
    if options.modelType == .unigram { model = try SentencePieceModel.roundingScores(of: model) }
    return TokenizerTrainingResult(tokenizer: try Tokenizer(modelBytes: model), notes: trainer.notes)
  }
}
