import ArgumentParser
import Swiftlet

/// How tokens are hidden, where that differs from the recipe.
struct MaskOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The share of tokens that is hidden.", valueName: "x")) var maskShare: Double?
  @Flag(name: .long, help: "Hide whole words.") var wholeWords = false
  @Option(
    name: .long,
    help: ArgumentHelp("Draw masks so many times and use them again; 0 for new masks always.", valueName: "n"))
  var maskCopies: Int?
  @Flag(name: .long, help: "Leave out BERT's second task, and read one text in a sequence.") var noNextSentence = false
  @Option(
    name: .long, help: ArgumentHelp("The share of documents that BERT reads in short pairs.", valueName: "x"))
  var shortSequences: Double?
  @Option(
    name: .long, help: ArgumentHelp("The share of masked batches, where the objective is both.", valueName: "x"))
  var maskedBatches: Double?

  func validate() throws {
    if let maskCopies, !(0...1000).contains(maskCopies) {
      throw ValidationError("--mask-copies \(maskCopies): a number from 0 to 1000 is expected.")
    }
  }

  /// Refuses what has no effect on an objective and a recipe.
  func require(_ objective: PretrainingSettings.Objective, _ recipe: PretrainingRecipe) throws {
    if objective == .causal, maskShare != nil || wholeWords || maskCopies != nil {
      throw ValidationError("--mask-share, --whole-words and --mask-copies are of --objective masked and both.")
    }
    if objective != .both, maskedBatches != nil {
      throw ValidationError("--masked-batches is of --objective both.")
    }
    if recipe != .bert, noNextSentence || shortSequences != nil {
      throw ValidationError("--no-next-sentence and --short-sequences are of --recipe bert.")
    }
  }

  /// Gives a bert of a recipe that asks for it the head for its second task.
  func apply(to configuration: inout TransformerConfiguration, _ recipe: PretrainingRecipe) throws {
    guard recipe == .bert, !noNextSentence else { return }
    guard configuration.family == .bert else {
      throw ValidationError(
        "--recipe bert predicts next sentences, which needs --family bert and not \(configuration.family.rawValue); with --no-next-sentence it does not."
      )
    }
    configuration.head = .maskedLanguageAndNextSentence
  }

  /// Puts what was asked for into the settings.
  func apply(to settings: inout PretrainingSettings) {
    if let maskShare { settings.masking.share = maskShare }
    if wholeWords { settings.masking.wholeWords = true }
    if let maskCopies { settings.maskCopies = maskCopies == 0 ? nil : maskCopies }
    if let shortSequences { settings.shortShare = shortSequences }
    if let maskedBatches { settings.maskedShare = maskedBatches }
  }
}
