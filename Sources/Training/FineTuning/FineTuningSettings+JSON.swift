import Files
import Transformers

extension FineTuningSettings {
  /// For the state file and for reports.
  public var json: JSONValue {
    var json: JSONValue = [
      "batch": .integer(batch), "maximum_tokens": maximumTokens.map { .integer($0) } ?? .null,
      "smoothing": .number(smoothing), "dropout": .number(dropout), "loop": loop.json,
      "subword_sampling": JSONValue(subwordSampling), "token_dropout": .number(tokenDropout),
      "memory_limit": memoryLimit.map { .integer($0) } ?? .null,
    ]
    if let adapter { json["adapter"] = adapter.json }
    if let distillation { json["distillation"] = distillation.json }
    switch classWeights {
    case .none: json["class_weights"] = .null
    case .balanced: json["class_weights"] = "balanced"
    case .given(let weights): json["class_weights"] = .array(weights.map { .number(Double($0)) })
    }
    return json
  }

  /// Reads them back; nil where something is missing or unknown.
  public init?(json: JSONValue) {
    guard let loop = json["loop"].flatMap({ LoopSettings(json: $0) }), let batch = json["batch"]?.int,
      let smoothing = json["smoothing"]?.double, let dropout = json["dropout"]?.double,
      let weights = json["class_weights"]
    else { return nil }
    self.init(loop: loop)
    (self.batch, self.smoothing, self.dropout) = (batch, smoothing, dropout)
    maximumTokens = json["maximum_tokens"]?.int
    subwordSampling = json["subword_sampling"]?.double
    memoryLimit = json["memory_limit"]?.int
    tokenDropout = json["token_dropout"]?.double ?? 0
    if let distillation = json["distillation"] {
      guard let settings = DistillationSettings(json: distillation) else { return nil }
      self.distillation = settings
    }
    if let json = json["adapter"] {
      guard let adapter = LowRankSettings(json: json) else { return nil }
      self.adapter = adapter
    }
    if let array = weights.array {
      classWeights = .given(array.compactMap { $0.double.map { Float($0) } })
    } else {
      classWeights = weights.string == "balanced" ? .balanced : .none
    }
  }
}
