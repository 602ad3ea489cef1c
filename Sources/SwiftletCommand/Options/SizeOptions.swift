import ArgumentParser
import Swiftlet

/// The size of a new model.
struct SizeOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("gpt2 or llama for causal, bert or roberta for masked models.", valueName: "name"))
  var family: TransformerConfiguration.Family?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "nano, tiny, micro, mini, small or base; otherwise what suits --minutes and the text.", valueName: "size"))
  var preset: TransformerConfiguration.Size?
  @Option(name: .long, help: ArgumentHelp("A config.json that says everything about the model.", valueName: "file"))
  var config: String?
  @Flag(name: .long, help: "Normalise each head's queries and keys: a llama that other programs call Qwen3.")
  var headNorms = false
  @Option(name: .long, help: ArgumentHelp("Blocks, instead of the preset's.", valueName: "n")) var layers: Int?
  @Option(name: .long, help: ArgumentHelp("Attention heads.", valueName: "n")) var heads: Int?
  @Option(name: .long, help: ArgumentHelp("Width of the hidden states.", valueName: "n")) var width: Int?
  @Option(name: .long, help: ArgumentHelp("Tokens that the model sees at once.", valueName: "n")) var context: Int?
  @Flag(
    help:
      "Whether tokens are scored with the embeddings' table, which is usual, or one of their own: gpt2 and llama; usual for a llama of characters."
  )
  var tying: Tying?

  enum Tying: String, EnumerableFlag { case tied, untied }

  func validate() throws {
    if config != nil {
      let given = [
        ("--family", family != nil), ("--preset", preset != nil), ("--head-norms", headNorms),
        ("--layers", layers != nil), ("--heads", heads != nil), ("--width", width != nil),
        ("--tied", tying == .tied), ("--untied", tying == .untied),
      ].filter(\.1).map(\.0)
      guard given.isEmpty else {
        throw ValidationError("--config says everything about the model; leave out \(given.joined(separator: ", ")).")
      }
    }
    for (name, value) in [("layers", layers), ("heads", heads), ("width", width), ("context", context)] {
      if let value, !(1...1 << 20).contains(value) {
        throw ValidationError("--\(name) \(value): a number from 1 to \(1 << 20) is expected.")
      }
    }
  }

  /// The configuration for an objective and a tokenizer; a recipe brings the family of its paper.
  /// - Parameters:
  ///   - budget: The time from which the size and the context are derived where they are not given.
  ///   - corpusTokens: Tokens of the training set.
  func configuration(
    _ objective: PretrainingSettings.Objective, _ recipe: PretrainingRecipe = .standard, tokenizer: Tokenizer,
    budget: ComputeBudget? = nil, corpusTokens: Int = 0
  ) throws -> TransformerConfiguration {
    let special = tokenizer.special
    if let config {
      var c = try TransformerConfiguration(json: try Files.readJSON(config, limit: 1 << 20))
      c.vocabularySize = max(c.vocabularySize, tokenizer.vocabularySize)
      try check(c.family, objective)
      c.fillsMasks = objective == .both
      return c
    }
    let isMasked = objective == .masked
    let family = family ?? recipe.family ?? (isMasked ? .bert : .llama)
    try check(family, objective)
    let size =
      preset ?? budget?.size(vocabularySize: tokenizer.vocabularySize, corpusTokens: corpusTokens) ?? .micro
    var c = TransformerConfiguration.preset(
      size, family: family, vocabularySize: tokenizer.vocabularySize, context: context ?? (isMasked ? 128 : 256))
    c.fillsMasks = objective == .both
    guard !headNorms || family == .llama else {
      throw ValidationError("--head-norms is for the family llama, not for \(family.rawValue).")
    }
    c.hasHeadNorms = headNorms
    if let layers { c.layers = layers }
    if let width {
      c.innerWidth = family == .llama ? (width * 8 / 3 + 31) / 32 * 32 : 4 * width
      c.width = width
    }
    if let heads { (c.heads, c.keyHeads) = (heads, heads) }
    guard tying != .untied || family.isCausal else {
      throw ValidationError("--untied is for gpt2 and llama, not for \(family.rawValue).")
    }
    // A table of some characters costs nothing; both directions need the one.
    let isOfCharacters = family == .llama && objective == .causal && tokenizer.vocabularySize <= 256
    c.tiesEmbeddings = tying.map { $0 == .tied } ?? !isOfCharacters
    guard c.width % c.heads == 0 else {
      throw ValidationError("--width \(c.width) is not a multiple of the \(c.heads) heads.")
    }
    c.headWidth = c.width / c.heads
    c.beginToken = special.begin.map(Int.init)
    c.endTokens = special.end.map { [Int($0)] } ?? []
    c.paddingToken = special.padding.map(Int.init)
    if family == .roberta, let context { c.maximumPositions = context + (c.paddingToken ?? 1) + 1 }
    if context == nil, recipe == .standard, objective == .causal, let budget {
      c.maximumPositions = ComputeBudget.context(
        tokensPerStep: ComputeBudget.tokensPerStep(tokens: budget.tokens(for: c)))
    }
    return c
  }

  private func check(_ family: TransformerConfiguration.Family, _ objective: PretrainingSettings.Objective) throws {
    guard family.isCausal == (objective != .masked) else {
      throw ValidationError(
        "The family \(family.rawValue) does not fit the objective \(objective.rawValue): causal models, and those of both objectives, are gpt2 and llama, masked ones bert and roberta."
      )
    }
  }
}

extension TransformerConfiguration.Family: ExpressibleByArgument {}
extension TransformerConfiguration.Size: ExpressibleByArgument {}
