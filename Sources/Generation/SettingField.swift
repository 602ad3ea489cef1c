import Files

/// One setting: its name, its range, and how it is read from and written to JSON.
///
/// Files, commands and the prompt all go through this table, so a value that one refuses is refused by all in the same
/// words.
struct SettingField: Sendable {
  typealias Path<Value> = any WritableKeyPath<GenerationSettings, Value> & Sendable

  let name: String
  let summary: String
  /// What other programs call it.
  var aliases: [String] = []
  /// Whether `generation_config.json` has it.
  var isInFile = true
  /// Whether whoever asks for it wants tokens to be drawn.
  var isAboutDrawing: Bool { ["temperature", "top_k", "top_p", "min_p", "typical_p", "best_of"].contains(name) }
  /// Whether it is a text or a list of texts.
  var isText = false
  let read: @Sendable (GenerationSettings) -> JSONValue
  let write: @Sendable (JSONValue, inout GenerationSettings) throws(GenerationFailure) -> Void
  /// Unsets what may be unset.
  var clear: @Sendable (inout GenerationSettings) -> Void = { _ in }
  /// Whether a file may leave the value out, because transformers and this package take it for granted.
  var isNeutral: @Sendable (JSONValue) -> Bool = { _ in false }

  static func named(_ name: String) -> SettingField? {
    let name = String(name.map { $0 == "-" ? "_" : $0 })
    return all.first { $0.name == name || $0.aliases.contains(name) }
  }

  /// The setting whose name is most like the given one, if any is like it at all.
  static func nearest(to name: String) -> String? {
    let names = all.flatMap { [$0.name] + $0.aliases }
    return Suggestion.nearest(to: name, among: names).flatMap { named($0)?.name }
  }
}

extension SettingField {
  static func integer(
    _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, aliases: [String] = [], neutral: Int? = nil,
    isInFile: Bool = true, _ summary: String
  ) -> SettingField {
    SettingField(
      name: name, summary: summary, aliases: aliases, isInFile: isInFile, read: { .integer($0[keyPath: path]) },
      write: { (value, settings) throws(GenerationFailure) in
        settings[keyPath: path] = try Self.integer(value, name: name, range)
      },
      isNeutral: { $0.int != nil && $0.int == neutral })
  }

  static func number(
    _ name: String, _ path: Path<Float>, _ range: ClosedRange<Float>, excludesLowest: Bool = false,
    aliases: [String] = [], neutral: Float? = nil, _ summary: String
  ) -> SettingField {
    SettingField(
      name: name, summary: summary, aliases: aliases, read: { number($0[keyPath: path]) },
      write: { (value, settings) throws(GenerationFailure) in
        let number = value.double.map { Float($0) }
        guard let number, range.contains(number), !excludesLowest || number > range.lowerBound else {
          let low = excludesLowest ? "above \(plain(range.lowerBound))" : "from \(plain(range.lowerBound))"
          let expected = "a number \(low)\(excludesLowest ? ", at most" : " to") \(plain(range.upperBound))"
          throw .badSetting(name: name, expected: expected, found: shown(value))
        }
        settings[keyPath: path] = number
      },
      isNeutral: { $0.double != nil && $0.double.map { Float($0) } == neutral })
  }

  /// The number with as few digits as bring back the same float: 0.7, not 0.699999988.
  static func number(_ value: Float) -> JSONValue {
    value.isFinite ? .number(Double("\(value)") ?? Double(value)) : .null
  }

  static func flag(
    _ name: String, _ path: Path<Bool>, neutral: Bool? = nil, _ summary: String
  ) -> SettingField {
    SettingField(
      name: name, summary: summary, read: { .bool($0[keyPath: path]) },
      write: { (value, settings) throws(GenerationFailure) in
        guard let flag = value.bool else {
          throw .badSetting(name: name, expected: "true or false", found: shown(value))
        }
        settings[keyPath: path] = flag
      },
      isNeutral: { $0.bool != nil && $0.bool == neutral })
  }

  static func plain(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e7 ? "\(Int(value))" : "\(value)"
  }

  /// A value for a message, at most 60 characters of it.
  static func shown(_ value: JSONValue) -> String {
    let text = value.serialized()
    return text.count <= 60 ? text : text.prefix(59) + "…"
  }

  static func integer(
    _ value: JSONValue, name: String, _ range: ClosedRange<Int>
  ) throws(GenerationFailure) -> Int {
    guard let integer = value.int, range.contains(integer) else {
      let expected =
        range.upperBound == Int.max
        ? "a whole number, at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
      throw .badSetting(name: name, expected: expected, found: shown(value))
    }
    return integer
  }

  /// A token identifier, of any vocabulary.
  static func token(_ value: JSONValue, name: String) throws(GenerationFailure) -> Int32 {
    guard let integer = value.int, let token = Int32(exactly: integer), token >= 0 else {
      throw .badSetting(name: name, expected: "made of token identifiers, whole numbers from 0", found: shown(value))
    }
    return token
  }

  static func tokens(_ value: JSONValue, name: String) throws(GenerationFailure) -> [Int32] {
    guard let array = value.array else { return [try token(value, name: name)] }
    var tokens: [Int32] = []
    for element in array { tokens.append(try token(element, name: name)) }
    return tokens
  }
}
