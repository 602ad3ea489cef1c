import CZlib
import Corpora
import Files
import Testing

struct GzipStreamTests {
  private static let text = (0..<200_000).map { "line \($0 &* 7919 % 10007)" }.joined(separator: "\n")

  /// One member of a gzip file.
  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, uLong(bytes.count)))) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(output.count)
        deflate(&stream, Z_FINISH)
        count = Int(stream.total_out)
      }
    }
  }

  @Test func aPackedFileReadsLikeThePlainOne() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Self.packed(Array(Self.text.utf8)), "a.txt.gz")
    #expect(try documents(TextSource([path], documents: .files)) == [Self.text])
    #expect(try TextSource([scratch.path]).files.count == 1)
  }

  @Test func severalMembersAndPaddingAreOneText() throws {
    let scratch = try Scratch()
    let bytes = Self.packed(Array("one\n".utf8)) + Self.packed([]) + Self.packed(Array("two".utf8)) + [0, 0, 0]
    #expect(try documents(TextSource([scratch.write(bytes, "a.gz")], documents: .files)) == ["one\ntwo"])
  }

  @Test func everyTruncationIsAnError() throws {
    let scratch = try Scratch()
    let bytes = Self.packed(Array("a short text, packed".utf8))
    for length in 1..<bytes.count {
      let source = try TextSource([scratch.write(Array(bytes.prefix(length)), "a.gz")])
      let failure = #expect(throws: CorpusFailure.self) { _ = try documents(source) }
      guard case .truncatedGzip = failure else {
        return #expect(Bool(false), "\(length): \(String(describing: failure))")
      }
    }
  }

  @Test func everyFlippedBitIsAnErrorOrHarmless() throws {
    let scratch = try Scratch()
    let text = "a short text, packed"
    let bytes = Self.packed(Array(text.utf8))
    var refused = 0
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      let source = try TextSource([scratch.write(damaged, "a.gz")], documents: .files, repairs: true)
      do {
        // The time of packing, and the bits that fill the last byte, are not part of the text.
        #expect(try documents(source) == [text])
      } catch is CorpusFailure { refused += 1 }
    }
    #expect(refused > bytes.count * 5)
  }

  @Test func otherFilesAndGarbageAfterTheEndAreErrors() throws {
    let scratch = try Scratch()
    for bytes in [Array("plain text".utf8), Self.packed([0x61]) + [1, 2, 3, 4]] {
      let source = try TextSource([scratch.write(bytes, "a.gz")])
      let failure = #expect(throws: CorpusFailure.self) { _ = try documents(source) }
      guard case .corruptGzip = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    }
  }
}
