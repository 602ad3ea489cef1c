extension TextClassifier {
  /// Reads a model folder.
  ///
  /// ```swift
  /// let classifier = try TextClassifier(folder: "Weights/demo-classifier")
  /// try classifier.classify("a small yellow bird that sings").labels   // ["animal"]
  /// ```
  /// Throws a sentence that names the file where the folder is not one of a classifier with its tokenizer.
  /// - Parameters:
  ///   - adapter: the folder of an adapter that is put on the model.
  ///   - isCalibrated: whether the temperature that fine-tuning found is applied; the folder must have it.
  public init(
    folder path: String, adapter: String? = nil, isCalibrated: Bool = false, execution: Execution = Execution()
  ) throws {
    let folder = try ModelFolder(reading: path, adapter: adapter)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    try self.init(
      model: Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer, execution: execution)
    if isCalibrated { temperature = try ConfidenceCalibration(folder: adapter ?? path).scaling.temperature }
  }
}
