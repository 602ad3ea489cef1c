import Corpora
import Files

/// A folder for one test, removed at its end.
final class Scratch {
  let path: String

  init() throws { path = try Files.temporaryFolder() }
  deinit { try? Files.removeFolder(path) }

  /// Writes a file and returns its path; folders are made.
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = Files.path(self.path, name)
    try Files.createFolder(Files.folder(of: path))
    try AtomicFile.write(bytes, to: path)
    return path
  }

  func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }
}

/// The texts of a source's documents, the parts of long ones put together.
func documents(_ source: TextSource) throws -> [String] {
  var documents: [[UInt8]] = []
  try source.forEachPart { part in
    if part.begins { documents.append([]) }
    documents[documents.count - 1] += part.utf8
  }
  return documents.map { String(decoding: $0, as: UTF8.self) }
}

/// A shard of documents whose tokens are 10, 11, 12 … through all of them, so that a token tells its place.
func countingShard(lengths: [Int], vocabularySize: Int = 1 << 20) -> TokenShard {
  var next: Int32 = 10
  let documents = lengths.map { length in
    defer { next += Int32(length) }
    return (0..<length).map { next + Int32($0) }
  }
  return TokenShard(documents: documents, vocabularySize: vocabularySize, textByteCount: lengths.reduce(0, +))
}

/// An encoder that makes a token of each byte.
let byteEncoder = TextEncoder(vocabularySize: 256, identity: "bytes") { text, _ in text.map(Int32.init) }
