extension SentencePieceModel {
  /// The same model with the scores of its pieces rounded to multiples of 1/256.
  ///
  /// Sums of such numbers are exact in single precision up to 65,536. Without that, the segmentations "!" "!!!!" and
  /// "!!!!" "!", which are equally likely, would be told apart by rounding errors, and programs that sum in double
  /// precision (Hugging Face's among them) would choose another one.
  static func roundingScores(of bytes: [UInt8]) throws(TokenizerFailure) -> [UInt8] {
    var rounded = bytes
    var reader = ProtobufReader(bytes, in: bytes.indices)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var pieceReader = ProtobufReader(bytes, in: try field.run())
      while let part = try pieceReader.next() {
        guard part.number == 2 else { continue }
        let bits = ((try part.float() * 256).rounded() / 256).bitPattern
        // The value is the last four bytes of the field.
        for index in 0..<4 {
          rounded[pieceReader.offset - 4 + index] = UInt8(truncatingIfNeeded: bits >> UInt32(8 * index))
        }
      }
    }
    return rounded
  }
}
