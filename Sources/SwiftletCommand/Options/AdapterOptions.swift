import ArgumentParser
import Swiftlet

/// Which adapter learns in place of the trunk.
struct AdapterOptions: ParsableArguments {
  @Flag(name: .long, help: "Train a LoRA adapter, in PEFT's layout, instead of the model's own weights.") var lora =
    false
  @Option(name: .long, help: ArgumentHelp("Its rank (8).", valueName: "n")) var loraRank: Int?
  @Option(name: .long, help: ArgumentHelp("What is learned weighs alpha / rank (16).", valueName: "x"))
  var loraAlpha: Double?
  @Option(
    name: .long,
    help: ArgumentHelp("The share of inputs that an adapter does not see, drawn for each batch (0).", valueName: "p"))
  var loraDropout: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Matrices to adapt, by the ends of their names, as in query,value; by default all of the blocks.",
      valueName: "names"))
  var loraTarget: String?

  func validate() throws {
    if !lora, loraRank != nil || loraAlpha != nil || loraDropout != nil || loraTarget != nil {
      throw ValidationError(
        "--lora-rank, --lora-alpha, --lora-dropout and --lora-target are of --lora, which is missing.")
    }
  }

  /// What was asked for, if anything.
  var settings: LowRankSettings? {
    guard lora else { return nil }
    var settings = LowRankSettings()
    if let loraRank { settings.rank = loraRank }
    if let loraAlpha { settings.alpha = loraAlpha }
    if let loraDropout { settings.dropout = loraDropout }
    if let loraTarget, loraTarget != "all-linear" {
      settings.targets = loraTarget.split(separator: ",").map(String.init)
    }
    return settings
  }
}
