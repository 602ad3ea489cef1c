import Layers
import Tensors

/// A larger model that a smaller one learns from: its scores are targets beside those of the text or of the labels.
///
/// The loss becomes (1 - weight) · cross-entropy + weight · T² · KL(teacher ‖ student), where both sets of scores are
/// divided by the temperature T before their softmax; T² makes the gradients as large as at T = 1 (Hinton, Vinyals &
/// Dean 2015). The teacher drops nothing and learns nothing.
public struct Teacher: Sendable {
  /// The model, with the student's vocabulary or the student's labels.
  public let model: Transformer
  /// Its parameters.
  public let weights: ParameterBuffer
  /// What its answers weigh, from 0 (the targets alone) to 1 (the teacher alone).
  public let weight: Float
  /// The temperature, above 0: a higher one shows more of what the teacher thinks of unlikely answers.
  public let temperature: Float

  /// A teacher.
  public init(model: Transformer, weights: ParameterBuffer, weight: Float, temperature: Float) {
    (self.model, self.weights, self.weight, self.temperature) = (model, weights, weight, temperature)
  }

  /// The bytes of its weights and of the memory for its passes over batches of a size.
  public func byteCount(tokens: Int, sequences: Int) -> Int {
    weights.layout.bufferCount * MemoryLayout<Float>.stride
      + Activations.byteCount(model, tokens: tokens, sequences: sequences, training: false)
  }
}

/// What a teacher that is no model says of the sequences of a batch: scores of the labels, before softmax or sigmoid.
public struct TeacherAnswers: Sendable {
  /// [sequences, labels], row by row.
  public var scores: [Float]
  /// What they weigh, from 0 (the targets alone) to 1 (the teacher alone).
  public let weight: Float
  /// The temperature, above 0.
  public let temperature: Float

  /// Answers.
  public init(scores: [Float], weight: Float, temperature: Float) {
    (self.scores, self.weight, self.temperature) = (scores, weight, temperature)
  }

  func softTargets(labels: Int) -> SoftTargets {
    let matrix = MatrixStorage(rows: scores.count / labels, columns: labels).matrix
    for (index, score) in scores.enumerated() { matrix[index / labels, index % labels] = score }
    return SoftTargets(scores: matrix, weight: weight, temperature: temperature)
  }
}

/// A teacher with the memory for its passes.
public struct Teaching: Sendable {
  /// The teacher.
  public let teacher: Teacher
  let activations: Activations

  /// Takes the memory for batches of a size, which is that of the student's activations.
  public init(_ teacher: Teacher, tokens: Int, sequences: Int) {
    self.teacher = teacher
    activations = Activations(teacher.model, tokens: tokens, sequences: sequences, training: false)
  }

  /// Reads a batch, so that the language head can score its rows, chunk by chunk.
  func languageHead(
    of batch: TokenBatch, rows: [Int32], for student: TransformerConfiguration, execution: Execution
  ) throws(ModelFailure) -> LanguageHead.Teacher {
    let model = teacher.model
    try model.load(batch, teacher.weights, activations)
    let (head, memory) = try model.languageHead(activations)
    guard model.configuration.vocabularySize == student.vocabularySize else {
      throw .otherTeacher(
        what: "tokens", teacher: model.configuration.vocabularySize, student: student.vocabularySize)
    }
    let (hidden, places, pass) = model.run(teacher.weights, activations, execution, reading: rows)
    return LanguageHead.Teacher(
      head: head, hidden: hidden, rows: places, memory: memory, pass: pass, weight: teacher.weight,
      temperature: teacher.temperature)
  }

  /// The scores of the labels of a batch: of its sequences, or of some of its tokens.
  func labels(
    of batch: TokenBatch, rows: [Int32]?, for student: TransformerConfiguration, execution: Execution
  ) throws(ModelFailure) -> SoftTargets {
    let model = teacher.model
    try model.load(batch, teacher.weights, activations)
    let (head, memory) = try model.classificationHead(activations)
    guard model.configuration.head == student.head else {
      throw .wrongHead(needed: student.head.name, found: model.configuration.head)
    }
    guard model.configuration.labels.count == student.labels.count else {
      throw .otherTeacher(
        what: "labels", teacher: model.configuration.labels.count, student: student.labels.count)
    }
    let (hidden, places, pass) = model.run(
      teacher.weights, activations, execution, reading: rows ?? model.pooledRows(activations))
    let scores = head.forward(hidden, rows: places, memory, pass)
    return SoftTargets(scores: scores, weight: teacher.weight, temperature: teacher.temperature)
  }
}
