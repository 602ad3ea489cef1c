import Files

/// A JSON schema as a regular expression.
///
/// `type`, `properties` with `required` (in the order of the schema; others do not come), `additionalProperties` (with a
/// schema where there are no `properties`), `items` with `minItems` and `maxItems`, `enum`, `const`, `anyOf`, `oneOf`
/// whose choices exclude each other, `minLength`, `maxLength` and `pattern`, and `$ref` to a part of the schema that does
/// not lead back to itself. What says something else about a value is refused by its name: what is generated would not
/// hold it.
struct SchemaPattern {
  private static let space = "[ ]?"
  private static let character =
    #"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u(?:[0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}))"#
  private static let integer = "-?(?:0|[1-9][0-9]{0,17})"
  private static let longest = 1 << 20

  /// Keys that say nothing about a value.
  private static let notes: Set<String> = [
    "title", "description", "$schema", "$id", "$comment", "$defs", "definitions", "default", "examples", "deprecated",
    "readOnly", "writeOnly",
  ]
  /// Keys each of which says all about a value, but for what a type beside `const` and `enum` says again.
  private static let wholes = ["$ref", "const", "enum", "anyOf", "oneOf"]
  /// Keys that say something about values of one type.
  private static let details: Set<String> = [
    "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength",
    "pattern",
  ]

  let root: JSONValue

  /// The pattern of a schema.
  static func pattern(of schema: JSONValue) throws(GenerationFailure) -> String {
    try SchemaPattern(root: schema).pattern(schema, "#", depth: 0)
  }

  /// A text as it stands.
  static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if #"\.[]{}()*+?|^$/-"#.unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  private func pattern(_ schema: JSONValue, _ path: String, depth: Int) throws(GenerationFailure) -> String {
    guard depth < 32 else { throw .badSchema(path: path, reason: "it is nested too deeply") }
    let object = try checked(schema, path)
    let result: String
    if object["$ref"] != nil {
      // One that leads back to itself becomes too deep.
      result = try pattern(target(of: object, path), path, depth: depth + 1)
    } else if let values = try values(object, path) {
      result = Self.group(values.map { Self.quoted($0.serialized()) })
    } else if let choices = try choices(object, path) {
      var parts: [String] = []
      for (index, choice) in choices.enumerated() {
        parts.append(try pattern(choice, "\(path)/\(index)", depth: depth + 1))
      }
      result = Self.group(parts)
    } else {
      var parts: [String] = []
      for type in try types(object, path) { parts.append(try pattern(type, object, path, depth)) }
      result = Self.group(parts)
    }
    guard result.utf8.count <= Self.longest else { throw .badSchema(path: path, reason: "it is too large") }
    return result
  }

  /// The keys of a schema, none of them unknown, and none beside another that it would change.
  func checked(_ schema: JSONValue, _ path: String) throws(GenerationFailure) -> JSONObject {
    guard let object = schema.object else { throw .badSchema(path: path, reason: "an object is expected") }
    for (key, _) in object where !Self.notes.contains(key) && !Self.details.contains(key) && key != "type" {
      guard Self.wholes.contains(key) else {
        throw .badSchema(path: path, reason: "\(key.quotedForMessage) is not supported")
      }
      for (other, _) in object where other != key && !Self.notes.contains(other) {
        let isAgain = other == "type" && (key == "const" || key == "enum")
        guard isAgain else {
          throw .badSchema(
            path: path, reason: "\(other.quotedForMessage) beside \(key.quotedForMessage) is not supported")
        }
      }
    }
    return object
  }

  private func pattern(
    _ type: String, _ object: JSONObject, _ path: String, _ depth: Int
  ) throws(GenerationFailure) -> String {
    switch type {
    case "null": return "null"
    case "boolean": return "(?:true|false)"
    case "integer": return Self.integer
    case "number": return Self.integer + "(?:\\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?"
    case "string": return try stringPattern(object, path)
    case "array":
      guard let items = object["items"] else { throw .badSchema(path: path, reason: "an array needs items") }
      let item = Self.group([try pattern(items, path + "/items", depth: depth + 1)])
      let (least, most) = try bounds(object, "minItems", "maxItems", path)
      if most == 0 { return "\\[\\]" }
      let rest = "(?:,\(Self.space)\(item))" + Self.count(max(0, least - 1), most.map { $0 - 1 })
      return least > 0 ? "\\[\(item)\(rest)\\]" : "\\[(?:\(item)\(rest))?\\]"
    default: return try objectPattern(object, path, depth)
    }
  }

  private func stringPattern(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> String {
    let (least, most) = try bounds(object, "minLength", "maxLength", path)
    guard let value = object["pattern"] else { return "\"" + Self.character + Self.count(least, most) + "\"" }
    guard object["minLength"] == nil, object["maxLength"] == nil else {
      throw .badSchema(path: path, reason: "a length beside \("pattern".quotedForMessage) is not supported")
    }
    guard let pattern = value.string, pattern.count > 1, pattern.hasPrefix("^"), pattern.hasSuffix("$"),
      pattern.dropLast().reversed().prefix(while: { $0 == "\\" }).count % 2 == 0
    else { throw .badSchema(path: path, reason: "a pattern must begin with ^ and end with $") }
    _ = try PatternParser.graph(of: pattern)
    return "\"(?\"" + pattern.dropFirst().dropLast() + ")\""
  }

  /// Which property is the first is open until one comes; behind it each has its comma.
  private func objectPattern(
    _ object: JSONObject, _ path: String, _ depth: Int
  ) throws(GenerationFailure) -> String {
    let members = try properties(object, path)
    let required = try required(object, path)
    if let missing = required.first(where: { members[$0] == nil }) {
      throw .badSchema(path: path, reason: "the property \(missing.quotedForMessage) is required, and has no schema")
    }
    let others = object["additionalProperties"] ?? .bool(true)
    if members.isEmpty, others != .bool(false) {
      guard others != .bool(true) else {
        throw .badSchema(path: path, reason: "an object needs properties, or a schema as additionalProperties")
      }
      let value = try pattern(others, path + "/additionalProperties", depth: depth + 1)
      let member = "\"\(Self.character)*\":\(Self.space)(?:\(value))"
      return "\\{(?:\(member)(?:,\(Self.space)\(member))*)?\\}"
    }
    guard others.bool != nil else {
      throw .badSchema(path: path, reason: "additionalProperties beside properties must be true or false")
    }
    var properties: [(pattern: String, isRequired: Bool)] = []
    for (name, schema) in members {
      let value = try pattern(schema, "\(path)/properties/\(name)", depth: depth + 1)
      properties.append(
        (
          Self.quoted(JSONValue.string(name).serialized()) + ":" + Self.space + "(?:\(value))",
          required.contains(name)
        ))
    }
    func rest(_ first: Int) -> String {
      properties[first...].map { "(?:,\(Self.space)\($0.pattern))" + ($0.isRequired ? "" : "?") }.joined()
    }
    var choices: [String] = []
    var needsOne = false
    for (index, property) in properties.enumerated() {
      choices.append(property.pattern + rest(index + 1))
      needsOne = property.isRequired
      if needsOne { break }
    }
    if !needsOne { choices.append("") }
    return "\\{" + Self.group(choices) + "\\}"
  }

  private static func count(_ least: Int, _ most: Int?) -> String { "{\(least),\(most.map { "\($0)" } ?? "")}" }

  private static func group(_ parts: [String]) -> String { "(?:" + parts.joined(separator: "|") + ")" }
}
