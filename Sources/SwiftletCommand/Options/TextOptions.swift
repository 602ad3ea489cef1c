import ArgumentParser
import Swiftlet

/// Which text is read, and how.
struct TextOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A text file or a folder of them (.gz too); may be given several times.", valueName: "path"))
  var corpus: [String] = []
  @OptionGroup var reading: ReadingOptions

  func validate() throws {
    if corpus.isEmpty { throw ValidationError("--corpus is missing: a text file or a folder is expected.") }
  }

  /// The files.
  func source() throws -> TextSource { try reading.source(corpus) }
}

/// How text falls into documents, and what becomes of bytes that are none.
struct ReadingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is a document: paragraphs (parted by blank lines; the default), lines, or files.", valueName: "unit"))
  var documents: DocumentBoundary?

  @Flag(name: .long, help: "Put U+FFFD in place of bytes that are not UTF-8, instead of refusing them.")
  var repair = false

  /// Whether anything was asked for.
  var isGiven: Bool { documents != nil || repair }

  /// Some files.
  func source(_ paths: [String]) throws -> TextSource {
    try TextSource(paths, documents: documents ?? .paragraphs, repairs: repair)
  }
}

/// Which copies of a document are left out.
struct CopyOptions: ParsableArguments {
  @Flag(name: .long, help: "Keep only the first of equal documents.") var deduplicate = false
  @Flag(name: .long, help: "Keep only the first of equal and of nearly equal documents.") var deduplicateNear = false

  var removal: CopyRemoval { deduplicateNear ? .near : deduplicate ? .exact : .none }
}

extension DocumentBoundary: ExpressibleByArgument {}
