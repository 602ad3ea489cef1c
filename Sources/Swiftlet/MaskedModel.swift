/// A masked model from its folder: it fills the gaps of texts.
///
/// ```swift
/// let model = try MaskedModel(folder: "Weights/demo-masked")
/// try model.filler.fill("a small <mask> that sings")[0].text
/// ```
public struct MaskedModel: Sendable {
  /// What fills gaps.
  public let filler: MaskFiller
  /// What the model is.
  public let configuration: TransformerConfiguration

  /// Reads a model folder.
  ///
  /// Throws a sentence that names the file where the folder is not one of a masked model with its tokenizer.
  public init(folder path: String, execution: Execution = Execution()) throws {
    let folder = try ModelFolder(reading: path, changing: \.speaking, as: .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    configuration = folder.configuration
    filler = try MaskFiller(
      model: Transformer(folder.configuration), weights: folder.weights, tokenizer: tokenizer, execution: execution)
  }
}
