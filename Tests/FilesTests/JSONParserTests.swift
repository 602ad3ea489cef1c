import Files
import Testing

/// Every text that the grammar of RFC 8259 allows is read, everything else is refused: cases in the manner of the
/// JSON Parsing Test Suite, written for this parser.
struct JSONParserTests {
  static let accepted: [(text: String, value: JSONValue)] = [
    ("null", .null), ("true", true), ("false", false), (" \t\r\n true \n", true),
    ("0", 0), ("-1", -1), ("42", 42), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ("18446744073709551615", .number(18_446_744_073_709_551_616)), ("-0", .number(-0.0)), ("-0.0", .number(-0.0)),
    ("1.0", 1.0), ("0.1", 0.1), ("1e3", 1000.0), ("1E3", 1000.0), ("1e+3", 1000.0), ("1e-3", 0.001),
    ("123.456e-7", 123.456e-7), ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-400", 0.0), ("0e5", 0.0),
    (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041""#, "A"),
    (#""\u00e9""#, "é"), (#""\uD834\uDD1E""#, "𝄞"), (#""\ud834\udd1e""#, "𝄞"), (#""\u0000""#, "\0"),
    (#""\uFFFF""#, "\u{FFFF}"), (#""é 漢 😀""#, "é 漢 😀"), ("\"\u{7F}\"", "\u{7F}"), ("\"\u{2028}\"", "\u{2028}"),
    (#""\\u0041""#, #"\u0041"#), (#""x\u0041y\n""#, "xAy\n"),
    ("[]", []), ("[ ]", []), ("[1]", [1]), ("[1,2]", [1, 2]), ("[ 1 , 2 ]", [1, 2]), ("[[],[[]]]", [[], [[]]]),
    ("[null]", [.null]), (#"[1,"a",true,{}]"#, [1, "a", true, [:]]),
    ("{}", [:]), ("{ }", [:]), (#"{"a":1}"#, ["a": 1]), (#"{ "a" : 1 , "b" : 2 }"#, ["a": 1, "b": 2]),
    (#"{"":0}"#, ["": 0]), (#"{"a":{"a":{"a":[]}}}"#, ["a": ["a": ["a": []]]]), (#"{"\u0061":1}"#, ["a": 1]),
  ]

  @Test(arguments: accepted.indices)
  func readsWhatTheGrammarAllows(index: Int) throws {
    let (text, value) = Self.accepted[index]
    #expect(try JSONValue(parsing: text) == value, "\(text)")
  }

  static let refused: [(text: String, failure: JSONFailure)] = [
    ("", .unexpectedEnd(offset: 0)), ("  ", .unexpectedEnd(offset: 2)),
    ("\u{FEFF}1", .unexpectedByte(0xEF, expected: "a value", offset: 0)),
    ("nul", .unexpectedEnd(offset: 3)), ("nulL", .unexpectedByte(0x4C, expected: "null", offset: 3)),
    ("True", .unexpectedByte(0x54, expected: "a value", offset: 0)), ("truee", .trailingBytes(offset: 4)),
    ("NaN", .unexpectedByte(0x4E, expected: "a value", offset: 0)),
    ("Infinity", .unexpectedByte(0x49, expected: "a value", offset: 0)), ("-Infinity", .invalidNumber(offset: 0)),
    ("01", .invalidNumber(offset: 0)), ("-01", .invalidNumber(offset: 0)), ("00", .invalidNumber(offset: 0)),
    ("+1", .unexpectedByte(0x2B, expected: "a value", offset: 0)), ("-", .invalidNumber(offset: 0)),
    ("--1", .invalidNumber(offset: 0)), ("1.", .invalidNumber(offset: 0)),
    (".5", .unexpectedByte(0x2E, expected: "a value", offset: 0)), ("1.e5", .invalidNumber(offset: 0)),
    ("1e", .invalidNumber(offset: 0)), ("1e+", .invalidNumber(offset: 0)), ("1e1.5", .trailingBytes(offset: 3)),
    ("0x10", .trailingBytes(offset: 1)), ("1_000", .trailingBytes(offset: 1)), ("1 2", .trailingBytes(offset: 2)),
    ("1e400", .numberTooLarge(offset: 0)), ("-1e400", .numberTooLarge(offset: 0)),
    ("1e999999999999", .numberTooLarge(offset: 0)), ("[1e999]", .numberTooLarge(offset: 1)),
    ("\"", .unexpectedEnd(offset: 1)), ("\"a", .unexpectedEnd(offset: 2)), ("\"\\", .unexpectedEnd(offset: 2)),
    (#""\"#, .unexpectedEnd(offset: 2)), (#""\x""#, .invalidEscape(offset: 1)), (#""\u12""#, .invalidEscape(offset: 1)),
    (#""\u12g4""#, .invalidEscape(offset: 1)), (#""\u"#, .unexpectedEnd(offset: 3)),
    (#""\U0041""#, .invalidEscape(offset: 1)), (#""\'""#, .invalidEscape(offset: 1)),
    (#""\uD800""#, .loneSurrogate(offset: 1)), (#""\uDC00""#, .loneSurrogate(offset: 1)),
    (#""\uD800\u0041""#, .loneSurrogate(offset: 1)), (#""\uD800\uD800""#, .loneSurrogate(offset: 1)),
    (#""\uD800\n""#, .loneSurrogate(offset: 1)), (#""\uD834"#, .unexpectedEnd(offset: 7)),
    ("\"\n\"", .controlCharacter(0x0A, offset: 1)), ("\"a\tb\"", .controlCharacter(0x09, offset: 2)),
    ("\"\0\"", .controlCharacter(0, offset: 1)), ("'a'", .unexpectedByte(0x27, expected: "a value", offset: 0)),
    ("[", .unexpectedEnd(offset: 1)), ("[1", .unexpectedEnd(offset: 2)), ("[1,", .unexpectedEnd(offset: 3)),
    ("[1,]", .unexpectedByte(0x5D, expected: "a value", offset: 3)),
    ("[,1]", .unexpectedByte(0x2C, expected: "a value", offset: 1)),
    ("[1,,2]", .unexpectedByte(0x2C, expected: "a value", offset: 3)),
    ("[1 2]", .unexpectedByte(0x32, expected: "a comma or ']'", offset: 3)),
    ("[1}", .unexpectedByte(0x7D, expected: "a comma or ']'", offset: 2)),
    ("]", .unexpectedByte(0x5D, expected: "a value", offset: 0)), ("[]]", .trailingBytes(offset: 2)),
    ("{", .unexpectedEnd(offset: 1)), ("{1:1}", .unexpectedByte(0x31, expected: "a string", offset: 1)),
    ("{a:1}", .unexpectedByte(0x61, expected: "a string", offset: 1)),
    (#"{"a"}"#, .unexpectedByte(0x7D, expected: "a colon", offset: 4)),
    (#"{"a":}"#, .unexpectedByte(0x7D, expected: "a value", offset: 5)), (#"{"a":1"#, .unexpectedEnd(offset: 6)),
    (#"{"a":1,}"#, .unexpectedByte(0x7D, expected: "a string", offset: 7)),
    (#"{"a":1 "b":2}"#, .unexpectedByte(0x22, expected: "a comma or '}'", offset: 7)),
    (#"{"a" 1}"#, .unexpectedByte(0x31, expected: "a colon", offset: 5)), ("{}{}", .trailingBytes(offset: 2)),
    (#"{"a":1,"a":1}"#, .duplicateKey("a", offset: 7)), (#"{"a":1,"\u0061":2}"#, .duplicateKey("a", offset: 7)),
    (#"{"x":{"a":1,"b":2,"a":3}}"#, .duplicateKey("a", offset: 18)),
    ("// comment\n1", .unexpectedByte(0x2F, expected: "a value", offset: 0)),
    ("1 /* comment */", .trailingBytes(offset: 2)), ("[1]\u{0}", .trailingBytes(offset: 3)),
    ("\u{A0}1", .unexpectedByte(0xC2, expected: "a value", offset: 0)),
    ("\u{0B}1", .unexpectedByte(0x0B, expected: "a value", offset: 0)),
  ]

  @Test(arguments: refused.indices)
  func refusesEverythingElse(index: Int) {
    let (text, failure) = Self.refused[index]
    #expect(throws: failure, "\(text)") { try JSONValue(parsing: text) }
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
      [0x61, 0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
  func refusesBadUTF8(content: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONFailure.invalidUTF8(offset: 1)) { try JSONValue(parsing: [quote] + content + [quote]) }
    let escaped = [quote] + Array(#"\n"#.utf8) + content + [quote]
    #expect(throws: JSONFailure.invalidUTF8(offset: 1)) { try JSONValue(parsing: escaped) }
  }

  @Test func limitsDepth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: JSONFailure.tooDeep(limit: 64, offset: 64)) { try JSONValue(parsing: nested(65)) }
    #expect(throws: JSONFailure.tooDeep(limit: 64, offset: 64)) { try JSONValue(parsing: nested(100_000)) }
    _ = try JSONValue(parsing: nested(512), depth: 1_000_000)
    #expect(throws: JSONFailure.tooDeep(limit: 512, offset: 512)) {
      try JSONValue(parsing: nested(513), depth: 1_000_000)
    }
    #expect(throws: JSONFailure.tooDeep(limit: 0, offset: 0)) { try JSONValue(parsing: "[]", depth: 0) }
    let objects = String(repeating: #"{"a":"#, count: 100_000)
    #expect(throws: JSONFailure.tooDeep(limit: 64, offset: 320)) { try JSONValue(parsing: objects) }
  }

  /// Elements of two bytes would take 24 each.
  @Test func limitsMemory() throws {
    func repeated(_ element: String, _ count: Int) -> [UInt8] {
      Array(("[" + String(repeating: element + ",", count: count) + "0]").utf8)
    }
    #expect(try JSONValue(parsing: repeated("0", 500_000)).array?.count == 500_001)
    for (element, count) in [
      ("0", 2_000_000), ("[0]", 800_000), (#"{"":0}"#, 400_000), (#""0123456789abcdef""#, 900_000),
    ] {
      guard
        case .tooManyValues(_, let offset)? = #expect(
          throws: JSONFailure.self,
          performing: {
            try JSONValue(parsing: repeated(element, count))
          })
      else {
        Issue.record("\(element) is not refused for its memory")
        continue
      }
      #expect(offset > 0)
    }
    // A vocabulary of half a million words, as the largest that are published.
    let words = (0..<500_000).map { "\"word\($0)\":\($0)" }
    let vocabulary = try JSONValue(parsing: "{" + words.joined(separator: ",") + "}")
    #expect(vocabulary["word499999"]?.int == 499_999)
  }

  /// A vocabulary has both; as Swift strings they are equal.
  @Test func tellsKeysApartByTheirBytes() throws {
    let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value["\u{E9}"]?.int == 1)
    #expect(value["e\u{301}"]?.int == 2)
    #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
  }

  @Test func everyTruncationOfAValidTextIsRefused() throws {
    let text = Array(#"{"a":[1,-2.5e3,true,null],"b\n\u00e9":{"c":"é😀"},"d":false}"#.utf8)
    _ = try JSONValue(parsing: text)
    for count in 0..<text.count {
      #expect(throws: JSONFailure.self) { try JSONValue(parsing: Array(text[..<count])) }
    }
  }

  /// No input crashes the reader, and what it accepts it writes and reads back.
  @Test func survivesEveryBitFlipAndRandomBytes() throws {
    let text = Array(#"{"a":[1,-2.5e3,true,null],"b\n\u00e9":{"c":"é😀"},"d":false}"#.utf8)
    for position in text.indices {
      for bit in 0..<8 {
        var changed = text
        changed[position] ^= 1 << bit
        checkRoundTrip(changed)
      }
    }
    var random = SystemRandomNumberGenerator()
    let words = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "D800", "\\uDC00", "1", "-", ".", "e", "0", "true", "null", " ",
      "é",
    ]
    for _ in 0..<20_000 {
      let soup = (0..<Int.random(in: 0..<24, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      checkRoundTrip(Array(soup.joined().utf8))
    }
  }

  private func checkRoundTrip(_ text: [UInt8]) {
    guard let value = try? JSONValue(parsing: text) else { return }
    #expect((try? JSONValue(parsing: value.bytes())) == value)
  }

  @Test func readsALargeVocabularyQuickly() throws {
    var text = #"{"vocab":{"#
    text += (0..<100_000).map { "\"piece\($0)\":\($0)" }.joined(separator: ",") + "}}"
    let start = ContinuousClock.now
    let value = try JSONValue(parsing: text)
    #expect(value["vocab"]?["piece99999"]?.int == 99_999)
    // It takes some 40 ms; a reader of quadratic time would need minutes.
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
