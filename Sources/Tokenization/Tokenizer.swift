import Files
import Tensors

/// Text to token identifiers and back.
///
/// ```swift
/// let tokenizer = try Tokenizer(contentsOf: "model/tokenizer.model")
/// let identifiers = tokenizer.encode("Hello, world!")
/// tokenizer.decode(identifiers)   // "Hello, world!"
/// ```
///
/// What `train` makes by default is lossless: every text comes back as it was, with one exception. SentencePiece
/// writes a space as `▁` (U+2581), so that character in a text comes back as a space.
///
/// A tokenizer is a value that threads may share.
public struct Tokenizer: Sendable {
  let model: any TokenizerModel

  init(model: any TokenizerModel) { self.model = model }

  /// Reads a SentencePiece model, after checking it, since the library trusts what it reads; or a `tokenizer.json` of
  /// Hugging Face with WordPiece (BERT) or byte-level BPE (GPT-2, RoBERTa).
  ///
  /// - Parameter modelBytes: a serialized `ModelProto`, or JSON.
  public init(modelBytes: [UInt8]) throws(TokenizerFailure) {
    // A ModelProto begins with the tag of its first piece, 0x0A, and then a length; JSON may begin with blank lines.
    let first = modelBytes.first { !Self.blanks.contains($0) }
    if first == UInt8(ascii: "{"), (try? SentencePieceModel(parsing: modelBytes)) == nil {
      model = try TokenizerJSONReader(modelBytes).tokenizer()
    } else {
      model = try SentencePieceTokenizer(modelBytes: modelBytes)
    }
  }

  private static let blanks = Array(" \t\r\n".utf8)

  /// Reads a tokenizer from a file: see `init(modelBytes:)`; or from a list of pieces, BERT's `vocab.txt`, or GPT-2's
  /// `vocab.json` with `merges.txt` beside it.
  ///
  /// `tokenizer_config.json` and `config.json` beside it say whether texts are lowercased, and how the pieces of a
  /// SentencePiece model are numbered: by XLM-RoBERTa and CamemBERT otherwise than in the file.
  ///
  /// Throws a `FileFailure` where the file cannot be read and a `TokenizerFailure` where it is not a sound model.
  public init(contentsOf path: String) throws {
    let folder = Files.folder(of: path)
    let files = TokenizerFiles(folder: folder) { name in
      let path = Files.path(folder, name)
      return Files.isFile(path) ? path : nil
    }
    self = try files.tokenizer(Files.name(of: path), at: path)
  }

  /// The file that this tokenizer was read from, as it stands.
  public var modelBytes: [UInt8] { model.fileBytes }

  /// What that file is called in a model folder: `tokenizer.model` or `tokenizer.json`.
  public var modelFileName: String { model is SentencePieceTokenizer ? "tokenizer.model" : "tokenizer.json" }

  /// How many pieces there are; identifiers are smaller than this.
  public var vocabularySize: Int { model.vocabulary.pieces.count }

  /// The pieces in order of their identifiers.
  public var pieces: [Piece] { model.vocabulary.pieces }

  /// The pieces that are not text.
  public var special: SpecialTokens { model.special }

  /// The identifiers of a text, without special tokens around it.
  public func encode(_ text: String) -> [Int32] {
    var text = text
    return text.withUTF8 { encode(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// The identifiers of a text in UTF-8.
  ///
  /// A byte that is not UTF-8 is read as U+FFFD.
  public func encode(utf8 text: UnsafeRawBufferPointer) -> [Int32] {
    var identifiers: [Int32] = []
    model.encode(text, to: &identifiers)
    return identifiers
  }

  /// The identifiers of a text in UTF-8.
  ///
  /// A byte that is not UTF-8 is read as U+FFFD.
  public func encode(utf8 text: [UInt8]) -> [Int32] {
    text.withUnsafeBytes { encode(utf8: $0) }
  }

  /// The identifiers of a text that goes on from another: no space is put before its first word.
  public func encodeContinuation(_ text: String) -> [Int32] {
    var identifiers: [Int32] = []
    var text = text
    text.withUTF8 { model.encodeContinuation(UnsafeRawBufferPointer($0), to: &identifiers) }
    return identifiers
  }

  /// The text of identifiers.
  ///
  /// Special tokens are silent; an identifier outside of the vocabulary becomes U+FFFD.
  public func decode(_ identifiers: some Sequence<Int32>) -> String {
    var decoder = StreamingDecoder(self)
    var text: [UInt8] = []
    for identifier in identifiers { decoder.append(identifier, to: &text) }
    decoder.flush(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The text of a piece; empty for an identifier outside of the vocabulary.
  public func piece(_ identifier: Int32) -> String {
    pieces.indices.contains(Int(identifier)) ? pieces[Int(identifier)].text : ""
  }

  /// The score of a piece; 0 for an identifier outside of the vocabulary.
  public func score(_ identifier: Int32) -> Float {
    pieces.indices.contains(Int(identifier)) ? pieces[Int(identifier)].score : 0
  }

  /// What a piece is for; `unused` for an identifier outside of the vocabulary.
  public func kind(_ identifier: Int32) -> PieceKind {
    pieces.indices.contains(Int(identifier)) ? pieces[Int(identifier)].kind : .unused
  }

  /// The identifier of a piece; nil where there is no such piece.
  ///
  /// Strings are compared byte by byte.
  public func identifier(ofPiece text: String) -> Int32? {
    model.vocabulary.identifier(of: text.utf8)
  }

  /// One of the segmentations of a text, by chance (subword regularisation); each decodes to the same text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - alpha: in a unigram model, the power to which the probabilities of the segmentations are raised: 0 makes
  ///     all equally likely, a large one always gives the best (Kudo 2018, arXiv:1804.10959). In a BPE model, the
  ///     probability that a merge is left out: 0 gives what `encode` gives (Provilkov and others 2020,
  ///     arXiv:1910.13267). Other models have one segmentation only.
  ///   - random: the generator; the same state gives the same segmentation, on any thread.
  public func sample(_ text: String, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    model.sample(Array(text.utf8), alpha: alpha, using: &random)
  }

  /// Whether texts have more than one segmentation: unigram and BPE models.
  public var hasSeveralSegmentations: Bool { model.samples }

  /// Another segmentation of what these identifiers stand for, by chance: see `sample`.
  ///
  /// It is for a stretch out of a longer text: nothing is put before its first word. Special tokens, bytes, symbols and
  /// whatever is not in the vocabulary stay in their places.
  public func resample(_ identifiers: [Int32], alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(identifiers.count * 2)
    var start = 0
    for (index, identifier) in identifiers.enumerated() where kind(identifier) != .normal {
      if start < index { result += model.resample(identifiers[start..<index], alpha: alpha, using: &random) }
      result.append(identifier)
      start = index + 1
    }
    if start < identifiers.count { result += model.resample(identifiers[start...], alpha: alpha, using: &random) }
    return result
  }

  /// A decoder for identifiers that come one by one.
  public func streamingDecoder() -> StreamingDecoder { StreamingDecoder(self) }
}
