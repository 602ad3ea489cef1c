import CZlib

/// How a file of tokens is laid out; numbers are little-endian.
///
/// ```
/// 8 bytes   "SWTOKENS"
/// 4 + 4     version 1; bytes of an identifier: 2 or 4
/// …         identifiers of all documents, one behind the other, then zeros up to a multiple of 8
/// 8 × (n+1) where each of the n documents starts, and where the last one ends, in tokens
/// 64 bytes  footer: tokens, documents, bytes of text, characters, vocabulary size (8 bytes each), CRC-32 of all
///           before the footer (4), CRC-32 of the footer up to here (4), zeros (8), "SWFOOTER"
/// ```
///
/// The counts stand at the end because they are known only then, so that a file is written in one go.
enum ShardFormat {
  static let magic = Array("SWTOKENS".utf8)
  static let footerMagic = Array("SWFOOTER".utf8)
  static let version: UInt32 = 1
  static let headerBytes = 16
  static let footerBytes = 64

  static func header(width: Int) -> [UInt8] {
    var bytes = magic
    append(UInt64(version) | UInt64(width) << 32, to: &bytes)
    return bytes
  }

  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Where the documents' starts begin.
  static func offsetsStart(tokens: Int, width: Int) -> Int { headerBytes + (tokens * width + 7) / 8 * 8 }

  /// The whole length of a file; nil where that is no number.
  static func fileBytes(tokens: Int, documents: Int, width: Int) -> Int? {
    guard tokens >= 0, documents >= 0, tokens < 1 << 56, documents < 1 << 56 else { return nil }
    return offsetsStart(tokens: tokens, width: width) + 8 * (documents + 1) + footerBytes
  }
}

/// A CRC-32 that is taken bit by bit.
struct Checksum {
  private(set) var value: UInt = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard var address = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    var left = bytes.count
    while left > 0 {
      let piece = min(left, 1 << 30)
      value = UInt(crc32(uLong(value), address, uInt(piece)))
      address += piece
      left -= piece
    }
  }

  mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }
}
