import Tensors

/// Which part of a text is for validation.
///
/// A document's side follows from the seed and its own text, so it does not depend on the order of the documents, and
/// equal documents are on the same side. Where there are too few documents for that, the end of the text is for
/// validation (as in nanoGPT), cut at a line.
enum CorpusSplit: Equatable {
  /// All of it is for training.
  case none
  /// Documents whose keys are at most this are for validation.
  case byDocument(threshold: UInt64, seed: UInt64)
  /// What comes after so many bytes of text is for validation.
  case byPosition(bytes: Int)

  /// Parts a corpus.
  /// - Parameter fraction: The share of bytes for validation; what comes out is within half and twice of it.
  init(_ survey: CorpusSurvey, fraction: Double, seed: UInt64) throws(CorpusFailure) {
    guard fraction > 0, fraction < 1 else { throw .badFraction(fraction) }
    let wanted = Double(survey.bytes) * fraction
    let order = survey.hashes.indices
      .map { (key: Self.key(survey.hashes[$0], seed: seed), bytes: Int(survey.lengths[$0])) }
      .sorted { $0.key < $1.key }
    var taken = 0
    for (index, document) in order.enumerated() {
      taken += document.bytes
      if index + 1 < order.count, order[index + 1].key == document.key { continue }
      guard Double(taken) >= wanted else { continue }
      if index + 1 < order.count, Double(taken) <= 2 * wanted, order.count >= 10 {
        self = .byDocument(threshold: document.key, seed: seed)
        return
      }
      break
    }
    guard survey.bytes >= 2 else { throw .cannotSplit(bytes: survey.bytes) }
    self = .byPosition(bytes: min(max(1, survey.bytes - Int(wanted.rounded(.up))), survey.bytes - 1))
  }

  /// Where a document stands in the order that the seed gives.
  static func key(_ hash: UInt64, seed: UInt64) -> UInt64 { mixed(hash ^ mixed(seed &+ 0x5851_F42D_4C95_7F2D)) }

  /// Where to cut a text near a place: at the beginning of the next line, or before that of the last; if there is none
  /// within a twentieth of `total`, between characters.
  static func cut(_ text: [UInt8], near place: Int, total: Int) -> Int {
    let reach = max(1, total / 20)
    let after = text[place..<min(text.count, place + reach)].firstIndex(of: 0x0A)
    if let after, after + 1 < text.count { return after + 1 }
    let before = text[max(0, place - reach)..<place].lastIndex(of: 0x0A)
    if let before { return before + 1 }
    var cut = place
    while cut < text.count, text[cut] & 0xC0 == 0x80 { cut += 1 }
    if cut < text.count { return cut }
    cut = place
    while cut > 0, text[cut] & 0xC0 == 0x80 { cut -= 1 }
    return cut
  }
}
