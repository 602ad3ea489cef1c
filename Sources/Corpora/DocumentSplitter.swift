#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What parts one document from the next.
public enum DocumentBoundary: String, Sendable, Hashable, CaseIterable {
  /// A blank line, a form feed, or `<|endoftext|>`.
  case paragraphs
  /// The end of a line; blank lines are no documents.
  case lines
  /// The end of a file, whose characters are all kept.
  case files
}

/// A document, or a part of one that is too long to be held at once.
public struct DocumentPart: Sendable, Equatable {
  /// The text, valid UTF-8.
  public var utf8: [UInt8]
  /// Whether the document begins here.
  public var begins: Bool
  /// Whether the document ends here.
  public var ends: Bool

  /// The text.
  public var text: String { String(decoding: utf8, as: UTF8.self) }
}

/// Parts plain text into documents as it comes.
///
/// A long document is handed over in parts of about `partBytes`, cut before a line end, or a space, or between
/// characters; the parts together are the document.
struct DocumentSplitter {
  /// Where a long document is cut.
  static let partBytes = 1 << 20
  private static let endOfText = Array("<|endoftext|>".utf8)

  /// Documents that are ready.
  private(set) var ready: [DocumentPart] = []

  private let boundary: DocumentBoundary
  private let partBytes: Int
  private var waiting: [UInt8] = []
  private var document: [UInt8] = []
  private var hasBegun = false
  private var lineHasBegun = false
  private var lineHasText = false
  private var needsLineFeed = false

  init(_ boundary: DocumentBoundary, partBytes: Int = DocumentSplitter.partBytes) {
    self.boundary = boundary
    self.partBytes = partBytes
  }

  /// Takes what is ready.
  mutating func takeReady() -> [DocumentPart] {
    defer { ready.removeAll(keepingCapacity: true) }
    return ready
  }

  /// Takes in text that begins and ends between characters.
  mutating func append(_ text: [UInt8]) {
    guard boundary != .files else {
      document.append(contentsOf: text)
      return handOverParts()
    }
    waiting.append(contentsOf: text)
    var start = 0
    while let end = Self.firstIndex(of: 0x0A, in: waiting[...], from: start) {
      addLine(waiting[start..<end])
      endLine()
      start = end + 1
    }
    if waiting.count - start >= partBytes {
      // A line without end: all of it but what may be the beginning of a mark.
      let cut = Self.cut(waiting[start...], atMost: waiting.count - start - Self.endOfText.count)
      addLine(waiting[start..<cut])
      start = cut
    }
    waiting.removeSubrange(..<start)
  }

  /// Ends the file; the next text is of another one.
  mutating func endFile() {
    if !waiting.isEmpty || lineHasBegun {
      addLine(waiting[...])
      endLine()
      waiting.removeAll(keepingCapacity: true)
    }
    endDocument()
  }

  // MARK: Lines

  /// A line, or the beginning of one.
  private mutating func addLine(_ line: ArraySlice<UInt8>) {
    lineHasBegun = true
    var start = line.startIndex
    while let mark = Self.firstMark(in: line, from: start) {
      addText(line[start..<mark.lowerBound])
      endDocument()
      lineHasText = false
      start = mark.upperBound
    }
    addText(line[start...])
  }

  private mutating func addText(_ text: ArraySlice<UInt8>) {
    if !lineHasText, text.contains(where: { !Self.isSpace($0) }) { lineHasText = true }
    guard !text.isEmpty else { return }
    if needsLineFeed {
      document.append(0x0A)
      needsLineFeed = false
    }
    document.append(contentsOf: text)
    handOverParts()
  }

  private mutating func endLine() {
    if boundary == .lines || !lineHasText {
      endDocument()
    } else {
      needsLineFeed = !document.isEmpty || hasBegun
    }
    lineHasBegun = false
    lineHasText = false
  }

  // MARK: Documents

  private mutating func endDocument() {
    if boundary == .paragraphs { removeBlankEnd() }
    if hasBegun || !document.allSatisfy(Self.isSpace) {
      ready.append(DocumentPart(utf8: document, begins: !hasBegun, ends: true))
    }
    document.removeAll(keepingCapacity: true)
    hasBegun = false
    needsLineFeed = false
  }

  /// The spaces of the blank line that ended a paragraph, with the line end before them.
  private mutating func removeBlankEnd() {
    guard !lineHasText, let lineFeed = document.lastIndex(of: 0x0A),
      document[lineFeed...].allSatisfy(Self.isSpace)
    else { return }
    document.removeSubrange(lineFeed...)
  }

  private mutating func handOverParts() {
    while document.count > partBytes {
      let cut = Self.cut(document[...], atMost: min(partBytes, document.count - 1))
      guard cut > 0 else { return }
      ready.append(DocumentPart(utf8: Array(document[..<cut]), begins: !hasBegun, ends: false))
      document.removeSubrange(..<cut)
      hasBegun = true
    }
  }

  // MARK: Bytes

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// A good place to cut text in two: before a line end or a space in its second half, or between characters.
  static func cut(_ text: ArraySlice<UInt8>, atMost length: Int) -> Int {
    let middle = text.startIndex + length / 2
    let limit = text.startIndex + length
    let candidates = text[middle...limit]
    if let lineFeed = candidates.lastIndex(of: 0x0A), lineFeed > text.startIndex { return lineFeed }
    if let space = candidates.lastIndex(of: 0x20), space > text.startIndex { return space }
    var cut = limit
    while cut > text.startIndex, text[cut] & 0xC0 == 0x80 { cut -= 1 }
    return cut
  }

  /// The next form feed or `<|endoftext|>`.
  private static func firstMark(in line: ArraySlice<UInt8>, from start: Int) -> Range<Int>? {
    let formFeed = firstIndex(of: 0x0C, in: line, from: start)
    var position = start
    while let angle = firstIndex(of: UInt8(ascii: "<"), in: line, from: position), angle < formFeed ?? line.endIndex {
      if line[angle...].starts(with: endOfText) { return angle..<angle + endOfText.count }
      position = angle + 1
    }
    return formFeed.map { $0..<$0 + 1 }
  }

  private static func firstIndex(of byte: UInt8, in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
    bytes.withUnsafeBufferPointer { memory in
      let skipped = start - bytes.startIndex
      guard skipped < memory.count, let base = memory.baseAddress,
        let found = memchr(base + skipped, Int32(byte), memory.count - skipped)
      else { return nil }
      return bytes.startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
    }
  }
}
