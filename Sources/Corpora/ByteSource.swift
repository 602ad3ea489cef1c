import Files

/// The bytes of a file in order, in pieces; those of a `.gz` file unpacked.
struct ByteSource {
  /// Bytes taken from the file at once.
  static let pieceBytes = 1 << 18

  private let file: ReadableFile
  private var position = 0
  private var gzip: GzipStream?

  /// Opens a file.
  init(_ path: String) throws(CorpusFailure) {
    file = try reading { () throws(FileFailure) in try ReadableFile(path) }
    if Self.isGzip(path) { gzip = try GzipStream(path: path, packedBytes: file.byteCount) }
  }

  /// Whether a file is unpacked, by its name.
  static func isGzip(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.hasSuffix(".gz") || name.hasSuffix(".dz")
  }

  /// The next bytes; empty at the end.
  mutating func next() throws(CorpusFailure) -> [UInt8] {
    while true {
      let count = min(Self.pieceBytes, file.byteCount - position)
      guard let gzip else {
        guard count > 0 else { return [] }
        return try take(count)
      }
      if gzip.wantsInput, count > 0 { gzip.give(try take(count)) }
      let unpacked = try gzip.next(isLast: position == file.byteCount)
      if !unpacked.isEmpty { return unpacked }
      if position == file.byteCount, gzip.isAtEnd { return [] }
    }
  }

  private mutating func take(_ count: Int) throws(CorpusFailure) -> [UInt8] {
    let start = position
    position += count
    return try reading { () throws(FileFailure) in try file.read(at: start, count: count) }
  }
}
