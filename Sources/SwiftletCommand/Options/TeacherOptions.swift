import ArgumentParser
import Swiftlet

/// A larger model of one's own that a smaller one learns from.
struct TeacherOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A larger model to learn from beside the data: the folder of one with the same tokenizer (and labels).",
      valueName: "folder"))
  var teacher: String?
  @Option(
    name: .long,
    help: ArgumentHelp("What its answers weigh: 0 the data alone, 1 the teacher alone (0.5).", valueName: "alpha"))
  var distillationWeight: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "By what both models' scores are divided before they are compared (2).", valueName: "T"))
  var distillationTemperature: Double?

  func validate() throws {
    if teacher == nil, distillationWeight != nil || distillationTemperature != nil {
      throw ValidationError(
        "--distillation-weight and --distillation-temperature are of a --teacher, which is missing.")
    }
  }

  /// What was asked for, if anything.
  var settings: DistillationSettings? {
    guard let teacher else { return nil }
    var settings = DistillationSettings(teacher: teacher)
    if let distillationWeight { settings.weight = distillationWeight }
    if let distillationTemperature { settings.temperature = distillationTemperature }
    return settings
  }
}
