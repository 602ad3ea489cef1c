extension TextExplainer {
  /// Reads a model folder.
  ///
  /// ```swift
  /// let explainer = try TextExplainer(folder: "Weights/demo-classifier")
  /// let page = ExplanationPage([try explainer.explain("a small yellow bird that sings")])
  /// ```
  /// Throws a sentence that names the file where the folder is not one of a classifier with its tokenizer.
  public init(folder path: String, execution: Execution = Execution()) throws {
    let folder = try ModelFolder(reading: path)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    try self.init(
      model: Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer,
      ensemble: NGramEnsemble(folder: path), execution: execution)
  }
}
