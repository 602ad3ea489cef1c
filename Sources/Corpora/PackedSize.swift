import CZlib
import Files

extension Files {
  /// The bytes that gzip makes of a file, at its usual level; nothing is written.
  public static func gzipByteCount(ofFile path: String) throws -> Int {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's header; level 6 and memory level 8 are gzip's own.
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { throw CorpusFailure.corruptGzip(path: path, reason: "zlib cannot start") }
    defer { deflateEnd(&stream) }
    var count = 0
    var output = [UInt8](repeating: 0, count: 1 << 16)
    func pack(_ input: UnsafeRawBufferPointer, _ flush: Int32) {
      stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
      stream.avail_in = uInt(input.count)
      repeat {
        output.withUnsafeMutableBufferPointer { memory in
          stream.next_out = memory.baseAddress
          stream.avail_out = uInt(memory.count)
          deflate(&stream, flush)
          count += memory.count - Int(stream.avail_out)
        }
      } while stream.avail_out == 0
    }
    try ReadableFile(path).forEachPiece { pack($0, Z_NO_FLUSH) }
    pack(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
    return count
  }
}
