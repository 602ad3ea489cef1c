/// What storing a model's matrices in fewer bits costs.
public struct QuantizationReport: Sendable {
  /// One tensor.
  public struct Tensor: Sendable {
    /// Its name, and how it is stored.
    public var name: String, format: WeightFormat
    /// The root of the mean squared error, divided by the root of the mean square of the numbers.
    public var relativeError: Double
  }

  /// The tensors that changed.
  public var tensors: [Tensor]
  /// The bytes of all weights, as floats and as they are stored now.
  public var bytesBefore: Int, bytesAfter: Int
  /// How well the model predicted a text before and predicts it after; nil without a text.
  public var before: LanguageEvaluation?, after: LanguageEvaluation?
  /// The share of the text's tokens after which both think the same token the likeliest.
  public var greedyAgreement: Double?
}

extension ModelFolder {
  /// The model with its matrices in another format, and what that costs.
  ///
  /// - Parameters:
  ///   - format: `q8`, `q4` (where the table of tokens and the head keep 8 bits), `bf16`, or `fp32` for floats.
  ///   - source: Text to compare on; nil compares the numbers alone.
  ///   - marksDocuments: Whether the model was trained with tokens that begin and end documents.
  ///   - execution: How to compute.
  public func quantized(
    to format: WeightFormat, comparingOn source: TextSource? = nil, marksDocuments: Bool = true, execution: Execution
  ) throws -> (folder: ModelFolder, report: QuantizationReport) {
    try weights.requireFloats()
    let model = try Transformer(configuration)
    let stored = model.stored(weights, as: format)
    let numbers = ParameterBuffer(zeros: weights.layout)
    numbers.copy(from: weights)
    stored.copy(to: numbers)
    var folder = self
    (folder.weights, folder.stored) = (numbers, format == .fp32 ? nil : stored)

    var report = QuantizationReport(tensors: [], bytesBefore: 0, bytesAfter: 0)
    for entry in weights.layout.entries {
      let (old, new) = (weights[entry.parameter], numbers[entry.parameter])
      report.bytesBefore += 4 * old.count
      guard let matrix = stored[entry.parameter], matrix.format != .fp32 else {
        report.bytesAfter += 4 * old.count
        continue
      }
      report.bytesAfter += matrix.byteCount
      for tensor in entry.tensors {
        let (before, after) = (old.rows(tensor.rows), new.rows(tensor.rows))
        var (squares, errors) = (0.0, 0.0)
        for index in 0..<before.count {
          let number = Double(before.pointer[index])
          let error = Double(after.pointer[index]) - number
          squares += number * number
          errors += error * error
        }
        report.tensors.append(
          .init(
            name: tensor.name, format: matrix.format,
            relativeError: squares > 0 ? (errors / squares).squareRoot() : 0))
      }
    }
    if let source {
      let evaluator = try evaluators(
        on: source, marksDocuments: marksDocuments, batch: 8, execution: execution
      ).whole
      let activations = evaluator.activations()
      report.before = try evaluator.evaluate(weights: weights, activations: activations, execution: execution)
      report.after = try evaluator.evaluate(weights: numbers, activations: activations, execution: execution)
      guard report.before?.loss.isFinite == true else { throw TrainingFailure.nonFiniteScores }
      report.greedyAgreement = try evaluator.greedyAgreement(weights, numbers, execution: execution)
    }
    return (folder, report)
  }
}

extension LanguageEvaluator {
  /// The share of the predicted tokens for which two sets of weights think the same token the likeliest.
  func greedyAgreement(_ one: ParameterBuffer, _ other: ParameterBuffer, execution: Execution) throws -> Double {
    let activations = activations()
    var memory = LanguageBatch()
    var (equal, count) = (0, 0)
    func choices(_ weights: ParameterBuffer, _ rows: ArraySlice<Int32>) throws -> [Int] {
      let scores = try model.logits(
        of: memory.batch, rows: Array(rows), weights: weights, activations: activations, execution: execution)
      return (0..<scores.rows).map { row in
        let line = UnsafeBufferPointer(start: scores.pointer + row * scores.stride, count: scores.columns)
        return line.indices.reduce(0) { line[$1] > line[$0] ? $1 : $0 }
      }
    }
    for first in stride(from: 0, to: windows.sequencesPerEpoch, by: batch) {
      windows.fill(&memory, sequences: first..<min(first + batch, windows.sequencesPerEpoch))
      let rows = memory.targets.rows
      for start in stride(from: 0, to: rows.count, by: activations.logitRows) {
        let some = rows[start..<min(start + activations.logitRows, rows.count)]
        equal += zip(try choices(one, some), try choices(other, some)).count { $0 == $1 }
        count += some.count
      }
    }
    return Double(equal) / Double(max(count, 1))
  }
}
