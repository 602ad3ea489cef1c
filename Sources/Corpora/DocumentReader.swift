/// Reads the documents of a source one by one; never more than a few megabytes are in memory.
public final class DocumentReader {
  /// What was read so far.
  public struct Counts: Sendable, Hashable {
    /// Bytes of the files, unpacked.
    public var fileBytes = 0
    /// Replacement characters that were put in place of bytes that are not text.
    public var replacements = 0
    /// Files that held no document.
    public var filesWithoutText = 0
  }

  /// What was read so far.
  public private(set) var counts = Counts()

  private let source: TextSource
  private var nextFile = 0
  private var open: (bytes: ByteSource, normalizer: TextNormalizer, hasText: Bool)?
  private var splitter: DocumentSplitter
  private var ready: [DocumentPart] = []
  private var nextReady = 0

  /// Begins at the first file.
  public init(_ source: TextSource) {
    self.source = source
    self.splitter = DocumentSplitter(source.documents)
  }

  /// The next document, or the next part of a long one; nil at the end.
  public func next() throws(CorpusFailure) -> DocumentPart? {
    while nextReady == ready.count {
      guard open != nil || nextFile < source.files.count else { return nil }
      try readOn()
      ready = splitter.takeReady()
      nextReady = 0
    }
    nextReady += 1
    return ready[nextReady - 1]
  }

  private func readOn() throws(CorpusFailure) {
    if open == nil {
      let path = source.files[nextFile].path
      nextFile += 1
      open = (try ByteSource(path), TextNormalizer(path: path, repairs: source.repairs), false)
    }
    guard var (bytes, normalizer, hasText) = open else { return }
    open = nil
    let piece = try bytes.next()
    counts.fileBytes += piece.count
    let replacements = normalizer.replacements
    var text: [UInt8] = []
    try normalizer.append(piece, to: &text, isLast: piece.isEmpty)
    counts.replacements += normalizer.replacements - replacements
    splitter.append(text)
    if piece.isEmpty { splitter.endFile() }
    hasText = hasText || !splitter.ready.isEmpty
    if !piece.isEmpty {
      open = (bytes, normalizer, hasText)
    } else if !hasText {
      counts.filesWithoutText += 1
    }
  }
}
