extension TextEmbedder {
  /// Reads a model folder of any kind; its head is not used.
  ///
  /// ```swift
  /// let embedder = try TextEmbedder(folder: "Weights/demo-masked")
  /// try embedder.embed("a small bird").count   // the model's width
  /// ```
  /// A folder in the layout of Sentence Transformers says how tokens become one vector, and how many are read.
  /// - Parameter pooling: how tokens become one vector; nil for the folder's own way, or the mean where it has none.
  /// - Throws: a sentence that names the file where the folder is not a model with its tokenizer, or pools in a way
  ///   that is not among `Pooling`.
  public init(folder path: String, pooling: Pooling? = nil, execution: Execution = Execution()) throws {
    let folder = try ModelFolder(reading: path, as: .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    let settings = try SentenceSettings(folder: path, poolingIsGiven: pooling != nil)
    self.init(
      model: try Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer,
      execution: execution, pooling: pooling ?? settings.pooling)
    maximumTokens = settings.maximumTokens
    lowercases = settings.lowercases
  }
}
