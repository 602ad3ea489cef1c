/// The tokens with which any text can be spelled slowly: those that say one character, and those that say one byte.
struct Spelling: Sendable {
  private var bytes = [Bool](repeating: false, count: 256)
  private var characters: [UInt32] = []

  /// Everything that there is, as of a vocabulary with all bytes.
  static let all = Spelling((0...255).map { [UInt8($0)] })

  /// The spelling of a vocabulary.
  ///
  /// - Parameter tokens: what each token says; nil for those that say nothing.
  init(_ tokens: some Sequence<[UInt8]?>) {
    for case let token? in tokens {
      if token.count == 1 { bytes[Int(token[0])] = true }
      guard token.count <= 4, let text = String(validating: token, as: UTF8.self) else { continue }
      let scalars = text.unicodeScalars
      if scalars.count == 1, let scalar = scalars.first { characters.append(scalar.value) }
    }
    characters.sort()
  }

  /// Whether a token says one of some bytes.
  func hasByte(in range: ClosedRange<UInt8>) -> Bool { range.contains { bytes[Int($0)] } }

  /// Whether a token says one of some characters.
  func hasCharacter(in range: ClosedRange<UInt32>) -> Bool {
    var (low, high) = (0, characters.count)
    while low < high {
      let middle = (low + high) / 2
      if characters[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < characters.count && characters[low] <= range.upperBound
  }
}
