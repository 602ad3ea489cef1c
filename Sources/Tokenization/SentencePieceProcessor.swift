import CSentencePiece

/// A model that libsentencepiece has loaded.
///
/// It is unchecked because the compiler cannot know that the library only reads the model after loading: its
/// encoding functions are const, and documented as safe for threads.
final class SentencePieceProcessor: @unchecked Sendable {
  private let handle: OpaquePointer

  /// Loads a model that `SentencePieceModel.validate` has passed.
  init(validatedModel bytes: [UInt8]) throws(TokenizerFailure) {
    var loaded: OpaquePointer?
    let (status, message) = withMessage { message in
      bytes.withUnsafeBufferPointer { model in
        guard let base = model.baseAddress else { return CSentencePieceBadArgument }
        return csentencepiece_load(base, model.count, &loaded, message)
      }
    }
    guard status == CSentencePieceOK, let loaded else { throw .libraryRefused(message) }
    handle = loaded
  }

  deinit { csentencepiece_free(handle) }

  /// How many pieces the library sees.
  var pieceCount: Int { Int(csentencepiece_piece_count(handle)) }

  /// Appends the identifiers of a text; false, and nothing appended, where the library cannot.
  func encode(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) -> Bool {
    // Nearly always there are fewer identifiers than bytes.
    var capacity = text.count + 8
    for _ in 0..<2 {
      var count = 0
      var status = CSentencePieceOK
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: capacity) { buffer in
        status = csentencepiece_encode(
          handle, text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count, buffer.baseAddress, capacity,
          &count, CSentencePieceMessage())
        if status == CSentencePieceOK { identifiers.append(contentsOf: buffer.prefix(count)) }
      }
      guard status == CSentencePieceBufferTooSmall else { return status == CSentencePieceOK }
      capacity = count
    }
    return false
  }

  /// The normalized form of a text, with the places of its symbols; nil where the library cannot.
  func normalize(_ text: [UInt8], isSymbol: (Int) -> Bool) -> NormalizedText? {
    var byteCapacity = 3 * text.count + 16
    var capacity = text.count + 8
    for _ in 0..<2 {
      var bytes = [UInt8](repeating: 0, count: byteCapacity)
      var identifiers = [Int32](repeating: 0, count: capacity)
      var ends = [Int](repeating: 0, count: capacity)
      var byteCount = 0
      var count = 0
      let status = csentencepiece_encode_normalized(
        handle, text, text.count, &bytes, byteCapacity, &byteCount, &identifiers, &ends, capacity, &count,
        CSentencePieceMessage())
      if status == CSentencePieceOK {
        identifiers.removeLast(capacity - count)
        var symbols: [NormalizedText.Symbol] = []
        var start = 0
        for (identifier, end) in zip(identifiers, ends) {
          if isSymbol(Int(identifier)) { symbols.append(.init(identifier: identifier, range: start..<end)) }
          start = end
        }
        return NormalizedText(bytes: Array(bytes.prefix(byteCount)), symbols: symbols, identifiers: identifiers)
      }
      guard status == CSentencePieceBufferTooSmall else { return nil }
      byteCapacity = byteCount
      capacity = count
    }
    return nil
  }
}

/// A text as the pieces see it: characters normalized, spaces written as `▁`.
struct NormalizedText {
  /// A user-defined symbol in the text.
  struct Symbol {
    var identifier: Int32
    var range: Range<Int>
  }

  /// The text in UTF-8.
  var bytes: [UInt8]
  /// The symbols in it, in order.
  var symbols: [Symbol]
  /// Its best segmentation.
  var identifiers: [Int32]
}

/// Calls the C face with a place for its message.
func withMessage(
  _ body: (CSentencePieceMessage) -> CSentencePieceStatus
) -> (status: CSentencePieceStatus, message: String) {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
    buffer.initialize(repeating: 0)
    let status = body(CSentencePieceMessage(text: buffer.baseAddress, capacity: buffer.count))
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (status, String(decoding: bytes, as: UTF8.self))
  }
}
