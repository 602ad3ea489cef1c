import Checkpoints
import Corpora
import Files
import Tensors
import Tokenization
import Transformers

/// A teacher as a run has it: read from its folder, compared with what the run began with, and with its student.
struct TeacherFolder {
  /// What was asked for, with the hash and with a path that holds from everywhere.
  let settings: DistillationSettings
  let teacher: Teacher
  private let path: String

  private var configuration: TransformerConfiguration { teacher.model.configuration }

  /// Reads a teacher; nil where n-grams teach.
  ///
  /// Throws `TrainingFailure.teacher` where it has another tokenizer than the student, or where it has changed since
  /// the run began.
  init?(_ settings: DistillationSettings, tokenizer: Tokenizer) throws {
    guard case .folder(let path) = settings.teacher else { return nil }
    let folder = try ModelFolder(reading: path)
    func fail(_ problem: String) -> TrainingFailure { .teacher(path: path, problem: problem) }
    guard let own = folder.tokenizer else { throw fail("it has no tokenizer to compare with its student's") }
    guard own.modelBytes == tokenizer.modelBytes else {
      throw fail("it has another tokenizer than its student, so their tokens mean different things")
    }
    let sum = Self.sum(folder)
    if let known = settings.sha256, known != sum {
      throw fail("it has changed since the run began, which would go on differently; put back the teacher of then")
    }
    var settings = settings
    settings.sha256 = sum
    self.path = Files.absolutePath(path) ?? path
    settings.teacher = .folder(self.path)
    self.settings = settings
    teacher = Teacher(
      model: try Transformer(folder.configuration), weights: folder.weights, weight: Float(settings.weight),
      temperature: Float(settings.temperature))
  }

  /// The hash of the configuration and of the numbers as they were read, whatever files they stood in.
  private static func sum(_ folder: ModelFolder) -> String {
    var hash = SHA256()
    hash.update(Array(folder.configuration.json.serialized().utf8))
    hash.update(UnsafeRawBufferPointer(start: folder.weights.all.pointer, count: 4 * folder.weights.all.count))
    return hash.finalized().description
  }

  /// Refuses a teacher that does not predict what a language model is to learn.
  func check(for student: TransformerConfiguration, _ run: PretrainingSettings) throws(TrainingFailure) {
    try require(
      configuration.vocabularySize == student.vocabularySize,
      "it has \(configuration.vocabularySize) tokens and its student has \(student.vocabularySize)")
    switch run.objective {
    case .causal:
      try require(
        configuration.head == .causalLanguage, "it has \(configuration.head.name), and next tokens are learned")
    case .masked:
      try require(
        configuration.canFillMasks && !configuration.family.isCausal,
        "it has \(configuration.head.name), and hidden tokens are learned from both sides")
    case .both:
      try require(
        configuration.head == .causalLanguage && configuration.fillsMasks,
        "both objectives are learned, and it has not learned both")
    }
    try require(
      configuration.segmentTypes >= student.segmentTypes || !run.predictsNextSentence,
      "pairs of segments are learned, and it knows no segments")
    try require(
      configuration.maximumLength >= run.context,
      "it reads at most \(configuration.maximumLength) tokens and its student reads \(run.context)")
  }

  /// Refuses a teacher that does not answer as a classifier is to learn.
  func check(
    for student: TransformerConfiguration, _ template: ExampleTemplate, special: SpecialTokens
  ) throws(TrainingFailure) {
    try require(
      configuration.head == student.head && configuration.labels == student.labels
        && configuration.resolvedProblemType == student.resolvedProblemType,
      "it answers with \(Self.answers(configuration)) and its student with \(Self.answers(student))")
    try require(
      ExampleTemplate(
        family: configuration.family, special: special, maximumTokens: template.maximumTokens) == template,
      "a \(configuration.family.rawValue) model reads texts with other marks than a \(student.family.rawValue) model")
    try require(
      configuration.maximumLength >= template.maximumTokens,
      "it reads at most \(configuration.maximumLength) tokens and its student reads \(template.maximumTokens)")
  }

  private static func answers(_ configuration: TransformerConfiguration) -> String {
    let labels = configuration.labels
    guard !labels.isEmpty else { return configuration.head.name }
    let shown = labels.prefix(6).joined(separator: ", ") + (labels.count > 6 ? ", …" : "")
    return "\(configuration.head.name) and the labels \(shown)"
  }

  private func require(_ holds: Bool, _ problem: String) throws(TrainingFailure) {
    if !holds { throw .teacher(path: path, problem: problem) }
  }
}
