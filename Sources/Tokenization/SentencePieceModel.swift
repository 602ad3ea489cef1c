/// What a SentencePiece model file says: the parts of its `ModelProto` that matter here.
///
/// Field numbers and defaults are those of `sentencepiece_model.proto`.
package struct SentencePieceModel: Sendable {
  /// The largest file that is accepted.
  package static let largestFile = 64 << 20

  /// The number of the extension field of `normalizer_spec` that says what is done to a text before.
  static let preparationField = 20_071

  /// How text is cut.
  enum ModelType: Int, Sendable {
    case unigram = 1
    case bpe = 2
    case word = 3
    case char = 4
  }

  package var pieces: [Piece] = []
  var modelType: Int = ModelType.unigram.rawValue
  var hasByteFallback = false
  var treatsWhitespaceAsSuffix = false
  var unknownIdentifier = 0
  var beginIdentifier = 1
  var endIdentifier = 2
  var paddingIdentifier = -1
  var unknownSurface = " \u{2047} "
  var unknownPiece = "<unk>"
  var beginPiece = "<s>"
  var endPiece = "</s>"
  var paddingPiece = "<pad>"

  var characterMap: [UInt8] = []
  var addsDummyPrefix = true
  var removesExtraWhitespace = true
  var escapesWhitespace = true
  /// What is done to a text before.
  var preparation: TextPreparation = []

  var hasTrainerPart = false
  var hasNormalizerPart = false
  var hasDenormalizerMap = false
  var selfTestBytes = 0

  /// Parses a serialized `ModelProto`; `validate` judges what it says.
  package init(parsing bytes: [UInt8]) throws(TokenizerFailure) {
    guard (1...Self.largestFile).contains(bytes.count) else {
      throw .fileSize(bytes: bytes.count, limit: Self.largestFile)
    }
    var reader = ProtobufReader(bytes, in: bytes.indices)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try appendPiece(bytes, try field.run())
      case 2:
        hasTrainerPart = true
        try readTrainerPart(bytes, try field.run())
      case 3:
        hasNormalizerPart = true
        try readNormalizerPart(bytes, try field.run())
      case 4:
        selfTestBytes += try field.run().count
      case 5:
        try readDenormalizerPart(bytes, try field.run())
      default:
        break
      }
    }
  }

  private mutating func appendPiece(_ bytes: [UInt8], _ range: Range<Int>) throws(TokenizerFailure) {
    let identifier = pieces.count
    guard identifier < Self.mostPieces else { throw .pieceCount(identifier + 1, limit: Self.mostPieces) }
    var piece = Piece(text: "", score: 0, kind: .normal)
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        let run = try field.run()
        guard run.count <= Self.longestPiece else {
          throw .pieceLength(identifier: identifier, bytes: run.count, limit: Self.longestPiece)
        }
        guard let text = String(validating: bytes[run], as: UTF8.self) else {
          throw .pieceNotUTF8(identifier: identifier)
        }
        piece.text = text
      case 2:
        piece.score = try field.float()
      case 3:
        let number = try field.integer()
        guard let kind = PieceKind(rawValue: Int32(truncatingIfNeeded: number)) else {
          throw .unknownPieceKind(number, identifier: identifier)
        }
        piece.kind = kind
      default:
        break
      }
    }
    pieces.append(piece)
  }

  private mutating func readTrainerPart(_ bytes: [UInt8], _ range: Range<Int>) throws(TokenizerFailure) {
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 3: modelType = try field.integer()
      case 24: treatsWhitespaceAsSuffix = try field.flag()
      case 35: hasByteFallback = try field.flag()
      case 40: unknownIdentifier = try field.integer()
      case 41: beginIdentifier = try field.integer()
      case 42: endIdentifier = try field.integer()
      case 43: paddingIdentifier = try field.integer()
      case 44: unknownSurface = try text(bytes, field)
      case 45: unknownPiece = try text(bytes, field)
      case 46: beginPiece = try text(bytes, field)
      case 47: endPiece = try text(bytes, field)
      case 48: paddingPiece = try text(bytes, field)
      default: break
      }
    }
  }

  private mutating func readNormalizerPart(_ bytes: [UInt8], _ range: Range<Int>) throws(TokenizerFailure) {
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 2: characterMap = Array(bytes[try field.run()])
      case 3: addsDummyPrefix = try field.flag()
      case 4: removesExtraWhitespace = try field.flag()
      case 5: escapesWhitespace = try field.flag()
      case Self.preparationField:
        let options = TextPreparation(rawValue: try field.integer())
        // Other fields of this number are someone else's.
        if TextPreparation.all.isSuperset(of: options) { preparation = options }
      default: break
      }
    }
  }

  private mutating func readDenormalizerPart(_ bytes: [UInt8], _ range: Range<Int>) throws(TokenizerFailure) {
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      if field.number == 2, try !field.run().isEmpty { hasDenormalizerMap = true }
    }
  }

  private func text(_ bytes: [UInt8], _ field: ProtobufReader.Field) throws(TokenizerFailure) -> String {
    guard let text = String(validating: bytes[try field.run()], as: UTF8.self) else {
      throw .malformed(offset: field.offset, reason: "field \(field.number), which is not UTF-8,")
    }
    return text
  }
}
