import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file of text.
public struct TextFile: Sendable, Hashable {
  /// Where it is.
  public let path: String
  /// Its length on disk.
  public let byteCount: Int
}

/// Files of text, and how they are read.
///
/// A named file is always read. Of a folder, everything in it is, sorted by name, except for hidden files, links to
/// folders, and files that are not text: a file with the name of a text (`.txt`, `.text`, `.md`) is taken for one
/// whatever it holds, so that bad text is an error and not silently missing; any other only if it begins with text.
public struct TextSource: Sendable {
  /// A file of a folder that was left out.
  public struct Skipped: Sendable, Hashable {
    /// Where it is.
    public let path: String
    /// Why it is left out.
    public let reason: String
  }

  /// The files, in the order in which they are read.
  public let files: [TextFile]
  /// What was left out of the folders.
  public let skipped: [Skipped]
  /// What parts documents.
  public let documents: DocumentBoundary
  /// Whether bytes that are not text are replaced instead of being an error.
  public let repairs: Bool

  /// Bytes of all files on disk.
  public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  /// Finds the files.
  /// - Throws: `CorpusFailure` where a path leads nowhere, and where there is no text.
  public init(
    _ paths: [String], documents: DocumentBoundary = .paragraphs, repairs: Bool = false
  ) throws(CorpusFailure) {
    var search = Search()
    for path in paths {
      if Files.isFolder(path) {
        try search.addFolder(path)
      } else {
        let count = try reading { () throws(FileFailure) in try Files.byteCount(of: path) }
        search.add(TextFile(path: path, byteCount: count))
      }
    }
    guard !search.files.isEmpty else { throw .noTextFiles(paths: paths, found: search.found) }
    guard search.files.contains(where: { $0.byteCount > 0 }) else { throw .noText(paths: search.files.map(\.path)) }
    self.files = search.files
    self.skipped = search.skipped
    self.documents = documents
    self.repairs = repairs
  }

  /// Reads the documents from the first to the last.
  public func reader() -> DocumentReader { DocumentReader(self) }

  /// Calls `body` with each document, or part of a long one.
  /// - Returns: What was read.
  @discardableResult
  public func forEachPart(_ body: (DocumentPart) throws -> Void) throws -> DocumentReader.Counts {
    let reader = reader()
    while let part = try reader.next() { try body(part) }
    return reader.counts
  }
}

/// A walk through folders.
private struct Search {
  var files: [TextFile] = []
  var skipped: [TextSource.Skipped] = []
  private var seen: Set<String> = []

  /// What was found that is not text: how many files with each ending.
  var found: [String] {
    var counts: [String: Int] = [:]
    for file in skipped { counts["\(Self.ending(of: file.path)) (\(file.reason))", default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) × \($0.key)" }
  }

  mutating func add(_ file: TextFile) {
    if seen.insert(file.path).inserted { files.append(file) }
  }

  mutating func addFolder(_ folder: String) throws(CorpusFailure) {
    let names = try reading { () throws(FileFailure) in try Files.list(folder) }
    for name in names where !name.hasPrefix(".") {
      let path = Files.path(folder, name)
      switch Files.kind(of: path) {
      case .folder: if Self.isLink(path) { skip(path, "a link to a folder") } else { try addFolder(path) }
      case .file: try addFile(path)
      case let other: skip(path, other?.rawValue ?? "a link to nothing")
      }
    }
  }

  private mutating func addFile(_ path: String) throws(CorpusFailure) {
    let count = try reading { () throws(FileFailure) in try Files.byteCount(of: path) }
    if count == 0 { return skip(path, "empty") }
    guard Self.hasNameOfText(path) || Self.beginsWithText(path) else { return skip(path, "not text") }
    add(TextFile(path: path, byteCount: count))
  }

  private mutating func skip(_ path: String, _ reason: String) {
    skipped.append(TextSource.Skipped(path: path, reason: reason))
  }

  private static func isLink(_ path: String) -> Bool {
    var byte: CChar = 0
    return readlink(path, &byte, 1) >= 0
  }

  private static func ending(of path: String) -> String {
    let name = Files.name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[dot...])
  }

  private static func hasNameOfText(_ path: String) -> Bool {
    var name = Files.name(of: path).lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    return [".txt", ".text", ".md"].contains { name.hasSuffix($0) }
  }

  private static func beginsWithText(_ path: String) -> Bool {
    do {
      var source = try ByteSource(path)
      var normalizer = TextNormalizer(path: path, repairs: false)
      var text: [UInt8] = []
      try normalizer.append(source.next(), to: &text, isLast: false)
      return true
    } catch {
      return false
    }
  }
}
