/// Reads a regular expression: characters, `.`, classes, groups, `|`, `*`, `+`, `?`, `{m,n}`, and the escapes `\\d`, `\\w`,
/// `\\s` (of ASCII), their opposites, `\\n`, `\\r`, `\\t`, `\\xHH` and `\\uHHHH`.
///
/// The whole text must match, so `^` at the beginning and `$` at the end say nothing new, and are refused elsewhere.
struct PatternParser {
  private typealias Ranges = [ClosedRange<UInt32>]

  private let pattern: String
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  private var graph = BytePatternGraph()

  private init(_ pattern: String) {
    self.pattern = pattern
    scalars = Array(pattern.unicodeScalars)
  }

  /// The graph of a pattern.
  static func graph(of pattern: String) throws(GenerationFailure) -> BytePatternGraph {
    var parser = PatternParser(pattern)
    if parser.peek == "^" { parser.position += 1 }
    let part = try parser.alternatives()
    guard parser.position == parser.scalars.count else { throw parser.refusal("a closing ) without an opening one") }
    (parser.graph.start, parser.graph.end) = (part.start, part.end)
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
    guard parts.count > 1 else { return parts[0] }
    let all = BytePatternGraph.Part(start: graph.addState(), end: graph.addState())
    for part in parts {
      graph.connect(all.start, part.start)
      graph.connect(part.end, all.end)
    }
    return all
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
    let start = graph.addState()
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
      if index >= least { graph.connect(end, next) }
      if most == nil, index == least { graph.connect(next, end) }
      end = next
    }
    position = behind
    return BytePatternGraph.Part(start: start, end: end)
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
      if peek == "?" {
        position += 1
        guard try take() == ":" else { throw refusal("only groups (…) and (?:…) are known") }
      }
      let part = try alternatives()
      guard try take() == ")" else { throw refusal("a ) is missing") }
      return part
    case "[": return graph.characters(try characterClass())
    case ".": return graph.characters(Self.inverted([10...10]))
    case "\\": return graph.characters(try escape())
    case "*", "+", "?", "{": throw refusal("nothing is before the repetition")
    case "^", "$": throw refusal("anchors stand only at the ends")
    default: return graph.characters([scalar.value...scalar.value])
    }
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
      guard let value = UInt32(text, radix: 16) else { throw refusal("hexadecimal digits are expected") }
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
