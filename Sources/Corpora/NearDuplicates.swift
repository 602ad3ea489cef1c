import Tensors

/// Finds documents that are nearly the same as one before them.
///
/// Two documents are compared by the share of runs of three words that they have in common (their Jaccard similarity),
/// which is estimated from 64 least hashes of each (MinHash, Broder 1997); documents whose hashes agree on one of 16
/// bands of four are candidates (locality-sensitive hashing, Indyk & Motwani 1998).
public struct NearDuplicates: Sendable {
  /// Two documents that are alike.
  public struct Pair: Sendable, Hashable {
    /// The number of the earlier document, from 0.
    public let first: Int
    /// The number of the later one, counted on its own where it is of another text.
    public let second: Int
    /// The estimated share of runs of words that they have in common.
    public let similarity: Double
  }

  /// Documents that are remembered at most: each takes about a kilobyte.
  public static let capacity = 200_000
  static let hashes = 64
  static let bands = 16

  /// From which similarity on documents are nearly the same.
  public let threshold: Double
  /// Documents that are remembered.
  public var count: Int { signatures.count / Self.hashes }
  /// Whether there were more documents than are remembered.
  public private(set) var isFull = false

  private var signatures: [UInt16] = []
  private var buckets: [[UInt64: Int32]] = Array(repeating: [:], count: NearDuplicates.bands)
  private let seeds: [UInt64]

  /// Before the first document.
  public init(threshold: Double = 0.8) {
    self.threshold = threshold
    let randomness = Randomness(seed: 0)
    seeds = (0..<Self.hashes).map { randomness.derive("least hash", $0).seed }
  }

  /// Remembers a document, and returns the most similar one before it, if one is similar enough.
  public mutating func add(_ text: [UInt8]) -> Pair? {
    let (signature, keys) = summary(text)
    let found = match(signature, keys, number: count)
    guard count < Self.capacity else {
      isFull = true
      return found
    }
    let number = Int32(count)
    signatures += signature
    for (band, key) in keys.enumerated() where buckets[band][key] == nil { buckets[band][key] = number }
    return found
  }

  /// The most similar document that is remembered, if one is similar enough.
  public func match(_ text: [UInt8], number: Int) -> Pair? {
    let (signature, keys) = summary(text)
    return match(signature, keys, number: number)
  }

  private func match(_ signature: [UInt16], _ keys: [UInt64], number: Int) -> Pair? {
    var candidates: Set<Int32> = []
    for (band, key) in keys.enumerated() { if let found = buckets[band][key] { candidates.insert(found) } }
    var best: Pair?
    for candidate in candidates.sorted() {
      let start = Int(candidate) * Self.hashes
      var equal = 0
      for index in 0..<Self.hashes where signatures[start + index] == signature[index] { equal += 1 }
      let similarity = Double(equal) / Double(Self.hashes)
      if similarity >= threshold, similarity > best?.similarity ?? 0 {
        best = Pair(first: Int(candidate), second: number, similarity: similarity)
      }
    }
    return best
  }

  /// The least hashes, of each 16 bits, and a key for each band, of the whole least hashes.
  private func summary(_ text: [UInt8]) -> (signature: [UInt16], keys: [UInt64]) {
    var least = [UInt64](repeating: .max, count: Self.hashes)
    var previous: (UInt64, UInt64) = (1, 2)
    for word in text.split(whereSeparator: { DocumentSplitter.isSpace($0) }) {
      let hash = ContentHash.of(word)
      let run = mixed(hash &+ mixed(previous.1 &+ mixed(previous.0)))
      previous = (previous.1, hash)
      for index in 0..<Self.hashes { least[index] = min(least[index], mixed(run ^ seeds[index])) }
    }
    let rows = Self.hashes / Self.bands
    let keys = (0..<Self.bands).map { band in
      (band * rows..<(band + 1) * rows).reduce(UInt64(band)) { mixed($0 &+ least[$1]) }
    }
    return (least.map { UInt16(truncatingIfNeeded: $0) }, keys)
  }
}

extension NearDuplicates {
  /// The documents of a text that are the same or nearly the same as one before them, by their number.
  public static func copies(in source: TextSource, threshold: Double = 0.8) throws(CorpusFailure) -> Set<Int> {
    var finder = NearDuplicates(threshold: threshold)
    var found: Set<Int> = []
    try forEachDocument(source) { text, number in
      if finder.add(text) != nil { found.insert(number) }
    }
    return found
  }

  /// Calls `body` with each document, or with the first part of a long one.
  fileprivate static func forEachDocument(
    _ source: TextSource, _ body: (_ text: [UInt8], _ number: Int) -> Void
  ) throws(CorpusFailure) {
    let reader = source.reader()
    var number = 0
    while let part = try reader.next() {
      guard part.begins else { continue }
      body(part.utf8, number)
      number += 1
    }
  }
}

/// What nearly the same documents a text has, or two texts have in common.
public struct NearDuplicateReport: Sendable {
  /// Documents that were looked at.
  public private(set) var examined = 0
  /// Documents that are nearly the same as an earlier one, exact copies not counted.
  public private(set) var count = 0
  /// The first of them.
  public private(set) var examples: [NearDuplicates.Pair] = []
  /// Whether the text has more documents than can be compared.
  public private(set) var isPartial = false

  private static let shown = 20

  /// Compares the documents of a text with each other.
  public init(within source: TextSource, threshold: Double = 0.8) throws(CorpusFailure) {
    var finder = NearDuplicates(threshold: threshold)
    var seen: Set<UInt64> = []
    try NearDuplicates.forEachDocument(source) { text, _ in
      guard !finder.isFull else { return }
      examined += 1
      let isCopy = !seen.insert(ContentHash.of(text)).inserted
      let pair = finder.add(text)
      if let pair, !isCopy { note(pair) }
    }
    isPartial = finder.isFull
  }

  /// Compares the documents of a validation text with those of a training text; exact copies count.
  public init(
    of validation: TextSource, in training: TextSource, threshold: Double = 0.8
  ) throws(CorpusFailure) {
    var finder = NearDuplicates(threshold: threshold)
    try NearDuplicates.forEachDocument(training) { text, _ in if !finder.isFull { _ = finder.add(text) } }
    try NearDuplicates.forEachDocument(validation) { text, number in
      examined += 1
      if let pair = finder.match(text, number: number) { note(pair) }
    }
    isPartial = finder.isFull
  }

  private mutating func note(_ pair: NearDuplicates.Pair) {
    count += 1
    if examples.count < Self.shown { examples.append(pair) }
  }
}
