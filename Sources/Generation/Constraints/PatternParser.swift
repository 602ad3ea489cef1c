/// Reads a regular expression: characters, `.`, classes, groups, `|`, `*`, `+`, `?`, `{m,n}`, and the escapes `\\d`, `\\w`,
/// `\\s` (of ASCII), their opposites, `\\n`, `\\r`, `\\t`, `\\xHH` and `\\uHHHH`.
///
/// The whole text must match, so `^` at the beginning and `$` at the end say nothing new, and are refused elsewhere. `.`
/// is any character that does not end a line.
struct PatternParser {
  private typealias Ranges = [ClosedRange<UInt32>]

  private let pattern: String
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  private var graph = BytePatternGraph()
  /// Whether characters are spelled as in a JSON string: inside `(?"…)`, which only the patterns of schemas have.
  private var spellsJSON = false
  private let knowsJSON: Bool

  private init(_ pattern: String, knowsJSON: Bool) {
    self.pattern = pattern
    self.knowsJSON = knowsJSON
    scalars = Array(pattern.unicodeScalars)
  }

  /// The graph of a pattern.
  ///
  /// - Parameter knowsJSON: whether `(?"…)` spells what is in it as in a JSON string.
  static func graph(of pattern: String, knowsJSON: Bool = false) throws(GenerationFailure) -> BytePatternGraph {
    var parser = PatternParser(pattern, knowsJSON: knowsJSON)
    if parser.peek == "^" { parser.position += 1 }
    let part = try parser.alternatives()
    guard parser.position == parser.scalars.count else { throw parser.refusal("a closing ) without an opening one") }
    (parser.graph.start, parser.graph.end) = (part.start, part.end)
    guard parser.graph.distances(.all)[part.start] != nil else { throw parser.refusal("no text matches it") }
    return parser.graph
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func refusal(_ reason: String) -> GenerationFailure {
    .badPattern(pattern: pattern, position: position, reason: reason)
  }

  private mutating func take() throws(GenerationFailure) -> Unicode.Scalar {
    guard let scalar = peek else { throw refusal("it ends too early") }
    position += 1
    return scalar
  }

  private mutating func alternatives() throws(GenerationFailure) -> BytePatternGraph.Part {
    depth += 1
    defer { depth -= 1 }
    guard depth < 200 else { throw refusal("groups are nested too deeply") }
    var parts = [try sequence()]
    while peek == "|" {
      position += 1
      parts.append(try sequence())
    }
    return graph.choice(parts)
  }

  private mutating func sequence() throws(GenerationFailure) -> BytePatternGraph.Part {
    let start = graph.addState()
    var end = start
    while let scalar = peek, scalar != "|", scalar != ")" {
      if scalar == "$", position == scalars.count - 1 {
        position += 1
        break
      }
      let part = try repeated()
      graph.connect(end, part.start)
      end = part.end
    }
    return BytePatternGraph.Part(start: start, end: end)
  }

  /// An atom with its repetition; counted ones are read again for each copy.
  private mutating func repeated() throws(GenerationFailure) -> BytePatternGraph.Part {
    let begin = position
    let first = try atom()
    let (least, most) = try bounds()
    if least == 1, most == 1 { return first }
    let behind = position
    func copy(_ parser: inout PatternParser) throws(GenerationFailure) -> BytePatternGraph.Part {
      parser.position = begin
      return try parser.atom()
    }
    // Each place where the repetition may end leads out at once, so that few states are reached together.
    let (start, exit) = (graph.addState(), graph.addState())
    var end = start
    var unused: BytePatternGraph.Part? = first
    for index in 0..<max(least, most ?? least + 1) {
      let part: BytePatternGraph.Part
      if let ready = unused { part = ready } else { part = try copy(&self) }
      unused = nil
      guard !graph.isTooLarge else { throw refusal("it counts too far") }
      graph.connect(end, part.start)
      let next = graph.addState()
      graph.connect(part.end, next)
      if index >= least { graph.connect(end, exit) }
      if most == nil, index == least { graph.connect(next, end) }
      end = next
    }
    graph.connect(end, exit)
    position = behind
    return BytePatternGraph.Part(start: start, end: exit)
  }

  private mutating func bounds() throws(GenerationFailure) -> (least: Int, most: Int?) {
    switch peek {
    case "*": position += 1; return (0, nil)
    case "+": position += 1; return (1, nil)
    case "?": position += 1; return (0, 1)
    case "{":
      position += 1
      let least = try number()
      var most: Int? = least
      if peek == "," {
        position += 1
        most = peek == "}" ? nil : try number()
      }
      guard try take() == "}", most.map({ $0 >= least }) ?? true else { throw refusal("{m,n} is expected") }
      return (least, most)
    default: return (1, 1)
    }
  }

  private mutating func number() throws(GenerationFailure) -> Int {
    var value: Int?
    while let digit = peek.flatMap({ Int(String($0)) }) {
      value = (value ?? 0) * 10 + digit
      position += 1
      guard value ?? 0 <= 100_000 else { throw refusal("it counts too far") }
    }
    guard let value else { throw refusal("a number is expected") }
    return value
  }

  private mutating func atom() throws(GenerationFailure) -> BytePatternGraph.Part {
    guard !graph.isTooLarge else { throw refusal("it is too large") }
    let scalar = try take()
    switch scalar {
    case "(":
      let outside = spellsJSON
      defer { spellsJSON = outside }
      if peek == "?" {
        position += 1
        switch try take() {
        case ":": break
        case "\"" where knowsJSON: spellsJSON = true
        default: throw refusal("only groups (…) and (?:…) are known")
        }
      }
      let part = try alternatives()
      guard peek == ")" else { throw refusal("a ) is missing") }
      position += 1
      return part
    case "[": return characters(try characterClass())
    case ".": return characters(Self.inverted([10...13, 0x85...0x85, 0x2028...0x2029]))
    case "\\": return characters(try escape())
    case "*", "+", "?", "{": throw refusal("nothing is before the repetition")
    case "^", "$": throw refusal("anchors stand only at the ends")
    default: return characters([scalar.value...scalar.value])
    }
  }

  /// One character, as it stands in the text.
  private mutating func characters(_ ranges: Ranges) -> BytePatternGraph.Part {
    guard spellsJSON else { return graph.characters(ranges) }
    let escaped: Ranges = [0...0x1F, 0x22...0x22, 0x5C...0x5C]
    var ways = [graph.characters(Self.inverted(Self.inverted(ranges) + escaped))]
    for code in escaped.joined() where ranges.contains(where: { $0.contains(code) }) {
      let digits = String(code, radix: 16)
      let spelled = [0x22: "\\\"", 0x5C: "\\\\", 10: "\\n", 13: "\\r", 9: "\\t"][code]
      ways.append(graph.text((spelled ?? "\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8))
    }
    return graph.choice(ways)
  }

  private mutating func characterClass() throws(GenerationFailure) -> Ranges {
    var ranges: Ranges = []
    let isInverted = peek == "^"
    if isInverted { position += 1 }
    var isFirst = true
    while isFirst || peek != "]" {
      isFirst = false
      let low = try classMember()
      guard low.count == 1, low[0].count == 1, peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]"
      else {
        ranges += low
        continue
      }
      position += 1
      let high = try classMember()
      guard high.count == 1, high[0].lowerBound >= low[0].lowerBound else { throw refusal("a range is upside down") }
      ranges.append(low[0].lowerBound...high[0].upperBound)
    }
    position += 1
    return isInverted ? Self.inverted(ranges) : ranges
  }

  private mutating func classMember() throws(GenerationFailure) -> Ranges {
    let scalar = try take()
    return scalar == "\\" ? try escape() : [scalar.value...scalar.value]
  }

  private mutating func escape() throws(GenerationFailure) -> Ranges {
    let digits: Ranges = [48...57]
    let letters: Ranges = [48...57, 65...90, 95...95, 97...122]
    let spaces: Ranges = [9...13, 32...32]
    let scalar = try take()
    switch scalar {
    case "d": return digits
    case "D": return Self.inverted(digits)
    case "w": return letters
    case "W": return Self.inverted(letters)
    case "s": return spaces
    case "S": return Self.inverted(spaces)
    case "n": return [10...10]
    case "r": return [13...13]
    case "t": return [9...9]
    case "x", "u":
      var text = ""
      for _ in 0..<(scalar == "x" ? 2 : 4) { text.unicodeScalars.append(try take()) }
      guard text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16) else {
        throw refusal("hexadecimal digits are expected")
      }
      return [value...value]
    case _ where scalar.isASCII && !scalar.properties.isAlphabetic && Int(String(scalar)) == nil:
      return [scalar.value...scalar.value]
    default: throw refusal("\\\(scalar) is not known")
    }
  }

  /// All characters but these.
  private static func inverted(_ ranges: Ranges) -> Ranges {
    var result: Ranges = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return result
  }
}
