/// What a corpus holds: one pass over its text, before anything is encoded.
///
/// Twelve bytes a document are kept, so that documents can be given a side and told apart.
public struct CorpusSurvey: Sendable {
  /// Documents.
  public private(set) var documents = 0
  /// Bytes of their text.
  public private(set) var bytes = 0
  /// Characters (Unicode scalars).
  public private(set) var characters = 0
  /// Lines, each with text on it or not.
  public private(set) var lines = 0
  /// Bytes of the longest document.
  public private(set) var longestDocument = 0
  /// Documents that are the same as one before them.
  public private(set) var exactDuplicates = 0
  /// Bytes in these.
  public private(set) var duplicateBytes = 0
  /// Replacement characters that were put in place of bytes that are not text.
  public private(set) var replacements = 0
  /// Files that held no document.
  public private(set) var filesWithoutText = 0
  /// The same for the same documents in the same order, and for no others.
  public private(set) var identity: UInt64 = 0

  /// A hash of each document's text.
  private(set) var hashes: [UInt64] = []
  /// The bytes of each document, at most 2³² − 1.
  private(set) var lengths: [UInt32] = []

  /// Reads a source to its end.
  /// - Throws: `CorpusFailure.noText` where there is no document, and whatever reading throws.
  public init(_ source: TextSource) throws(CorpusFailure) {
    let reader = source.reader()
    var hash = ContentHash()
    var length = 0
    while let part = try reader.next() {
      hash.update(part.utf8)
      length += part.utf8.count
      let (characters, lineFeeds) = Self.counts(part.utf8)
      self.characters += characters
      lines += lineFeeds
      guard part.ends else { continue }
      if part.utf8.last != 0x0A { lines += 1 }
      documents += 1
      bytes += length
      longestDocument = max(longestDocument, length)
      hashes.append(hash.value)
      lengths.append(UInt32(clamping: length))
      hash = ContentHash()
      length = 0
    }
    guard documents > 0 else { throw .noText(paths: source.files.map(\.path)) }
    replacements = reader.counts.replacements
    filesWithoutText = reader.counts.filesWithoutText
    var all = ContentHash(seed: 1)
    hashes.withUnsafeBufferPointer { all.update($0) }
    identity = all.value
    let repeated = self.repeated()
    exactDuplicates = repeated.count
    duplicateBytes = repeated.reduce(0) { $0 + Int(lengths[$1]) }
  }

  /// The documents that are the same as one before them, by their number.
  func repeated() -> [Int] {
    var seen = Set<UInt64>(minimumCapacity: hashes.count)
    return hashes.indices.filter { !seen.insert(hashes[$0]).inserted }
  }

  /// How many documents of another corpus are in this one, too.
  public func documentsShared(with other: CorpusSurvey) -> Int {
    let mine = Set(hashes)
    return other.hashes.count { mine.contains($0) }
  }

  private static func counts(_ text: [UInt8]) -> (characters: Int, lineFeeds: Int) {
    text.withUnsafeBufferPointer { text in
      var characters = 0
      var lineFeeds = 0
      for byte in text {
        characters += byte & 0xC0 != 0x80 ? 1 : 0
        lineFeeds += byte == 0x0A ? 1 : 0
      }
      return (characters, lineFeeds)
    }
  }
}

extension ContentHash {
  /// Takes in numbers.
  mutating func update(_ numbers: UnsafeBufferPointer<UInt64>) { for number in numbers { update(number) } }
}
