import Corpora
import Files
import Tensors
import Training
import Transformers

/// A model that learns in milliseconds.
func toyModel(
  _ family: TransformerConfiguration.Family = .gpt2, vocabularySize: Int = 12, context: Int = 16, dropout: Double = 0
) throws -> Transformer {
  var configuration = TransformerConfiguration.preset(
    .nano, family: family, vocabularySize: vocabularySize, context: context)
  (configuration.width, configuration.layers, configuration.heads, configuration.keyHeads) = (16, 2, 2, 2)
  (configuration.headWidth, configuration.innerWidth) = (8, 32)
  configuration.setDropout(dropout)
  return try Transformer(configuration)
}

/// Windows of a language in which each token but now and then one follows from the one before.
struct ToyWindows: LanguageBatchMaker {
  var seed: UInt64 = 1
  var sequencesPerEpoch = 32
  var length = 12
  var vocabularySize = 12
  /// Hides tokens instead of asking for the next: the token that masks is 0.
  var hides = false

  func maximumTokens(sequences: Int) -> Int { sequences * length }
  func maximumSequences(sequences: Int) -> Int { sequences }

  func append(_ number: Int, to batch: inout LanguageBatch) {
    var random = Randomness(seed: seed).derive("window", number % sequencesPerEpoch).generator
    let first = batch.batch.tokens.count
    var token = Int.random(in: 1..<vocabularySize, using: &random)
    for position in 0..<length {
      batch.batch.tokens.append(Int32(token))
      let next =
        random.uniform() < 0.1
        ? Int.random(in: 1..<vocabularySize, using: &random) : 1 + (token * 7 + 3) % (vocabularySize - 1)
      if !hides {
        batch.targets.rows.append(Int32(first + position))
        batch.targets.tokens.append(Int32(next))
      } else if position % 5 == 2 {
        batch.targets.rows.append(Int32(first + position))
        batch.targets.tokens.append(Int32(token))
        batch.batch.tokens[first + position] = 0
      }
      token = next
    }
    batch.batch.lengths.append(length)
  }
}

/// A task without a model's arithmetic: its losses, gradients and evaluations are what a test says, and its time is
/// the test's clock.
final class ScriptedTask: TrainingTask {
  let model: Transformer
  let microBatchesPerEpoch = 10.0
  let tokensPerMicroBatch = 100
  let activationBytes = 0
  let validationTokens = 100
  var loss: (_ microBatch: Int) -> Double = { _ in 1 }
  var gradient: (_ microBatch: Int) -> Float = { _ in 0.5 }
  var evaluations: [Double] = []
  var onMicroBatch: () -> Void = {}
  var onEvaluation: () -> Void = {}
  private(set) var evaluationCount = 0

  init() throws { model = try toyModel() }

  func addGradients(
    ofMicroBatch number: Int, weights: ParameterBuffer, gradients: ParameterBuffer, dropoutSeed: UInt64,
    execution: Execution
  ) -> MicroBatchResult {
    onMicroBatch()
    if let parameter = model.layout.entries.last?.parameter { gradients[parameter].pointer[0] += gradient(number) }
    return MicroBatchResult(loss: LossSum(sum: loss(number) * 100, count: 100), tokens: 100)
  }

  func evaluate(weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool) -> Evaluation? {
    onEvaluation()
    evaluationCount += 1
    guard !evaluations.isEmpty else { return nil }
    let loss = evaluations[min(evaluationCount, evaluations.count) - 1]
    return .language(LanguageEvaluation(lossSum: loss * 10, tokens: 10, bytes: 20, unigramEntropy: 2))
  }
}

extension ParameterBuffer {
  /// All numbers, as bits: for comparisons in which nothing is close.
  var bits: [UInt32] { (0..<all.count).map { all.pointer[$0].bitPattern } }
}

/// A folder that goes away with the test.
final class ScratchFolder {
  let path: String

  init() throws { path = try Files.temporaryFolder() }

  deinit { try? Files.removeFolder(path) }
}
