import Files
import Layers

extension TransformerConfiguration {
  /// `config.json` as Hugging Face's library reads it, all keys that matter written out.
  public var json: JSONValue {
    let keys = ConfigurationKeys(family)
    var json = JSONObject()
    json["architectures"] = .array(
      Self.architecture(family, head, hasHeadNorms: hasHeadNorms).map { [.string($0)] } ?? [])
    json["model_type"] = .string(modelType)
    json["dtype"] = "float32"
    json["vocab_size"] = .integer(vocabularySize)
    json[keys.width] = .integer(width)
    json[keys.layers] = .integer(layers)
    json[keys.heads] = .integer(heads)
    json[keys.innerWidth] = .integer(innerWidth)
    json[keys.maximumPositions] = .integer(maximumPositions)
    json[keys.activation] = .string(activation.configurationName)
    json[keys.normEpsilon] = .number(normEpsilon)
    writeFamily(to: &json)
    json[keys.attentionDropout] = .number(attentionDropout)
    if family != .llama || embeddingDropout > 0 { json[keys.embeddingDropout] = .number(embeddingDropout) }
    if family != .llama || residualDropout > 0 { json[keys.residualDropout] = .number(residualDropout) }
    if let classifierDropout { json["classifier_dropout"] = .number(classifierDropout) }
    json["initializer_range"] = .number(initializerRange)
    json["tie_word_embeddings"] = .bool(tiesEmbeddings)
    json["use_cache"] = true
    if fillsMasks { json["masked_next_token"] = true }
    if seesBothWays { json["is_causal"] = false }
    json["bos_token_id"] = beginToken.map(JSONValue.integer) ?? .null
    json["eos_token_id"] =
      endTokens.count > 1 ? .array(endTokens.map(JSONValue.integer)) : endTokens.first.map(JSONValue.integer) ?? .null
    json["pad_token_id"] = paddingToken.map(JSONValue.integer) ?? .null
    if head == .sequenceClassification || head == .tokenClassification { writeLabels(to: &json) }
    return .object(json)
  }

  private func writeFamily(to json: inout JSONObject) {
    switch family {
    case .gpt2:
      // Converters to other formats read this older name of n_positions.
      json["n_ctx"] = .integer(maximumPositions)
      json["scale_attn_weights"] = true
    case .llama:
      json["num_key_value_heads"] = .integer(keyHeads)
      json["head_dim"] = .integer(headWidth)
      json["attention_bias"] = .bool(hasAttentionBias)
      if hasHeadNorms {
        json["use_sliding_window"] = false
      } else {
        json["mlp_bias"] = .bool(hasFeedForwardBias)
      }
      let scaling = rotary.scalingJSON
      json["rope_theta"] = .number(rotary.base)
      json["rope_scaling"] = rotary.scaling == .none ? .null : .object(scaling)
      var parameters = scaling
      parameters["rope_theta"] = .number(rotary.base)
      json["rope_parameters"] = .object(parameters)
    case .bert, .roberta:
      json["type_vocab_size"] = .integer(segmentTypes)
      json["position_embedding_type"] = "absolute"
    }
  }

  private func writeLabels(to json: inout JSONObject) {
    var names = JSONObject(), numbers = JSONObject()
    for (index, label) in labels.enumerated() {
      names["\(index)"] = .string(label)
      numbers[label] = .integer(index)
    }
    json["id2label"] = .object(names)
    json["label2id"] = .object(numbers)
    if head == .sequenceClassification { json["problem_type"] = .string(resolvedProblemType.rawValue) }
  }
}

extension RotaryFrequencies {
  fileprivate var scalingJSON: JSONObject {
    switch scaling {
    case .none: ["rope_type": "default"]
    case .linear(let factor): ["rope_type": "linear", "factor": .number(factor)]
    case .llama3(let factor, let lowFactor, let highFactor, let originalPositions):
      [
        "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(lowFactor),
        "high_freq_factor": .number(highFactor), "original_max_position_embeddings": .integer(originalPositions),
      ]
    }
  }
}
