/// The characters that stand for bytes in the pieces of byte-level BPE (GPT-2): a printable byte of Latin-1 stands for
/// itself, the others are counted up from U+0100.
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...255).map { byte in
      let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      if isPrintable { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }()

  private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: characters.enumerated().map { ($1, UInt8($0)) })

  /// The byte that a character stands for; nil for any other character.
  static func byte(of character: Unicode.Scalar) -> UInt8? { bytes[character] }
}
