import Files
import Tensors
import Tokenization

/// The files beside the tests.
enum Fixture {
  static let folder = Files.path(Files.folder(of: #filePath), "Fixtures")

  static func bytes(_ name: String) throws -> [UInt8] { try Files.read(Files.path(folder, name)) }

  static func lines(_ name: String) throws -> [[UInt8]] {
    try bytes(name).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map(Array.init)
  }

  static func tokenizer(_ name: String) throws -> Tokenizer { try Tokenizer(modelBytes: bytes(name + ".model")) }
}

/// Texts that are hard to bring back as they were.
enum HostileText {
  static let texts: [String] = [
    "", " ", "  ", "\n", "\n\n", " \n ", "\t", "a\tb", " a", "  a", "a ", "a  ", "a  b", "\r\n", "a\r\nb\r\n", "\n a",
    "a \n b", "\0", "a\0b", "\u{1}\u{2}\u{1B}[31m\u{7F}", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷🏳️‍🌈", "e\u{301} é", "\u{200B}\u{200D}\u{FEFF}",
    "ﬁ ﬂ ﷺ", "\u{300}\u{301}", " \u{300}", "\u{3000}全角", "Ⅷ①㌔ｶﾞ", "\u{2028}\u{2029}\u{85}\u{B}\u{C}",
    "\u{10FFFF}\u{E000}\u{FFFE}", "\u{2585}", "x \u{2585} y", "𝕳𝖊𝖑𝖑𝖔", "שלום", "\u{202E}abc\u{202C}", "नमस्ते",
    "ภาษาไทย", "\u{1100}\u{1161}\u{11A8} 각", "<0x41>", "a<0x0A>b", "<s> </s> <mask> <unk> <pad>",
    String(repeating: "a", count: 1_000), String(repeating: " ", count: 50), String(repeating: "\n", count: 50),
  ]

  /// Texts of random characters from all planes, but for U+2581, which comes back as a space.
  static func random(_ count: Int, seed: UInt64) -> [String] {
    var random = RandomGenerator(seed: seed)
    return (0..<count).map { _ in
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        let ranges: [ClosedRange<UInt32>] = [
          0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF, 0x20...0x20,
          0x0A...0x0A,
        ]
        let value = UInt32.random(in: ranges[Int.random(in: 0..<8, using: &random)], using: &random)
        if let scalar = Unicode.Scalar(value), scalar != "\u{2581}" { text.append(scalar) }
      }
      return String(text)
    }
  }
}

/// Some text to learn from.
enum Corpus {
  static let english: [String] = (0..<40).flatMap { number in
    [
      "the cat sat on the mat and looked at the rain\n",
      "a small yellow bird sings in the tree near house number \(number)\n",
      "she walked slowly to the river, where the water was cold; nobody spoke\n",
    ]
  }
}

/// Writes models as SentencePiece does, sound ones and others.
struct ModelBuilder {
  struct Entry {
    var text: [UInt8]
    var score: Float = -1
    var kind = 1

    init(_ text: String, _ score: Float = -1, kind: Int = 1) {
      self.text = Array(text.utf8)
      self.score = score
      self.kind = kind
    }
  }

  var pieces: [Entry] = [
    Entry("<unk>", 0, kind: 2), Entry("<s>", 0, kind: 3), Entry("</s>", 0, kind: 3), Entry("\u{2581}", -2),
    Entry("a", -2.5), Entry("b", -3), Entry("ab", -1.5),
  ]
  var modelType = 1
  var byteFallback = false
  var beginIdentifier = 1
  var characterMap: [UInt8] = []
  var hasTrainerPart = true
  var hasNormalizerPart = true
  var selfTest = 0
  var denormalizer: [UInt8] = []

  var bytes: [UInt8] {
    var model: [UInt8] = []
    for piece in pieces {
      let entry =
        Self.run(1, piece.text) + Self.fixed(2, piece.score.bitPattern) + Self.varint(3, UInt64(piece.kind))
      model += Self.run(1, entry)
    }
    if hasTrainerPart {
      model += Self.run(
        2,
        Self.varint(3, UInt64(modelType)) + Self.varint(35, byteFallback ? 1 : 0)
          + Self.varint(41, UInt64(bitPattern: Int64(beginIdentifier))))
    }
    if hasNormalizerPart {
      model += Self.run(3, Self.run(2, characterMap) + Self.varint(3, 1) + Self.varint(4, 0))
    }
    if selfTest > 0 { model += Self.run(4, Self.run(1, [UInt8](repeating: 0x61, count: selfTest))) }
    if !denormalizer.isEmpty { model += Self.run(5, Self.run(2, denormalizer)) }
    return model
  }

  static func number(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func varint(_ field: UInt64, _ value: UInt64) -> [UInt8] { number(field << 3) + number(value) }

  static func fixed(_ field: UInt64, _ bits: UInt32) -> [UInt8] { number(field << 3 | 5) + littleEndian(bits) }

  static func run(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    number(field << 3 | 2) + number(UInt64(bytes.count)) + bytes
  }

  static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }
}

/// Writes normalization tables unit by unit.
struct CharacterMapBuilder {
  var units: [UInt32]
  var replacements: [UInt8]

  /// A table that turns "A" into "a".
  init() {
    units = [UInt32](repeating: 0, count: 512)
    replacements = Array("a\0".utf8)
    // A unit's children are at (index ^ offset) ^ label; unused units have a label that no byte reaches them by.
    for index in units.indices { units[index] = 0x8000_0000 }
    units[0] = 256 << 10  // the root: children from 256
    units[256 ^ 0x41] = UInt32(256 ^ 0x41 ^ 384) << 10 | 0x100 | 0x41  // "A", which ends a key; its value is at 384
    units[384] = 0x8000_0000 | 0
  }

  var bytes: [UInt8] {
    ModelBuilder.littleEndian(UInt32(units.count * 4)) + units.flatMap(ModelBuilder.littleEndian) + replacements
  }
}
