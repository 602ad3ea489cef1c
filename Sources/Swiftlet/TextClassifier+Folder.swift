extension TextClassifier {
  /// Reads a model folder, with the n-grams that answer beside it if it has them.
  ///
  /// ```swift
  /// let classifier = try TextClassifier(folder: "Weights/demo-classifier")
  /// try classifier.classify("a small yellow bird that sings").labels   // ["animal"]
  /// ```
  /// Throws a sentence that names the file where the folder is not one of a classifier with its tokenizer.
  /// - Parameters:
  ///   - adapter: the folder of an adapter that is put on the model.
  ///   - isCalibrated: whether the temperature that fine-tuning found is applied; the folder must have it.
  ///   - isAlone: whether the network answers by itself, as it does in other programs.
  public init(
    folder path: String, adapter: String? = nil, isCalibrated: Bool = false, isAlone: Bool = false,
    execution: Execution = Execution()
  ) throws {
    try self.init(
      ModelFolder(reading: path, adapter: adapter, as: .asStored), path: adapter ?? path, isCalibrated: isCalibrated,
      isAlone: isAlone, execution: execution)
  }

  /// The same of a folder that was read.
  /// - Parameter path: Where it is, or the adapter that was put on it.
  public init(
    _ folder: ModelFolder, path: String, isCalibrated: Bool = false, isAlone: Bool = false, execution: Execution
  ) throws {
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    try self.init(
      model: Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer,
      ensemble: isAlone ? nil : NGramEnsemble(folder: path), execution: execution)
    if isCalibrated { temperature = try ConfidenceCalibration(folder: path).scaling.temperature }
  }
}
