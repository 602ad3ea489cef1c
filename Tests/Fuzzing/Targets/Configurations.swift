import Files
import Generation
import Transformers

extension FuzzTarget {
  /// JSON, and what is made of it.
  static let configurations = [
    FuzzTarget(name: "json") { bytes, _ in
      let value = try JSONValue(parsing: bytes)
      // What was read is written so that it is read again as the same.
      guard try JSONValue(parsing: value.bytes()) == value, try JSONValue(parsing: value.bytes(pretty: true)) == value
      else { fatalError("written otherwise than it was read") }
    },
    FuzzTarget(name: "config-json") { bytes, _ in
      let configuration = try TransformerConfiguration(json: try JSONValue(parsing: bytes))
      // What would take more memory than a small model has is refused, or not asked for here.
      guard configuration.layers <= 8, configuration.vocabularySize <= 4096, configuration.width <= 256,
        configuration.innerWidth <= 1024, configuration.maximumLength <= 4096
      else { return }
      _ = try Transformer(configuration)
      _ = try TransformerConfiguration(json: configuration.json)
    },
    FuzzTarget(name: "generation-json") { bytes, _ in
      _ = try GenerationSettings(json: try JSONValue(parsing: bytes))
    },
  ]
}
