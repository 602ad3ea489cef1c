import Files

extension GenerationSettings {
  /// Reads the content of a `generation_config.json`.
  ///
  /// What it does not name keeps its default here.
  public init(json: JSONValue) throws(GenerationFailure) {
    self.init()
    try apply(json)
  }

  /// Takes over what an object names, under the names of `generation_config.json`; keys that mean nothing here are
  /// kept in `otherKeys`.
  public mutating func apply(_ json: JSONValue) throws(GenerationFailure) {
    guard let object = json.object else {
      throw .badSetting(name: "generation_config.json", expected: "an object", found: json.kindName)
    }
    for (name, value) in object {
      if let field = SettingField.named(name), field.isInFile || name == "seed" {
        // transformers writes null for what is not set.
        if !value.isNull { try field.write(value, &self) }
      } else {
        otherKeys[name] = value
      }
    }
  }

  /// The content of a `generation_config.json`: every setting that differs from its neutral value, and the keys that
  /// were kept.
  ///
  /// `temperature` 0 is written as transformers has it, `do_sample` false.
  public var json: JSONValue {
    var object = JSONObject()
    for field in SettingField.all where field.isInFile {
      let value = field.read(self)
      if !field.isNeutral(value) { object[field.name] = value }
    }
    if isGreedy {
      object["do_sample"] = false
      if temperature == 0 { object["temperature"] = nil }
    }
    for (name, value) in otherKeys { object[name] = value }
    return .object(object)
  }

  /// Every setting with its value and what it does, for people.
  public var described: [(name: String, value: String, summary: String)] {
    SettingField.all.map { field in
      let value = field.read(self)
      guard !value.isNull else { return (field.name, "-", field.summary) }
      // A text that could be read as a quoted one is quoted.
      let plain = value.string.flatMap { text in (try? JSONValue(parsing: text))?.string == nil ? text : nil }
      return (field.name, plain ?? value.serialized(), field.summary)
    }
  }

  /// Sets one setting by its name in `generation_config.json`, or a name that other programs have for it, to a value
  /// that a person typed: `0.7`, `true`, `[[5, 3]]`; for texts and lists of texts also without quotes.
  public mutating func set(_ name: String, to text: String) throws(GenerationFailure) {
    let field = try Self.field(name)
    let value = (try? JSONValue(parsing: text)) ?? .string(text)
    // A stop string may look like a number.
    if field.isText, value.array == nil, value.string == nil {
      try field.write(.string(text), &self)
    } else {
      try field.write(value, &self)
    }
  }

  /// Sets one setting as a person asks for it: whoever names a way of drawing tokens wants them to be drawn, whoever names
  /// beams does not, whatever the model's own settings say.
  public mutating func request(_ name: String, as text: String) throws(GenerationFailure) {
    let field = try Self.field(name)
    try set(name, to: text)
    if field.isAboutDrawing, !field.isNeutral(field.read(self)) { doSample = true }
    if field.name == "num_beams", numBeams > 1 { doSample = false }
  }

  /// Sets one setting back to its default, or to what it is in other settings.
  public mutating func reset(_ name: String, to other: GenerationSettings = .init()) throws(GenerationFailure) {
    let field = try Self.field(name)
    let value = field.read(other)
    if value.isNull { field.clear(&self) } else { try field.write(value, &self) }
  }

  /// The names of all settings.
  public static var names: [String] { SettingField.all.map(\.name) }

  private static func field(_ name: String) throws(GenerationFailure) -> SettingField {
    if let field = SettingField.named(name) { return field }
    throw .unknownSetting(name: name, suggestion: SettingField.nearest(to: name))
  }

  /// Settings of transformers that were found in a file, ask for something, and have no effect here.
  public var ignoredSettings: [String] {
    let neutral: [String: [JSONValue]] = [
      "max_length": [20], "num_beam_groups": [1], "num_return_sequences": [1],
      "diversity_penalty": [0, 0.0],
      "epsilon_cutoff": [0, 0.0], "eta_cutoff": [0, 0.0], "top_h": [], "penalty_alpha": [], "guidance_scale": [1, 1.0],
      "forced_bos_token_id": [], "forced_eos_token_id": [], "begin_suppress_tokens": [.array([])],
      "exponential_decay_length_penalty": [], "max_time": [], "watermarking_config": [], "constraints": [],
      "force_words_ids": [], "encoder_repetition_penalty": [1, 1.0], "encoder_no_repeat_ngram_size": [0],
    ]
    return otherKeys.compactMap { name, value in
      guard let values = neutral[name], !value.isNull, !values.contains(value) else { return nil }
      return name
    }
  }
}
