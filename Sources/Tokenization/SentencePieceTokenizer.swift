import Tensors

/// A SentencePiece model: libsentencepiece cuts the text, everything else is read from the model itself.
struct SentencePieceTokenizer: TokenizerModel {
  let vocabulary: Vocabulary
  let special: SpecialTokens
  let fileBytes: [UInt8]
  let decoding: DecodingRules
  /// What the file says, but for the pieces, which are in `vocabulary`.
  let settings: SentencePieceModel
  /// The identifier of each byte where there is byte fallback, otherwise empty.
  let byteIdentifiers: [Int32]
  private let processor: SentencePieceProcessor
  private let cutter: TextCutter
  /// The newline, where it is a symbol of its own.
  private let newline: Int32?

  init(modelBytes: [UInt8], convention: PieceConvention = .plain) throws(TokenizerFailure) {
    var model = try SentencePieceModel(parsing: modelBytes)
    try model.validate()
    var modelBytes = modelBytes
    if convention != .plain {
      // From here on it is a model like any other.
      model = try model.renumbered(by: convention)
      try model.validate()
      modelBytes = model.serialized
    }
    let vocabulary = Vocabulary(model.pieces)
    model.pieces = []
    processor = try SentencePieceProcessor(validatedModel: modelBytes)
    guard processor.pieceCount == vocabulary.pieces.count else {
      throw .libraryRefused("it reads \(processor.pieceCount) pieces where \(vocabulary.pieces.count) are.")
    }
    special = Self.specialTokens(of: vocabulary, model)
    decoding = .sentencePiece(
      dropsFirstSpace: model.addsDummyPrefix || model.removesExtraWhitespace,
      dropsLeadingSpaces: model.removesExtraWhitespace, unknown: model.unknownSurface)
    byteIdentifiers =
      model.hasByteFallback
      ? (0...255).compactMap { vocabulary.identifier(of: BytePiece.name(of: UInt8($0)).utf8) } : []
    newline = vocabulary.identifier(of: CollectionOfOne(UInt8(ascii: "\n"))).flatMap {
      vocabulary.pieces[Int($0)].kind == .userDefined ? $0 : nil
    }
    cutter = TextCutter(vocabulary, model, newlineIsSymbol: newline != nil)
    settings = model
    fileBytes = modelBytes
    self.vocabulary = vocabulary
  }

  func encode(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    guard settings.preparation.isEmpty else {
      return settings.preparation.apply(to: text, characterMap: settings.characterMap).withUnsafeBytes {
        encodePrepared($0, to: &identifiers)
      }
    }
    encodePrepared(text, to: &identifiers)
  }

  private func encodePrepared(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    cutter.forEachPart(of: text) { part, isCutAtNewline in
      let start = identifiers.count
      encodeWhole(part, to: &identifiers)
      // The prefix that stands for the space before a first word is not part of the text here.
      if isCutAtNewline, settings.addsDummyPrefix { identifiers.remove(at: start) }
    }
  }

  func encodeContinuation(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    guard settings.addsDummyPrefix, !settings.treatsWhitespaceAsSuffix, let newline, !text.isEmpty else {
      return encode(text, to: &identifiers)
    }
    // Behind a newline nothing is put before a word.
    let start = identifiers.count
    let continued = [UInt8(ascii: "\n")] + Array(text)
    continued.withUnsafeBytes { encode($0, to: &identifiers) }
    if let end = identifiers[start...].firstIndex(of: newline) { identifiers.removeSubrange(start...end) }
  }

  private func encodeWhole(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    if processor.encode(text, to: &identifiers) { return }
    // Where the library gives up on a text, its characters are still tokens.
    appendCharacters(of: String(decoding: text, as: UTF8.self), to: &identifiers)
  }

  private func appendCharacters(of text: String, to identifiers: inout [Int32]) {
    for scalar in text.unicodeScalars {
      let bytes = Array((scalar == " " ? "\u{2581}" : String(scalar)).utf8)
      if let identifier = vocabulary.identifier(of: bytes), vocabulary.pieces[Int(identifier)].kind.isText {
        identifiers.append(identifier)
      } else {
        appendUnknown(bytes[...], to: &identifiers)
      }
    }
  }

  /// Appends the bytes of a character that has no piece, or the unknown piece where there is no byte fallback.
  func appendUnknown(_ character: some Collection<UInt8>, to identifiers: inout [Int32]) {
    if byteIdentifiers.count == 256 {
      for byte in character { identifiers.append(byteIdentifiers[Int(byte)]) }
    } else if let unknown = special.unknown, identifiers.last != unknown {
      // A run of unknown characters is one token, as in the library.
      identifiers.append(unknown)
    }
  }

  func sample(_ text: [UInt8], alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    let text =
      settings.preparation.isEmpty
      ? text : text.withUnsafeBytes { settings.preparation.apply(to: $0, characterMap: settings.characterMap) }
    guard let normalized = processor.normalize(text, isSymbol: { vocabulary.pieces[$0].kind == .userDefined }) else {
      var identifiers: [Int32] = []
      appendCharacters(of: String(decoding: text, as: UTF8.self), to: &identifiers)
      return identifiers
    }
    return sample(normalized, alpha: alpha, using: &random)
  }

  /// Pieces are normalized text, so that nothing but the cuts between them changes.
  func resample(_ pieces: ArraySlice<Int32>, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    let bytes = pieces.flatMap { vocabulary.pieces[Int($0)].text.utf8 }
    return sample(
      NormalizedText(bytes: bytes, symbols: [], identifiers: Array(pieces)), alpha: alpha, using: &random)
  }

  var samples: Bool {
    [SentencePieceModel.ModelType.unigram.rawValue, SentencePieceModel.ModelType.bpe.rawValue]
      .contains(settings.modelType)
  }

  private func sample(_ text: NormalizedText, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    switch settings.modelType {
    case SentencePieceModel.ModelType.unigram.rawValue:
      UnigramSampler(self).sample(text, alpha: alpha, using: &random)
    case SentencePieceModel.ModelType.bpe.rawValue:
      MergeSampler(self).sample(text, dropout: alpha, using: &random)
    default:
      text.identifiers
    }
  }

  private static func specialTokens(of vocabulary: Vocabulary, _ model: SentencePieceModel) -> SpecialTokens {
    func mark(_ names: String...) -> Int32? {
      for name in names {
        if let identifier = vocabulary.identifier(of: name.utf8),
          [.control, .userDefined].contains(vocabulary.pieces[Int(identifier)].kind)
        {
          return identifier
        }
      }
      return nil
    }
    let begin = mark(model.beginPiece)
    let end = mark(model.endPiece)
    return SpecialTokens(
      unknown: vocabulary.pieces.firstIndex { $0.kind == .unknown }.map(Int32.init),
      begin: begin, end: end, padding: mark(model.paddingPiece, "<pad>", "[PAD]"), mask: mark("<mask>", "[MASK]"),
      classification: mark("[CLS]", "<cls>") ?? begin, separator: mark("[SEP]", "<sep>") ?? end)
  }
}

extension PieceKind {
  /// Whether pieces of this kind are found in text.
  var isText: Bool { self == .normal || self == .userDefined }
}

extension BytePiece {
  /// The name of a byte's piece.
  static func name(of byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
  }
}
