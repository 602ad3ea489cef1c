import ArgumentParser
import Swiftlet

/// Who a model learns from beside its data: a larger model of one's own, or n-grams.
struct TeacherOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whom to learn from beside the data: the folder of a larger model with the same tokenizer (and labels); of labels also ngrams, the default of sets of middle size with --ensemble none, or none.",
      valueName: "folder"))
  var teacher: String?
  @Option(
    name: .long,
    help: ArgumentHelp("What its answers weigh: 0 the data alone, 1 the teacher alone (0.5).", valueName: "alpha"))
  var distillationWeight: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "By what both models' scores are divided before they are compared (2; of ngrams 1).", valueName: "T"))
  var distillationTemperature: Double?

  func validate() throws {
    if teacher == nil || teacher == "none", distillationWeight != nil || distillationTemperature != nil {
      throw ValidationError(
        "--distillation-weight and --distillation-temperature are of a --teacher, which is missing.")
    }
  }

  /// What was asked for instead of what is usual.
  func apply(to distillation: inout DistillationSettings?) {
    guard let teacher else { return }
    switch teacher {
    case "none": distillation = nil
    case "ngrams": distillation = .ngrams
    default: distillation = DistillationSettings(teacher: teacher)
    }
    if let distillationWeight { distillation?.weight = distillationWeight }
    if let distillationTemperature { distillation?.temperature = distillationTemperature }
  }
}
