import Files

/// What the keys of a schema say, each read strictly: a key of another kind than it should be is no key that says nothing.
extension SchemaPattern {
  private static let types: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]

  /// The types that a value may have.
  func types(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> [String] {
    guard let value = object["type"] else { throw .badSchema(path: path, reason: "it has no type") }
    let names = (value.array ?? [value]).map { $0.string ?? $0.serialized() }
    guard !names.isEmpty else { throw .badSchema(path: path, reason: "it has no type") }
    for name in names where !Self.types.contains(name) {
      throw .badSchema(path: path, reason: "the type \(name.quotedForMessage) is not known")
    }
    return names
  }

  /// The values of `const` or `enum`; nil where there is neither.
  func values(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> [JSONValue]? {
    guard let given = object["const"].map({ [$0] }) ?? object["enum"].map({ $0.array ?? [] }) else { return nil }
    guard !given.isEmpty else { throw .badSchema(path: path, reason: "enum must be a list of values") }
    if object["type"] != nil {
      let types = try types(object, path)
      for value in given where !types.contains(where: { Self.value(value, isOf: $0) }) {
        throw .badSchema(path: path, reason: "the value \(SettingField.shown(value)) is not of the type beside it")
      }
    }
    return given
  }

  private static func value(_ value: JSONValue, isOf type: String) -> Bool {
    switch type {
    case "null": value.isNull
    case "boolean": value.bool != nil
    case "integer": value.double.map { $0 == $0.rounded() } ?? false
    case "number": value.double != nil
    case "string": value.string != nil
    case "array": value.array != nil
    default: value.object != nil
    }
  }

  /// The choices of `anyOf`, or of `oneOf` where they exclude each other; nil where there is neither.
  func choices(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> [JSONValue]? {
    guard let value = object["anyOf"] ?? object["oneOf"] else { return nil }
    guard let choices = value.array, !choices.isEmpty else {
      throw .badSchema(path: path, reason: "anyOf and oneOf must be lists of schemas")
    }
    guard object["oneOf"] != nil else { return choices }
    for (index, one) in choices.enumerated() {
      for other in choices[(index + 1)...] where try !exclude(one, other, path, depth: 0) {
        throw .badSchema(
          path: path, reason: "the choices of oneOf must exclude each other by type or by a required const; use anyOf")
      }
    }
    return choices
  }

  /// Whether no value can hold both of two schemas, as their types or their values tell, or those of a property that both
  /// require.
  private func exclude(
    _ one: JSONValue, _ other: JSONValue, _ path: String, depth: Int
  ) throws(GenerationFailure) -> Bool {
    let (one, other) = (try resolved(one, path), try resolved(other, path))
    guard depth < 32 else { return false }
    for (object, against) in [(one, other), (other, one)] {
      guard let choices = (object["anyOf"] ?? object["oneOf"])?.array else { continue }
      for choice in choices where try !exclude(choice, .object(against), path, depth: depth + 1) { return false }
      return true
    }
    switch (try values(one, path), try values(other, path)) {
    case (let first?, let second?):
      return !first.contains { value in second.contains { Self.equal(value, $0) } }
    case (let values?, nil):
      let types = try types(other, path)
      return !values.contains { value in types.contains { Self.value(value, isOf: $0) } }
    case (nil, let values?):
      let types = try types(one, path)
      return !values.contains { value in types.contains { Self.value(value, isOf: $0) } }
    case (nil, nil): break
    }
    func kinds(_ object: JSONObject) throws(GenerationFailure) -> Set<String> {
      Set(try types(object, path).map { $0 == "integer" ? "number" : $0 })
    }
    let shared = try kinds(one).intersection(kinds(other))
    guard shared == ["object"] else { return shared.isEmpty }
    let (members, others) = (try properties(one, path), try properties(other, path))
    let required = try required(one, path).intersection(required(other, path))
    for name in required {
      if let first = members[name], let second = others[name], try exclude(first, second, path, depth: depth + 1) {
        return true
      }
    }
    return false
  }

  private static func equal(_ one: JSONValue, _ other: JSONValue) -> Bool {
    one == other || (one.double != nil && one.double == other.double)
  }

  private func resolved(_ schema: JSONValue, _ path: String) throws(GenerationFailure) -> JSONObject {
    var object = try checked(schema, path)
    for _ in 0..<32 where object["$ref"] != nil { object = try checked(target(of: object, path), path) }
    return object
  }

  /// What `$ref` points to.
  func target(of object: JSONObject, _ path: String) throws(GenerationFailure) -> JSONValue {
    guard let pointer = object["$ref"]?.string, pointer == "#" || pointer.hasPrefix("#/") else {
      throw .badSchema(path: path, reason: "$ref must point into the schema, as #/$defs/name does")
    }
    var value = root
    for step in pointer.split(separator: "/").dropFirst() {
      let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      let index = Int(name).flatMap { $0 >= 0 ? $0 : nil }
      guard let next = value.object?[name] ?? index.flatMap({ value.array?.dropFirst($0).first }) else {
        throw .badSchema(path: path, reason: "there is no \(pointer.quotedForMessage)")
      }
      value = next
    }
    return value
  }

  /// `properties`; none where the key is missing.
  func properties(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> JSONObject {
    guard let value = object["properties"] else { return JSONObject() }
    guard let members = value.object else { throw .badSchema(path: path, reason: "properties must be an object") }
    return members
  }

  /// `required`; none where the key is missing.
  func required(_ object: JSONObject, _ path: String) throws(GenerationFailure) -> Set<String> {
    guard let value = object["required"] else { return [] }
    let names = (value.array ?? []).compactMap(\.string)
    guard let array = value.array, names.count == array.count else {
      throw .badSchema(path: path, reason: "required must be a list of names")
    }
    return Set(names)
  }

  /// A least and a most count.
  func bounds(
    _ object: JSONObject, _ least: String, _ most: String, _ path: String
  ) throws(GenerationFailure) -> (least: Int, most: Int?) {
    var counts: [Int?] = []
    for key in [least, most] {
      guard let value = object[key] else {
        counts.append(nil)
        continue
      }
      guard let count = value.int, count >= 0 else {
        throw .badSchema(path: path, reason: "\(key) must be a whole number from 0")
      }
      counts.append(count)
    }
    let (low, high) = (counts[0] ?? 0, counts[1])
    guard high.map({ $0 >= low }) ?? true else {
      throw .badSchema(path: path, reason: "\(least) is more than \(most)")
    }
    return (low, high)
  }
}
