import Files

/// A JSON schema as a regular expression.
///
/// `type`, `properties` with `required` (in the order of the schema; others do not come), `items` with `minItems` and
/// `maxItems`, `enum`, `const`, `anyOf`, `oneOf`, `minLength`, `maxLength` and `pattern`. What says something else about
/// a value, `$ref` above all, is refused: what is generated would not hold it.
enum SchemaPattern {
  private static let space = "[ ]?"
  private static let character = #"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})"#
  private static let integer = "-?(?:0|[1-9][0-9]{0,17})"
  private static let known: Set<String> = [
    "type", "properties", "required", "items", "minItems", "maxItems", "enum", "const", "anyOf", "oneOf", "minLength",
    "maxLength", "pattern", "additionalProperties", "title", "description", "$schema", "$id", "default", "examples",
  ]

  /// The pattern of a schema.
  static func pattern(of schema: JSONValue) throws(GenerationFailure) -> String { try pattern(schema, "#", depth: 0) }

  /// A text as it stands.
  static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if #"\.[]{}()*+?|^$/-"#.unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  private static func pattern(
    _ schema: JSONValue, _ path: String, depth: Int
  ) throws(GenerationFailure) -> String {
    guard depth < 32 else { throw .badSchema(path: path, reason: "it is nested too deeply") }
    guard let object = schema.object else { throw .badSchema(path: path, reason: "an object is expected") }
    for (key, _) in object where !known.contains(key) {
      throw .badSchema(path: path, reason: "\(key.quotedForMessage) is not supported")
    }
    if let value = object["const"] { return quoted(value.serialized()) }
    if let values = object["enum"]?.array, !values.isEmpty {
      return group(values.map { quoted($0.serialized()) })
    }
    for key in ["anyOf", "oneOf"] {
      guard let choices = object[key]?.array, !choices.isEmpty else { continue }
      var parts: [String] = []
      for (index, choice) in choices.enumerated() {
        parts.append(try pattern(choice, "\(path)/\(key)/\(index)", depth: depth + 1))
      }
      return group(parts)
    }
    if let types = object["type"]?.array {
      var parts: [String] = []
      for type in types { parts.append(try pattern(type.string ?? "", object, path, depth)) }
      return group(parts)
    }
    guard let type = object["type"]?.string else { throw .badSchema(path: path, reason: "it has no type") }
    return try pattern(type, object, path, depth)
  }

  private static func pattern(
    _ type: String, _ object: JSONObject, _ path: String, _ depth: Int
  ) throws(GenerationFailure) -> String {
    switch type {
    case "null": return "null"
    case "boolean": return "(?:true|false)"
    case "integer": return integer
    case "number": return integer + "(?:\\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?"
    case "string":
      if let pattern = object["pattern"]?.string {
        let anchored = pattern.hasPrefix("^") && pattern.hasSuffix("$")
        guard anchored else { throw .badSchema(path: path, reason: "a pattern must begin with ^ and end with $") }
        return "\"(?:" + pattern.dropFirst().dropLast() + ")\""
      }
      return "\"" + character + count(object["minLength"]?.int, object["maxLength"]?.int) + "\""
    case "array":
      guard let items = object["items"] else { throw .badSchema(path: path, reason: "an array needs items") }
      let item = "(?:" + (try pattern(items, path + "/items", depth: depth + 1)) + ")"
      let (least, most) = (object["minItems"]?.int ?? 0, object["maxItems"]?.int)
      if most == 0 { return "\\[\\]" }
      let rest = "(?:,\(space)\(item))" + count(max(0, least - 1), most.map { $0 - 1 })
      return least > 0 ? "\\[\(item)\(rest)\\]" : "\\[(?:\(item)\(rest))?\\]"
    case "object": return try objectPattern(object, path, depth)
    default: throw .badSchema(path: path, reason: "the type \(type.quotedForMessage) is not known")
    }
  }

  /// Which property is the first is open until one comes; behind it each has its comma.
  private static func objectPattern(
    _ object: JSONObject, _ path: String, _ depth: Int
  ) throws(GenerationFailure) -> String {
    let required = Set((object["required"]?.array ?? []).compactMap(\.string))
    var properties: [(pattern: String, isRequired: Bool)] = []
    for (name, schema) in object["properties"]?.object ?? JSONObject() {
      let value = try pattern(schema, "\(path)/properties/\(name)", depth: depth + 1)
      properties.append(
        (quoted(JSONValue.string(name).serialized()) + ":" + space + "(?:\(value))", required.contains(name)))
    }
    func rest(_ first: Int) -> String {
      properties[first...].map { "(?:,\(space)\($0.pattern))" + ($0.isRequired ? "" : "?") }.joined()
    }
    var choices: [String] = []
    var needsOne = false
    for (index, property) in properties.enumerated() {
      choices.append(property.pattern + rest(index + 1))
      needsOne = property.isRequired
      if needsOne { break }
    }
    if !needsOne { choices.append("") }
    return "\\{" + group(choices) + "\\}"
  }

  private static func count(_ least: Int?, _ most: Int?) -> String {
    "{\(least ?? 0),\(most.map { "\($0)" } ?? "")}"
  }

  private static func group(_ parts: [String]) -> String { "(?:" + parts.joined(separator: "|") + ")" }
}
