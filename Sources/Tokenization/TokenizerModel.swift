import Tensors

/// A way to cut text into pieces: SentencePiece's, WordPiece, byte-level BPE.
///
/// `Tokenizer` is one of them with a vocabulary and special tokens.
protocol TokenizerModel: Sendable {
  /// The pieces.
  var vocabulary: Vocabulary { get }
  /// The pieces that are not text.
  var special: SpecialTokens { get }
  /// The file that it was read from, as it stands.
  var fileBytes: [UInt8] { get }
  /// Appends the identifiers of a text.
  func encode(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32])
  /// Appends the identifiers of the continuation of a text: nothing is put before its first word.
  func encodeContinuation(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32])
  /// One of the segmentations of a text, by chance.
  func sample(_ text: [UInt8], alpha: Float, using random: inout RandomGenerator) -> [Int32]
  /// Whether texts have more than one segmentation.
  var samples: Bool { get }
  /// Another segmentation of ordinary pieces that stand one behind the other in a text, by chance.
  func resample(_ pieces: ArraySlice<Int32>, alpha: Float, using random: inout RandomGenerator) -> [Int32]
  /// The model in the form of Hugging Face's `tokenizers`.
  func tokenizerJSON(_ template: SequenceTemplate) throws(TokenizerFailure) -> [UInt8]
  /// How identifiers become text.
  var decoding: DecodingRules { get }
}
