import CZlib

/// Unpacks gzip, also of several members one behind the other; what does not end well is an error.
final class GzipStream {
  private let path: String
  private let limit: Int
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var inputPosition = 0
  private var unpackedBytes = 0
  private var betweenMembers = true
  private var isFirstMember = true
  private var outputWasFull = false

  /// Begins to unpack a file of so many bytes.
  ///
  /// Text shrinks to a tenth at best, a file of one line over and over to a thousandth; beyond a gibibyte, no more
  /// than a hundredfold is unpacked.
  init(path: String, packedBytes: Int) throws(CorpusFailure) {
    self.path = path
    limit = max(1 << 30, packedBytes.multipliedReportingOverflow(by: 100).partialValue)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 to say that it is gzip and nothing else.
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .corruptGzip(path: path, reason: "zlib cannot start")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether all that was given is unpacked.
  var wantsInput: Bool { inputPosition == input.count && !outputWasFull }
  /// Whether the last member is whole and nothing is left.
  var isAtEnd: Bool { betweenMembers && wantsInput }

  /// Gives the next packed bytes.
  func give(_ bytes: [UInt8]) {
    input = bytes
    inputPosition = 0
  }

  /// The next unpacked bytes; empty where more input is needed.
  /// - Parameter isLast: Whether no more input will come.
  func next(isLast: Bool) throws(CorpusFailure) -> [UInt8] {
    skipPadding()
    if wantsInput {
      guard isLast, !betweenMembers || isFirstMember else { return [] }
      throw .truncatedGzip(path: path)
    }
    var result: Int32 = Z_OK
    let output = [UInt8](unsafeUninitializedCapacity: 2 * ByteSource.pieceBytes) { memory, count in
      input.withUnsafeMutableBufferPointer { packed in
        stream.pointee.next_in = packed.baseAddress.map { $0 + inputPosition }
        stream.pointee.avail_in = uInt(packed.count - inputPosition)
        stream.pointee.next_out = memory.baseAddress
        stream.pointee.avail_out = uInt(memory.count)
        result = inflate(stream, Z_NO_FLUSH)
        inputPosition = packed.count - Int(stream.pointee.avail_in)
        count = memory.count - Int(stream.pointee.avail_out)
        outputWasFull = count == memory.count
      }
    }
    betweenMembers = false
    unpackedBytes += output.count
    guard unpackedBytes <= limit else { throw .expandsTooFar(path: path, limit: limit) }
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      betweenMembers = true
      isFirstMember = false
      outputWasFull = false
      inflateReset(stream)
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(result) of zlib"
      throw .corruptGzip(path: path, reason: isFirstMember ? reason : "after its first part: \(reason)")
    }
    return output
  }

  /// Zeros after the last member are padding (as on tapes).
  private func skipPadding() {
    guard betweenMembers, !isFirstMember else { return }
    while inputPosition < input.count, input[inputPosition] == 0 { inputPosition += 1 }
  }
}
