import Files
import Generation
import Testing

/// Random values after JSON schemas, judged by a plain validator.
@Suite struct SchemaPatternTests {
  static let schemas = [
    #"{"type":"null"}"#, #"{"type":"boolean"}"#, #"{"type":"integer"}"#, #"{"type":"number"}"#,
    #"{"type":"string","maxLength":6}"#, #"{"type":"string","minLength":2,"maxLength":3}"#,
    #"{"type":["string","null","boolean"],"maxLength":3}"#,
    #"{"enum":["red","gr\"een",3,null,{"a":[1]}]}"#, #"{"const":"a\\b\nc"}"#, #"{"type":"string","enum":["x","y"]}"#,
    #"{"type":"array","items":{"type":"boolean"},"maxItems":4}"#,
    #"{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2}"#,
    #"{"type":"array","items":{"type":"null"},"maxItems":0}"#,
    #"{"type":"object","properties":{"name":{"type":"string","maxLength":4},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}"#,
    #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}},"required":["b"]}"#,
    #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"boolean"}}}"#,
    #"{"type":"object","additionalProperties":{"type":"boolean"}}"#, #"{"type":"object","additionalProperties":false}"#,
    #"{"anyOf":[{"type":"integer"},{"type":"array","items":{"type":"boolean"},"maxItems":2}]}"#,
    #"{"oneOf":[{"type":"integer"},{"type":"string","maxLength":2},{"enum":[null,true]}]}"#,
    #"""
    {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"null"}},"required":["kind"]},
    {"type":"object","properties":{"kind":{"const":"b"}},"required":["kind"]}]}
    """#,
    #"{"type":"string","pattern":"^[a-z]{2}-[0-9]$"}"#, #"{"type":"string","pattern":"^.{3}$"}"#,
    #"{"type":"string","pattern":"^[\"\\\\\\n\\x01]{2,3}$"}"#, #"{"type":"string","pattern":"^(?:a|\"b\")\\$$"}"#,
    #"""
    {"$defs":{"leaf":{"type":"object","properties":{"v":{"type":"boolean"}},"required":["v"]}},
    "type":"array","items":{"$ref":"#/$defs/leaf"},"minItems":1,"maxItems":2,"title":"Leaves","description":"some"}
    """#,
  ]

  /// Whether a value holds a schema of those keys; as the standard says it, not as generation does.
  private func holds(_ value: JSONValue, _ schema: JSONValue, root: JSONValue) throws -> Bool {
    if let reference = schema["$ref"]?.string {
      let target = reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .null }
      return try holds(value, target, root: root)
    }
    if let wanted = schema["const"], wanted != value { return false }
    if let values = schema["enum"]?.array, !values.contains(value) { return false }
    if let choices = schema["anyOf"]?.array, try !choices.contains(where: { try holds(value, $0, root: root) }) {
      return false
    }
    if let choices = schema["oneOf"]?.array, try choices.count(where: { try holds(value, $0, root: root) }) != 1 {
      return false
    }
    if let type = schema["type"] {
      let name =
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number(let number): number == number.rounded() ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
      let types = (type.array ?? [type]).compactMap(\.string)
      guard types.contains(name) || (name == "integer" && types.contains("number")) else { return false }
    }
    if let text = value.string {
      let count = text.unicodeScalars.count
      guard count >= schema["minLength"]?.int ?? 0, count <= schema["maxLength"]?.int ?? .max else { return false }
      if let pattern = schema["pattern"]?.string {
        guard try Regex(pattern).matchingSemantics(.unicodeScalar).firstMatch(in: text) != nil else { return false }
      }
    }
    if let elements = value.array {
      guard elements.count >= schema["minItems"]?.int ?? 0, elements.count <= schema["maxItems"]?.int ?? .max
      else { return false }
      if let items = schema["items"], try !elements.allSatisfy({ try holds($0, items, root: root) }) { return false }
    }
    if let object = value.object {
      for name in schema["required"]?.array ?? [] where object[name.string ?? ""] == nil { return false }
      for (name, member) in object {
        let others = schema["additionalProperties"] ?? .bool(true)
        guard let wanted = schema["properties"]?[name] ?? (others.bool == nil ? others : nil) else {
          if others == .bool(false) { return false }
          continue
        }
        guard try holds(member, wanted, root: root) else { return false }
      }
    }
    return true
  }

  @Test("What is generated is JSON that holds the schema", arguments: schemas)
  func generated(_ text: String) throws {
    let schema = try JSONValue(parsing: text)
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer, endTokens: [2])
    var settings = GenerationSettings()
    (settings.temperature, settings.topK, settings.constraint) = (3, 0, .schema(text))
    var found: Set<String> = []
    for seed in 0..<25 {
      (settings.seed, settings.maxNewTokens) = (UInt64(seed), 60 + 10 * seed)
      let result = try generator.generate(["God"], settings: settings)[0]
      let value = try JSONValue(parsing: result.text)
      let isWhole = try holds(value, schema, root: schema)
      #expect(isWhole, "\(result.text)")
      found.insert(result.text)
    }
    #expect(
      found.count > 1 || text.contains("const") || text.contains("null")
        || text.contains("{\"type\":\"object\",\"additionalProperties\":false}"))
  }

  @Test("What a schema says and generation would not hold is refused by its name")
  func refused() throws {
    let refused: [(schema: String, words: [String])] = [
      (#"{"type":"integer","minimum":3}"#, ["minimum"]), (#"{"type":"string","format":"date"}"#, ["format"]),
      (#"{"type":"object"}"#, ["properties"]), (#"{"type":"array"}"#, ["items"]), (#"{}"#, ["no type"]),
      (
        #"{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":{"type":"null"}}"#,
        ["additionalProperties"]
      ),
      (#"{"type":"object","properties":{"a":{"type":"null"}},"required":["b"]}"#, ["\"b\"", "required"]),
      (#"{"type":"object","properties":{"a":{"type":"null"}},"required":"a"}"#, ["required", "list"]),
      (#"{"type":"object","properties":[]}"#, ["properties"]),
      (#"{"type":"object","properties":{"a":{"type":"null"}},"minProperties":1}"#, ["minProperties"]),
      (#"{"type":"array","items":{"type":"null"},"uniqueItems":true}"#, ["uniqueItems"]),
      (#"{"type":"array","items":{"type":"null"},"minItems":3,"maxItems":2}"#, ["minItems", "maxItems"]),
      (#"{"type":"string","minLength":1.5}"#, ["minLength"]), (#"{"type":"string","maxLength":-1}"#, ["maxLength"]),
      (#"{"type":"string","pattern":"abc"}"#, ["^"]), (#"{"type":"string","pattern":"^abc\\$"}"#, ["^"]),
      (#"{"type":"string","pattern":"^a$","maxLength":2}"#, ["pattern", "length"]),
      (#"{"type":"string","pattern":"^a)(b$"}"#, ["closing"]),
      (#"{"type":["string","thing"]}"#, ["thing"]), (#"{"type":[]}"#, ["type"]), (#"{"enum":[]}"#, ["enum"]),
      (#"{"enum":"a"}"#, ["enum"]), (#"{"type":"integer","enum":[1,"a"]}"#, ["\"a\"", "type"]),
      (#"{"const":1,"minimum":2}"#, ["minimum"]), (#"{"enum":["a"],"maxLength":2}"#, ["maxLength", "enum"]),
      (#"{"anyOf":[{"type":"null"}],"type":"object"}"#, ["type", "anyOf"]), (#"{"anyOf":[]}"#, ["anyOf"]),
      (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, ["oneOf"]),
      (#"{"oneOf":[{"enum":["a","b"]},{"enum":["b"]}]}"#, ["oneOf"]),
      (#"{"oneOf":[{"enum":["a","b"]},{"type":"string"}]}"#, ["oneOf"]),
      (#"{"allOf":[{"type":"integer"}]}"#, ["allOf"]), (#"{"not":{"type":"integer"}}"#, ["not"]),
      (##"{"$ref":"#/$defs/a"}"##, ["#/$defs/a"]), (#"{"$ref":"other.json"}"#, ["$ref"]),
      (##"{"$ref":"#"}"##, ["deep"]),
      (##"{"$ref":"#/anyOf/-1","$defs":{}}"##, ["#/anyOf/-1"]), (#"[1]"#, ["object"]), (#"{"#, ["JSON"]),
    ]
    for (schema, words) in refused {
      var settings = GenerationSettings()
      do throws(GenerationFailure) {
        try settings.set("json_schema", to: schema)
        Issue.record("\(schema) was accepted")
      } catch {
        #expect(words.allSatisfy { error.description.contains($0) }, "\(schema): \(error.description)")
      }
    }
  }
}
