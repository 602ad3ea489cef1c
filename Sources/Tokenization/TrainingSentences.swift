import Tensors

/// The lines that a vocabulary is learned from, in memory that is bounded.
///
/// The library skips lines that are too long and lines that hold U+2585, which it needs itself, without a word;
/// here such lines are cut instead. When there is more text than fits, every line gets a random rank and those with
/// the lowest ranks stay, so all lines of the corpus have the same chance.
package struct TrainingSentences {
  /// What happened to the text on the way.
  package struct Counts: Hashable {
    package var bytes = 0
    package var texts = 0
    package var lines = 0
    package var sentences = 0
    package var cutLines = 0
    package var reservedCharacters = 0
    package var nullCharacters = 0
    package var tabs = 0
  }

  /// The character that the library keeps for itself.
  static let reservedCharacter: [UInt8] = Array("\u{2585}".utf8)

  package private(set) var counts = Counts()
  package private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var ranks: [UInt64] = []
  private var limitRank = UInt64.max

  private let longestLine: Int
  private let largestText: Int
  private let mostSentences: Int
  private let samples: Bool
  private let keepsSpaceAtCut: Bool
  private var random: RandomGenerator

  package init(_ options: TokenizerTrainingOptions) {
    longestLine = options.value(of: "max_sentence_length").flatMap { Int($0) } ?? 4_192
    largestText = max(options.largestText, longestLine)
    let limit = options.value(of: "input_sentence_size").flatMap { Int($0) } ?? 0
    mostSentences = limit > 0 ? limit : .max
    samples = options.value(of: "shuffle_input_sentence") != "false"
    keepsSpaceAtCut = options.value(of: "add_dummy_prefix") == "false"
    random = Randomness(seed: options.seed).derive("vocabulary sentences").generator
  }

  /// How many sentences are held.
  package var count: Int { ends.count }

  /// Whether some sentences had to be left out.
  package var isSampled: Bool { counts.sentences > count }

  /// The bytes of a sentence.
  package func range(of sentence: Int) -> Range<Int> { (sentence == 0 ? 0 : ends[sentence - 1])..<ends[sentence] }

  /// The length of the longest sentence in bytes.
  var longestSentence: Int { (0..<count).map { range(of: $0).count }.max() ?? 0 }

  /// Adds the lines of a text.
  package mutating func add(_ text: UnsafeRawBufferPointer) {
    counts.bytes += text.count
    let lines = counts.lines
    defer { if counts.lines > lines { counts.texts += 1 } }
    var start = 0
    var index = 0
    while index <= text.count {
      let byte = index < text.count ? text[index] : UInt8(ascii: "\n")
      switch byte {
      case UInt8(ascii: "\n"):
        addLine(text, start..<index)
        start = index + 1
      case 0:
        counts.nullCharacters += 1
        addLine(text, start..<index)
        start = index + 1
      case UInt8(ascii: "\t"):
        counts.tabs += 1
      case Self.reservedCharacter[0]
      where index + 2 < text.count && text[index + 1] == Self.reservedCharacter[1]
        && text[index + 2] == Self.reservedCharacter[2]:
        counts.reservedCharacters += 1
        addLine(text, start..<index)
        start = index + 3
      default:
        break
      }
      index += 1
    }
  }

  /// Adds a line, in parts if it is too long: cut at a space, or else between two characters.
  private mutating func addLine(_ text: UnsafeRawBufferPointer, _ line: Range<Int>) {
    var rest = line
    if !rest.isEmpty { counts.lines += 1 }
    if rest.count > longestLine { counts.cutLines += 1 }
    while rest.count > longestLine {
      let latest = rest.lowerBound + longestLine
      if let space = (rest.lowerBound + 1...latest).last(where: { text[$0] == UInt8(ascii: " ") }) {
        addSentence(text, rest.lowerBound..<space)
        rest = (keepsSpaceAtCut ? space : space + 1)..<rest.upperBound
      } else {
        // A character has at most four bytes; those behind the first are 10xxxxxx.
        let border = (max(latest - 3, rest.lowerBound + 1)...latest).last { text[$0] & 0xC0 != 0x80 } ?? latest
        addSentence(text, rest.lowerBound..<border)
        rest = border..<rest.upperBound
      }
    }
    addSentence(text, rest)
  }

  private mutating func addSentence(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    counts.sentences += 1
    if !samples, count >= mostSentences || bytes.count + range.count > largestText { return }
    let rank = samples ? random.next() : 0
    guard rank <= limitRank else { return }
    bytes.append(contentsOf: text[range])
    ends.append(bytes.count)
    ranks.append(rank)
    // Going over the limit by half before cutting back makes the cost of sorting small.
    if bytes.count > largestText + largestText / 2 || (count > mostSentences && count - mostSentences > 100_000) {
      cutBack()
    }
  }

  /// Leaves no more than fits; to be called when all text has been added.
  package mutating func cutBack() {
    guard samples, bytes.count > largestText || count > mostSentences else { return }
    var kept = [Bool](repeating: false, count: count)
    var keptBytes = 0
    var keptCount = 0
    for sentence in ranks.indices.sorted(by: { ranks[$0] < ranks[$1] }) {
      keptBytes += range(of: sentence).count
      guard keptBytes <= largestText, keptCount < mostSentences else {
        limitRank = ranks[sentence] == 0 ? 0 : ranks[sentence] - 1
        break
      }
      kept[sentence] = true
      keptCount += 1
    }
    var (newBytes, newEnds, newRanks): ([UInt8], [Int], [UInt64]) = ([], [], [])
    newBytes.reserveCapacity(largestText)
    for sentence in kept.indices where kept[sentence] {
      newBytes += bytes[range(of: sentence)]
      newEnds.append(newBytes.count)
      newRanks.append(ranks[sentence])
    }
    (bytes, ends, ranks) = (newBytes, newEnds, newRanks)
  }

  /// How often each character occurs, the most frequent first; equal ones in order of their numbers.
  func characterCounts() -> [(character: Unicode.Scalar, count: Int)] {
    var counts: [Unicode.Scalar: Int] = [:]
    for sentence in 0..<count {
      for scalar in String(decoding: bytes[range(of: sentence)], as: UTF8.self).unicodeScalars {
        counts[scalar, default: 0] += 1
      }
    }
    return counts.map { (character: $0.key, count: $0.value) }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.character < $1.character }
  }

  /// The first sentences.
  func prefix(_ most: Int) -> TrainingSentences {
    guard most < count else { return self }
    var first = self
    first.ends = Array(ends.prefix(most))
    first.ranks = Array(ranks.prefix(most))
    first.bytes = Array(bytes.prefix(first.ends.last ?? 0))
    return first
  }

  /// The same sentences, cut at every character that is not among these.
  func limited(to characters: Set<Unicode.Scalar>) -> TrainingSentences {
    var limited = self
    (limited.bytes, limited.ends, limited.ranks) = ([], [], [])
    for sentence in 0..<count {
      let scalars = String(decoding: bytes[range(of: sentence)], as: UTF8.self).unicodeScalars
      for part in scalars.split(whereSeparator: { !characters.contains($0) }) {
        limited.bytes += String(String.UnicodeScalarView(part)).utf8
        limited.ends.append(limited.bytes.count)
        limited.ranks.append(0)
      }
    }
    return limited
  }
}
