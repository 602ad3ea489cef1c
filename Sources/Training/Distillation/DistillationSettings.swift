import Files

/// From whom a model learns beside its text or labels, and how much (Hinton, Vinyals & Dean 2015).
///
/// ```swift
/// settings.distillation = DistillationSettings(teacher: "Weights/large")
/// ```
public struct DistillationSettings: Sendable, Equatable {
  /// Who teaches.
  public enum Teacher: Sendable, Equatable {
    /// A model's folder, which has the student's tokenizer, and of a classifier the student's labels.
    case folder(String)
    /// Logistic regression on the words and letters of the training texts: of classifiers only.
    case ngrams
  }

  /// Who teaches.
  public var teacher: Teacher
  /// What the teacher's answers weigh beside the targets: 0 is the targets alone, 1 the teacher alone.
  public var weight = 0.5
  /// By what both models' scores are divided before they are compared; above 1 unlikely answers count for more.
  public var temperature = 2.0
  /// The SHA-256 of what decides the teacher's answers; put in by the run, which goes on only with the same teacher.
  public internal(set) var sha256: String?

  /// A model's folder, with the usual weight and temperature.
  public init(teacher folder: String) { teacher = .folder(folder) }

  /// The n-grams of the training texts, which weigh as much as the labels.
  ///
  /// Their answers are not as sure of themselves as a large model's, so they are taken as they are.
  public static var ngrams: Self { Self(.ngrams, temperature: 1) }

  private init(_ teacher: Teacher, temperature: Double) { (self.teacher, self.temperature) = (teacher, temperature) }

  /// Refuses numbers that make no sense.
  func validate() throws(TrainingFailure) {
    guard (0...1).contains(weight) else {
      throw .setting(name: "distillation weight", value: "\(weight)", expected: "0 to 1")
    }
    guard (0.1...100).contains(temperature) else {
      throw .setting(name: "distillation temperature", value: "\(temperature)", expected: "0.1 to 100")
    }
  }

  /// For the state file and for reports.
  var json: JSONValue {
    let name: String
    switch teacher {
    case .folder(let path): name = path
    case .ngrams: name = Self.ngramsName
    }
    return [
      "teacher": .string(name), "weight": .number(weight), "temperature": .number(temperature),
      "sha256": sha256.map { .string($0) } ?? .null,
    ]
  }

  /// No folder's name: a run knows those from their root on.
  private static let ngramsName = "ngrams"

  /// Reads them back; nil where something is missing.
  init?(json: JSONValue) {
    guard let teacher = json["teacher"]?.string, let weight = json["weight"]?.double,
      let temperature = json["temperature"]?.double
    else { return nil }
    self.init(teacher: teacher)
    if teacher == Self.ngramsName { self.teacher = .ngrams }
    (self.weight, self.temperature, sha256) = (weight, temperature, json["sha256"]?.string)
  }
}
