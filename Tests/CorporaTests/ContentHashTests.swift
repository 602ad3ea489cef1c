import Corpora
import Testing

struct ContentHashTests {
  @Test func piecesGiveTheHashOfTheWhole() {
    let bytes = (0..<100).map { UInt8($0 * 37 % 251) }
    let whole = ContentHash.of(bytes)
    for cut in 0...100 {
      var hash = ContentHash()
      hash.update(bytes[..<cut])
      hash.update(bytes[cut...])
      #expect(hash.value == whole)
    }
  }

  @Test func similarBytesHaveDifferentHashes() {
    var seen: Set<UInt64> = []
    for length in 0..<40 { seen.insert(ContentHash.of([UInt8](repeating: 0, count: length))) }
    for index in 0..<40 {
      for bit in 0..<8 { seen.insert(ContentHash.of((0..<40).map { $0 == index ? 1 << bit : 0 })) }
    }
    for seed in 1..<20 { seen.insert(ContentHash.of([], seed: UInt64(seed))) }
    #expect(seen.count == 40 + 320 + 19)
  }

  /// The hash decides which documents are for validation, so it must stay as it is; the numbers are those of the same
  /// arithmetic in Python.
  @Test func theHashStaysAsItIs() {
    #expect(ContentHash.of("".utf8) == 0xEFE9_B8A5_E101_94AD)
    #expect(ContentHash.of("swiftlet".utf8) == 0x656D_052A_56F6_EB1C)
    #expect(ContentHash.of("a swift is smaller".utf8) == 0xFF94_7458_990B_0A06)
  }
}
