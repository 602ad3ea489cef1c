import Files
import Testing

struct JSONWriterTests {
  @Test func writesCompactly() {
    let value: JSONValue = ["a": [1, 2.5, true, .null], "b": [:], "c": [], "d": "x"]
    #expect(value.serialized() == #"{"a":[1,2.5,true,null],"b":{},"c":[],"d":"x"}"#)
  }

  @Test func writesPrettily() {
    let value: JSONValue = ["a": [1, [:]], "b": ["c": []]]
    #expect(
      value.serialized(pretty: true) == """
        {
          "a": [
            1,
            {}
          ],
          "b": {
            "c": []
          }
        }

        """)
  }

  @Test func keepsTheOrderOfKeys() throws {
    let text = #"{"z":1,"a":2,"m":3}"#
    #expect(try JSONValue(parsing: text).serialized() == text)
  }

  @Test func escapesOnlyWhatMustBe() {
    let text: JSONValue = "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}\u{2029}\u{202a}😀"
    #expect(
      text.serialized()
        == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}é" + #"\u2028\u2029"# + "\u{202a}😀\"")
  }

  @Test func writesNumbersThatComeBackAsTheSameBits() throws {
    var random = SystemRandomNumberGenerator()
    var numbers = [0.0, -0.0, 1, 0.1, 1e21, 1e-7, 123_456_789.125, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    for _ in 0..<20_000 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { numbers.append(number) }
    }
    for number in numbers {
      let text = JSONValue.number(number).serialized()
      #expect(try JSONValue(parsing: text).double?.bitPattern == number.bitPattern, "\(text)")
    }
  }

  @Test func hasNoWordForWhatIsNotFinite() {
    #expect(([.number(.nan), .number(.infinity), .number(-.infinity)] as JSONValue).serialized() == "[null,null,null]")
  }

  @Test func writesIntegersOfAllSizes() {
    #expect(([.integer(.min), .integer(.max)] as JSONValue).serialized() == "[\(Int.min),\(Int.max)]")
  }

  /// Random values come back as they were, compact and pretty.
  @Test func roundTripsRandomValues() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let value = Self.randomValue(depth: 4, using: &random)
      #expect(try JSONValue(parsing: value.bytes()) == value)
      #expect(try JSONValue(parsing: value.bytes(pretty: true)) == value)
    }
  }

  private static func randomValue(depth: Int, using random: inout SystemRandomNumberGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int.random(in: .min ... .max, using: &random))
    case 3: return .number(Double.random(in: -1e9...1e9, using: &random))
    case 4: return .string(randomText(using: &random))
    case 5:
      let count = Int.random(in: 0..<5, using: &random)
      return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &random) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0..<20, using: &random) {
        object[randomText(using: &random)] = randomValue(depth: depth - 1, using: &random)
      }
      return .object(object)
    }
  }

  private static func randomText(using random: inout SystemRandomNumberGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
      let scalar = UnicodeScalar(UInt32.random(in: 0..<0x11_0000, using: &random))
      text.unicodeScalars.append(scalar ?? UnicodeScalar(UInt8.random(in: 0..<128, using: &random)))
    }
    return text
  }
}
