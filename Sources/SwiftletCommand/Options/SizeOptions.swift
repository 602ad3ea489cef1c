import ArgumentParser
import Swiftlet

/// The size of a new model.
struct SizeOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("gpt2 or llama for causal, bert or roberta for masked models.", valueName: "name"))
  var family: TransformerConfiguration.Family?
  @Option(name: .long, help: ArgumentHelp("nano, micro, mini, small or base.", valueName: "size"))
  var preset: TransformerConfiguration.Size = .micro
  @Option(name: .long, help: ArgumentHelp("A config.json that says everything about the model.", valueName: "file"))
  var config: String?
  @Option(name: .long, help: ArgumentHelp("Blocks, instead of the preset's.", valueName: "n")) var layers: Int?
  @Option(name: .long, help: ArgumentHelp("Attention heads.", valueName: "n")) var heads: Int?
  @Option(name: .long, help: ArgumentHelp("Width of the hidden states.", valueName: "n")) var width: Int?
  @Option(name: .long, help: ArgumentHelp("Tokens that the model sees at once.", valueName: "n")) var context: Int?

  func validate() throws {
    for (name, value) in [("layers", layers), ("heads", heads), ("width", width), ("context", context)] {
      if let value, !(1...1 << 20).contains(value) {
        throw ValidationError("--\(name) \(value): a number from 1 to \(1 << 20) is expected.")
      }
    }
  }

  /// The configuration for a tokenizer.
  func configuration(
    _ objective: PretrainingSettings.Objective, tokenizer: Tokenizer
  ) throws -> TransformerConfiguration {
    let special = tokenizer.special
    if let config {
      var c = try TransformerConfiguration(json: try Files.readJSON(config, limit: 1 << 20))
      c.vocabularySize = max(c.vocabularySize, tokenizer.vocabularySize)
      return c
    }
    let family = family ?? (objective == .causal ? .llama : .bert)
    guard family.isCausal == (objective == .causal) else {
      throw ValidationError(
        "--family \(family.rawValue) does not fit --objective \(objective.rawValue): causal models are gpt2 and llama, masked ones bert and roberta."
      )
    }
    var c = TransformerConfiguration.preset(
      preset, family: family, vocabularySize: tokenizer.vocabularySize,
      context: context ?? (objective == .causal ? 256 : 128))
    if let layers { c.layers = layers }
    if let width {
      c.innerWidth = family == .llama ? (width * 8 / 3 + 31) / 32 * 32 : 4 * width
      c.width = width
    }
    if let heads { (c.heads, c.keyHeads) = (heads, heads) }
    guard c.width % c.heads == 0 else {
      throw ValidationError("--width \(c.width) is not a multiple of the \(c.heads) heads.")
    }
    c.headWidth = c.width / c.heads
    c.beginToken = special.begin.map(Int.init)
    c.endTokens = special.end.map { [Int($0)] } ?? []
    c.paddingToken = special.padding.map(Int.init)
    if family == .roberta, let context { c.maximumPositions = context + (c.paddingToken ?? 1) + 1 }
    return c
  }
}

extension TransformerConfiguration.Family: ExpressibleByArgument {}
extension TransformerConfiguration.Size: ExpressibleByArgument {}
