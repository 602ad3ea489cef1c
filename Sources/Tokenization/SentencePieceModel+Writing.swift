/// A model as a file: the fields that this package reads, which are those that decide how text is cut.
extension SentencePieceModel {
  /// A model of these pieces that leaves text as it is, puts no space before it, and keeps all of its spaces.
  init(pieces: [Piece], type: ModelType) {
    self.pieces = pieces
    modelType = type.rawValue
    hasByteFallback = pieces.contains { $0.kind == .byte }
    addsDummyPrefix = false
    removesExtraWhitespace = false
    hasTrainerPart = true
    hasNormalizerPart = true
  }

  /// The serialized `ModelProto`.
  var serialized: [UInt8] {
    var file = ProtobufWriter()
    for piece in pieces {
      file.add(1) { entry in
        entry.add(1, text: piece.text)
        entry.add(2, piece.score)
        entry.add(3, Int(piece.kind.rawValue))
      }
    }
    file.add(2) { trainer in
      trainer.add(3, modelType)
      trainer.add(4, pieces.count)
      trainer.add(24, treatsWhitespaceAsSuffix ? 1 : 0)
      trainer.add(35, hasByteFallback ? 1 : 0)
      for (field, identifier) in [
        (40, unknownIdentifier), (41, beginIdentifier), (42, endIdentifier), (43, paddingIdentifier),
      ] { trainer.add(field, identifier) }
      for (field, text) in [
        (44, unknownSurface), (45, unknownPiece), (46, beginPiece), (47, endPiece), (48, paddingPiece),
      ] { trainer.add(field, text: text) }
    }
    file.add(3) { normalizer in
      if !characterMap.isEmpty { normalizer.add(2, bytes: characterMap) }
      normalizer.add(3, addsDummyPrefix ? 1 : 0)
      normalizer.add(4, removesExtraWhitespace ? 1 : 0)
      normalizer.add(5, escapesWhitespace ? 1 : 0)
      if !preparation.isEmpty { normalizer.add(Self.preparationField, preparation.rawValue) }
    }
    return file.bytes
  }
}

/// Writes the wire format of Protocol Buffers field by field.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// An integer; a negative one as 64 bits in two's complement.
  mutating func add(_ field: Int, _ value: Int) {
    append(UInt64(field) << 3)
    append(UInt64(bitPattern: Int64(value)))
  }

  /// A number of four bytes.
  mutating func add(_ field: Int, _ value: Float) {
    append(UInt64(field) << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text.
  mutating func add(_ field: Int, text: String) { add(field, bytes: Array(text.utf8)) }

  /// A run of bytes.
  mutating func add(_ field: Int, bytes run: [UInt8]) {
    append(UInt64(field) << 3 | 2)
    append(UInt64(run.count))
    bytes += run
  }

  /// A message.
  mutating func add(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    body(&message)
    add(field, bytes: message.bytes)
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
