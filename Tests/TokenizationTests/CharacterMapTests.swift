import Testing
import Tokenization

@Suite("Checking normalization tables")
struct CharacterMapTests {
  @Test("A sound table is accepted, and the library reads it")
  func sound() throws {
    let table = CharacterMapBuilder()
    #expect(CharacterMap.fault(in: table.bytes) == nil)
    #expect(CharacterMap.fault(in: []) == nil)
    var builder = ModelBuilder()
    builder.characterMap = table.bytes
    #expect(try Tokenizer(modelBytes: builder.bytes).encode("Ab") == [3, 6])
  }

  @Test("A root that points outside is found")
  func rootOutside() {
    var table = CharacterMapBuilder()
    table.units[0] = 0x1000 << 10
    #expect(CharacterMap.fault(in: table.bytes) == "unit 0 of its trie points outside")
  }

  @Test("A trie of four units, which the library reads far behind its end, is refused")
  func fourUnits() {
    var table = CharacterMapBuilder()
    table.units = [0, 0x41, 0x42, 0x43]
    #expect(CharacterMap.fault(in: table.bytes) == "unit 0 of its trie points outside")
  }

  @Test("A root that ends a key is found")
  func rootEndsKey() {
    var table = CharacterMapBuilder()
    table.units[0] |= 0x100
    #expect(CharacterMap.fault(in: table.bytes) == "its trie has an empty key")
  }

  @Test("A value behind the replacements is found")
  func valueOutside() {
    var table = CharacterMapBuilder()
    table.units[384] = 0x8000_0000 | 2
    #expect(CharacterMap.fault(in: table.bytes) == "a key of its trie has no replacement")
  }

  @Test("A key that leads back to itself is found")
  func circle() {
    var table = CharacterMapBuilder()
    // The children of "A" begin where those of the root do, so "AA", "AAA" … are all keys.
    table.units[256 ^ 0x41] = 0x41 << 10 | 0x100 | 0x41
    table.units[256] = 0x8000_0000
    #expect(CharacterMap.fault(in: table.bytes) == "more than 32 keys begin one another")
  }

  @Test("Lengths that do not fit are found")
  func lengths() {
    let sound = CharacterMapBuilder().bytes
    var odd = sound
    odd[0] = 1
    #expect(CharacterMap.fault(in: odd) != nil)
    var long = sound
    long[2] = 0xFF
    #expect(CharacterMap.fault(in: long) == "its trie is longer than the table")
    #expect(CharacterMap.fault(in: Array(sound.dropLast())) == "its replacements do not end with NUL")
    #expect(CharacterMap.fault(in: Array(sound.dropLast()) + [0xFF, 0]) == "its replacements are not UTF-8")
    #expect(CharacterMap.fault(in: [UInt8](repeating: 0, count: 5 << 20))?.contains("at most") == true)
    var wide = CharacterMapBuilder()
    wide.replacements = [UInt8](repeating: 0x61, count: 2_000) + [0]
    #expect(CharacterMap.fault(in: wide.bytes) == "a key of its trie becomes more than 1024 bytes")
  }

  @Test("Tables with changed bits are refused, or harmless")
  func bitFlips() {
    let sound = CharacterMapBuilder().bytes
    for bit in stride(from: 0, to: sound.count * 8, by: 5) {
      var changed = sound
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      var builder = ModelBuilder()
      builder.characterMap = changed
      if let tokenizer = try? Tokenizer(modelBytes: builder.bytes) { _ = tokenizer.encode("AB ab Aé\u{0}") }
    }
  }
}
