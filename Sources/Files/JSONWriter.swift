extension JSONValue {
  /// The value as a JSON text, always the same bytes for the same value.
  ///
  /// Only what must be escaped is, and the two line separators that break JavaScript. Numbers are written with as
  /// few digits as bring back the same double. JSON has no word for a number that is not finite: it becomes `null`.
  ///
  /// - Parameter pretty: one element a line, two spaces for each level, and a newline at the end.
  public func serialized(pretty: Bool = false) -> String {
    String(decoding: bytes(pretty: pretty), as: UTF8.self)
  }

  /// The value as the bytes of a JSON text: see `serialized(pretty:)`.
  public func bytes(pretty: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indentation: pretty ? 0 : nil)
    if pretty { output.append(UInt8(ascii: "\n")) }
    return output
  }

  private func write(to output: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .number(let value): output += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let value): Self.write(value, to: &output)
    case .array(let elements):
      Self.writeList(elements, "[", "]", to: &output, indentation) { element, output, indentation in
        element.write(to: &output, indentation: indentation)
      }
    case .object(let object):
      Self.writeList(object, "{", "}", to: &output, indentation) { entry, output, indentation in
        Self.write(entry.0, to: &output)
        output += (indentation == nil ? ":" : ": ").utf8
        entry.1.write(to: &output, indentation: indentation)
      }
    }
  }

  private static func writeList<Elements: Sequence>(
    _ elements: Elements, _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, to output: inout [UInt8],
    _ indentation: Int?, _ writeElement: (Elements.Element, inout [UInt8], Int?) -> Void
  ) {
    output.append(UInt8(ascii: opening))
    var isEmpty = true
    for element in elements {
      if !isEmpty { output.append(UInt8(ascii: ",")) }
      isEmpty = false
      newLine(to: &output, indentation.map { $0 + 2 })
      writeElement(element, &output, indentation.map { $0 + 2 })
    }
    if !isEmpty { newLine(to: &output, indentation) }
    output.append(UInt8(ascii: closing))
  }

  private static func newLine(to output: inout [UInt8], _ indentation: Int?) {
    guard let indentation else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""): output += #"\""#.utf8
        case UInt8(ascii: "\\"): output += #"\\"#.utf8
        case 0x08: output += #"\b"#.utf8
        case 0x09: output += #"\t"#.utf8
        case 0x0A: output += #"\n"#.utf8
        case 0x0C: output += #"\f"#.utf8
        case 0x0D: output += #"\r"#.utf8
        case 0..<0x20: output += (byte < 0x10 ? "\\u000" : "\\u00").utf8 + Array(String(byte, radix: 16).utf8)
        case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8:
          // U+2028 and U+2029, which end a line in JavaScript.
          output += (bytes[index + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#).utf8
          index += 2
        default: output.append(byte)
        }
        index += 1
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
