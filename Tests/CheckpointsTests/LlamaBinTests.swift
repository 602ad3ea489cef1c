import Checkpoints
import Files
import TestSupport
import Testing

/// Files of llama2.c that are not what they say; sound ones are read in the tests of the fixtures.
struct LlamaBinTests {
  /// Header and numbers of the smallest model: width 2, inner 2, one layer, one head, three tokens, one position.
  private static let sizes: [Int32] = [2, 2, 1, 1, 1, 3, 1]
  private static let count = 3 * 2 + 2 + 4 * 4 + 2 + 3 * 4 + 2 + 2

  private static func file(_ sizes: [Int32] = sizes, numbers: Int = count, value: Float = 0.5) -> [UInt8] {
    sizes.flatMap { size in withUnsafeBytes(of: size.littleEndian) { Array($0) } }
      + (0..<numbers).flatMap { _ in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  private func failure(_ bytes: [UInt8]) throws -> LlamaBinFailure? {
    try withScratchFolder { folder in
      let path = Files.path(folder, "model.bin")
      try AtomicFile.write(bytes, to: path)
      do {
        _ = try LlamaBin.read(path)
        return nil
      } catch let failure as LlamaBinFailure {
        return failure
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = Self.file()
    #expect(try failure(whole) == nil)
    for length in 0..<whole.count { #expect(try failure(Array(whole[..<length])) != nil, "cut at \(length)") }
    #expect(try failure(whole + [0]) != nil)
  }

  /// A header asks for no memory that the file does not have: this one speaks of 2⁶² numbers.
  @Test func sizesThatTheFileDoesNotHave() throws {
    let huge: [Int32] = [1 << 24, 1 << 24, 1 << 12, 1, 1, 1 << 24, 1 << 24]
    for sizes in [huge, [1 << 14, 1 << 14, 8, 1, 1, 1 << 14, 4]] {
      guard case .length(_, let expected, let found)? = try failure(Self.file(sizes)) else {
        Issue.record("not refused for its length")
        continue
      }
      #expect(found == 28 + 4 * Self.count && expected > found)
    }
  }

  @Test(
    arguments: [
      (0, 0), (0, -2), (1, 0), (2, 0), (2, 5000), (3, 0), (3, 3), (4, 0), (4, 2), (5, 0), (6, 0), (6, .max),
    ] as [(Int, Int32)])
  func sizesThatMakeNoSense(place: Int, size: Int32) throws {
    var sizes = Self.sizes
    sizes[place] = size
    guard case .size? = try failure(Self.file(sizes)) else {
      Issue.record("size \(place) of \(size) is not refused by name")
      return
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func numbersThatAreNone(value: Float) throws {
    guard case .notFinite? = try failure(Self.file(value: value)) else {
      Issue.record("\(value) is not refused")
      return
    }
  }
}
