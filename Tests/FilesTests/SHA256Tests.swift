import Files
import Testing

/// The examples of FIPS 180-4, and lengths around the border of a block.
struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func matchesTheStandard(text: String, hash: String) {
    #expect(SHA256.digest(of: Array(text.utf8)).description == hash)
  }

  @Test func hashesAMillionLettersInPiecesOfAllLengths() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for pieceLength in [1, 7, 63, 64, 65, 1000, 999_999] {
      var hash = SHA256()
      var rest = 1_000_000
      while rest > 0 {
        hash.update([UInt8](repeating: UInt8(ascii: "a"), count: min(pieceLength, rest)))
        rest -= min(pieceLength, rest)
      }
      #expect(hash.finalized().description == expected, "\(pieceLength)")
    }
  }

  /// `python3 -c "import hashlib; print(hashlib.sha256(bytes(n)).hexdigest())"` for each length n.
  @Test(arguments: [
    (55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"),
    (56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"),
    (63, "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971"),
    (64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"),
    (65, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7"),
    (119, "f616b0d54e78571a9611f343c9f8e022e859e920381ab0e4d3da01e193a7bd7e"),
  ])
  func padsEveryLength(count: Int, hash: String) {
    #expect(SHA256.digest(of: [UInt8](repeating: 0, count: count)).description == hash)
  }

  /// What the processor's instructions give is what the words of the standard give, on every length around a block and
  /// in pieces of every length.
  @Test func instructionsGiveWhatTheStandardSays() {
    var bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
    for count in 0...300 {
      var (plain, fast) = (SHA256(usesInstructions: false), SHA256(usesInstructions: true))
      plain.update(Array(bytes[..<count]))
      for start in stride(from: 0, to: count, by: count % 70 + 1) {
        fast.update(Array(bytes[start..<min(start + count % 70 + 1, count)]))
      }
      #expect(plain.finalized() == fast.finalized(), "\(count) bytes")
      bytes[count] &+= 1
    }
  }

  @Test func goesOnAfterADigestWasTaken() {
    var hash = SHA256()
    hash.update(Array("ab".utf8))
    _ = hash.finalized()
    hash.update(Array("c".utf8))
    #expect(hash.finalized() == SHA256.digest(of: Array("abc".utf8)))
  }
}
