import ArgumentParser
import Swiftlet

/// How text is generated: the settings by their names in `generation_config.json`, with hyphens.
struct GenerationOptions: ParsableArguments {
  @Option(name: [.customLong("max-tokens"), .customLong("max-new-tokens")], help: "Most tokens to generate.")
  var maxTokens: String?

  @Option(name: .long, help: "Tokens before the text may end by itself.")
  var minNewTokens: String?

  @Option(name: .long, help: "Below 1 plainer, above 1 wilder; 0 takes the likeliest token (greedy).")
  var temperature: String?

  @Option(name: .long, help: "Draw from so many of the likeliest tokens; 0 for all.")
  var topK: String?

  @Option(name: .long, help: "Draw from the likeliest tokens that together have this probability.")
  var topP: String?

  @Option(name: .long, help: "Draw from tokens at least this many times as likely as the likeliest.")
  var minP: String?

  @Option(name: .long, help: "Draw from the most typical tokens that together have this probability.")
  var typicalP: String?

  @Option(name: .long, help: "Above 1 makes tokens that were there already less likely.")
  var repetitionPenalty: String?

  @Option(name: .long, help: "Taken from tokens that the new text has already.")
  var presencePenalty: String?

  @Option(name: .long, help: "Taken from tokens for each time that the new text has them.")
  var frequencyPenalty: String?

  @Option(name: .long, help: "No run of so many tokens comes twice.")
  var noRepeatNgramSize: String?

  @Option(
    name: [.customLong("stop"), .customLong("stop-strings")], parsing: .unconditionalSingleValue,
    help: "End the text before this; may be given several times.")
  var stop: [String] = []

  @Option(
    name: [.customLong("context-end"), .customLong("on-full")],
    help: "When the context is full: stop, or slide and forget the older half.")
  var contextEnd: String?

  @Option(name: .long, help: "Draw so many texts, and keep that of the likeliest tokens on the average.")
  var bestOf: String?

  @Option(name: .long, help: "Look for the likeliest text on so many ways (beam search); greedy.")
  var numBeams: String?

  @Option(name: .long, help: "Above 0 discourages going on with a repetition (DRY).")
  var dryMultiplier: String?

  @Option(name: .long, parsing: .unconditional, help: "The text must match this regular expression.")
  var regex: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("The text must be JSON after this schema.", valueName: "json or file"))
  var jsonSchema: String?

  @Option(
    name: .customLong("choice"), parsing: .unconditionalSingleValue,
    help: "The text must be one of these; may be given several times.")
  var choices: [String] = []

  @Option(name: .customLong("set"), help: ArgumentHelp("Any other setting.", valueName: "name=value"))
  var others: [String] = []

  /// The settings of a model, changed by what was asked for.
  func settings(from model: GenerationSettings, seed: UInt64) throws -> GenerationSettings {
    if [regex != nil, jsonSchema != nil, !choices.isEmpty].count(where: { $0 }) > 1 {
      throw ValidationError("Give one of --regex, --json-schema and --choice: a text can be held to one of them.")
    }
    var settings = model
    settings.seed = seed
    let named: [(String, String?)] = [
      ("num_beams", numBeams), ("best_of", bestOf),
      ("max_new_tokens", maxTokens), ("min_new_tokens", minNewTokens), ("temperature", temperature), ("top_k", topK),
      ("top_p", topP), ("min_p", minP), ("typical_p", typicalP), ("repetition_penalty", repetitionPenalty),
      ("presence_penalty", presencePenalty), ("frequency_penalty", frequencyPenalty),
      ("no_repeat_ngram_size", noRepeatNgramSize), ("context_end", contextEnd),
      ("dry_multiplier", dryMultiplier), ("regex", regex.map { JSONValue.string($0).serialized() }),
    ]
    // Who asks for a temperature wants to sample, even from a model whose own settings are greedy.
    for case (let name, let value?) in named { try settings.request(name, as: value) }
    if !stop.isEmpty { try settings.set("stop_strings", to: JSONValue.array(stop.map { .string($0) }).serialized()) }
    if !choices.isEmpty { try settings.set("choices", to: JSONValue.array(choices.map { .string($0) }).serialized()) }
    if let jsonSchema {
      let isInline = jsonSchema.drop(while: \.isWhitespace).first == "{"
      try settings.set("json_schema", to: isInline ? jsonSchema : Files.readText(jsonSchema, limit: 1 << 20))
    }
    for pair in others {
      guard let equals = pair.firstIndex(of: "=") else {
        throw ValidationError("--set \(pair): name=value is expected, as in --set top_k=40.")
      }
      try settings.request(String(pair[..<equals]), as: String(pair[pair.index(after: equals)...]))
    }
    return settings
  }
}
