import Files

/// What a whole new text must be.
///
/// It is compared from its first character on: where a space belongs between prompt and text, it belongs to one of them.
public enum TextConstraint: Sendable, Hashable {
  /// A match of a regular expression.
  case regex(String)
  /// JSON after a schema, which is itself JSON.
  case schema(String)
  /// One of some texts.
  case choices([String])

  /// The graph of the texts that hold it.
  var graph: BytePatternGraph {
    get throws(GenerationFailure) {
      switch self {
      case .regex(let pattern): return try PatternParser.graph(of: pattern)
      case .choices(let choices):
        return try PatternParser.graph(of: choices.map { SchemaPattern.quoted($0) }.joined(separator: "|"))
      case .schema(let text):
        guard let schema = try? JSONValue(parsing: text) else {
          throw .badSchema(path: "#", reason: "it is no JSON")
        }
        return try PatternParser.graph(of: SchemaPattern.pattern(of: schema), knowsJSON: true)
      }
    }
  }

  /// The names of the settings that ask for one.
  static let settings = "regex, json_schema and choices"
}
