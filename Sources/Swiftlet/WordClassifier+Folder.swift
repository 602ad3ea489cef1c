extension WordClassifier {
  /// Reads a model folder.
  ///
  /// ```swift
  /// let classifier = try WordClassifier(folder: "my-tagger")
  /// try classifier.classify(WordClassifier.words(of: "Anna lives in Rome."))
  /// ```
  /// Throws a sentence that names the file where the folder is not one of a classifier of words with its tokenizer.
  public init(folder path: String, execution: Execution = Execution()) throws {
    let folder = try ModelFolder(reading: path, as: .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    try self.init(
      model: Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer, execution: execution)
  }
}
