import Checkpoints
import Files
import Tensors
import Testing
import TestSupport
import Transformers

/// A tiny model of transformers/PyTorch with what it computed: see `Fixtures/make_fixtures.py`.
struct Fixture {
  let name: String
  let model: Transformer
  let weights: ParameterBuffer
  private let expected: SafetensorsFile

  static let languageNames = ["gpt2", "llama", "qwen3", "bert", "bert-next-sentence", "roberta"]
  static let classifierNames = [
    "gpt2-classifier", "llama-classifier", "bert-classifier", "roberta-classifier", "bert-multi-label",
    "gpt2-regression", "bert-tokens", "gpt2-tokens", "llama-tokens",
  ]
  static let allNames = languageNames + classifierNames

  static func folder(_ name: String) -> String {
    "\(#filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined())/Fixtures/\(name)"
  }

  init(_ name: String) throws {
    self.name = name
    let folder = Self.folder(name)
    let configuration = try TransformerConfiguration(json: Files.readJSON(folder + "/config.json", limit: 1 << 20))
    model = try Transformer(configuration)
    let loader = try WeightLoader(WeightFiles(folder: folder), family: configuration.family)
    weights = try loader.load(model.layout).weights
    expected = try SafetensorsFile(folder + "/expected.safetensors")
  }

  func numbers(_ name: String) throws -> [Float] {
    try #require(try expected.floats(of: name), "\(self.name) has no \(name)")
  }

  private func integers(_ name: String) throws -> [Int32] {
    try expected.floats(of: name)?.map { Int32($0) } ?? []
  }

  var batch: TokenBatch {
    get throws {
      TokenBatch(
        tokens: try integers("tokens"), segments: try integers("segments"),
        lengths: try integers("lengths").map { Int($0) })
    }
  }

  /// The names of all gradients.
  var gradientNames: Set<String> {
    Set(expected.header.tensors.map(\.name).filter { $0.hasPrefix("gradient:") }.map { String($0.dropFirst(9)) })
  }

  func activations(training: Bool, logitRows: Int? = nil) throws -> Activations {
    let batch = try batch
    return Activations(
      model, tokens: batch.tokens.count, sequences: batch.lengths.count, training: training, logitRows: logitRows)
  }

  /// The loss of the fixture's targets; with `gradients`, its gradient.
  func loss(
    _ weights: ParameterBuffer, _ gradients: ParameterBuffer?, _ activations: Activations, _ execution: Execution
  ) throws -> LossSum {
    let batch = try batch
    let (rows, targets) = (try integers("rows"), try integers("targets"))
    switch model.configuration.head {
    case .sequenceClassification:
      let values = try expected.floats(of: "values") ?? []
      let classTargets: ClassTargets =
        switch model.configuration.resolvedProblemType {
        case .singleLabel: .classes(targets)
        case .multiLabel: .multiLabel(values)
        case .regression: .values(values)
        }
      return try model.classificationLoss(
        of: batch, targets: classTargets, weights: weights, gradients: gradients, activations: activations,
        execution: execution)
    case .tokenClassification:
      return try model.classificationLoss(
        of: batch, targets: .tokenClasses(rows: rows, classes: targets), weights: weights, gradients: gradients,
        activations: activations, execution: execution)
    default:
      let nextSentence = try integers("next_sentence")
      return try model.languageLoss(
        of: batch,
        targets: LanguageTargets(
          rows: rows, tokens: targets, nextSentence: nextSentence,
          nextSentenceWeight: nextSentence.isEmpty ? 1 : Float(rows.count) / Float(nextSentence.count)),
        weights: weights, gradients: gradients, activations: activations, execution: execution)
    }
  }
}

extension ParameterBuffer {
  /// A parameter's numbers under each of its names, in the order of the checkpoint.
  func namedTensors() -> [(name: String, values: [Float])] {
    layout.entries.flatMap { entry in
      let all = self[entry.parameter]
      return entry.tensors.map { tensor in
        if tensor.isVector { return (tensor.name, Array(all.row(0)[tensor.rows])) }
        if tensor.isTransposed {
          return (tensor.name, (0..<all.columns).flatMap { column in tensor.rows.map { all[$0, column] } })
        }
        return (tensor.name, tensor.rows.flatMap { all.row($0) })
      }
    }
  }
}

/// The largest difference of two runs of numbers.
func largestDifference(_ one: [Float], _ other: [Float]) -> Float {
  #expect(one.count == other.count)
  return zip(one, other).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

extension Matrix {
  /// All numbers, row by row.
  var values: [Float] { (0..<rows).flatMap(row) }
}
