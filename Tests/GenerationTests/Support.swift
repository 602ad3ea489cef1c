import Files
import Generation
import Tensors
import TestSupport
import Tokenization
import Transformers

/// Reads a file beside this one.
func fixture(_ name: String) throws -> JSONValue {
  try Files.readJSON(Files.path(Files.folder(of: #filePath), "Fixtures/\(name)"))
}

/// A small tokenizer with byte fallback, the same in all tests.
let testTokenizer: Tokenizer = {
  let verses = [
    "In the beginning God created the heaven and the earth.\n",
    "And the earth was without form, and void; and darkness was upon the face of the deep.\n",
    "And God said, Let there be light: and there was light.\n",
    "And God saw the light, that it was good: and God divided the light from the darkness.\n",
  ]
  do {
    return try Tokenizer.train(from: verses, options: TokenizerTrainingOptions(vocabularySize: 320)).tokenizer
  } catch {
    fatalError("the tests' tokenizer: \(error)")
  }
}()

/// Scores whose largest is, after a prompt of any length, the next token of a script.
struct ScriptedScorer: CausalScorer {
  var script: [Int32]
  var promptCount: Int
  var vocabularySize = testTokenizer.vocabularySize
  var contextLength = 1000

  func makeMemory(sequences: Int, capacity: Int) -> any ScorerMemory {
    MockMemory(sequences: sequences, vocabulary: vocabularySize) { tokens in
      var scores = [Float](repeating: 0, count: vocabularySize)
      let position = tokens.count - promptCount
      if script.indices.contains(position) { scores[Int(script[position])] = 50 }
      return scores
    }
  }
}

/// Scores that are random, but the same for the same tokens.
struct HashScorer: CausalScorer {
  var vocabularySize = testTokenizer.vocabularySize
  var contextLength = 1000
  var spread: Float = 3
  /// Receives the tokens that the model sees, each time that it is asked.
  var observe: @Sendable ([Int32]) -> Void = { _ in }

  func makeMemory(sequences: Int, capacity: Int) -> any ScorerMemory {
    MockMemory(sequences: sequences, vocabulary: vocabularySize) { tokens in
      observe(tokens)
      var random = tokens.reduce(Randomness(seed: 5)) { $0.derive("token", Int($1)) }.generator
      return (0..<vocabularySize).map { _ in Float(random.normal()) * spread }
    }
  }
}

/// A model that remembers tokens and scores them with a function.
final class MockMemory: ScorerMemory {
  private var texts: [[Int32]]
  private var scores: [[Float]] = []
  private let score: ([Int32]) -> [Float]

  init(sequences: Int, vocabulary: Int, score: @escaping ([Int32]) -> [Float]) {
    texts = [[Int32]](repeating: [], count: sequences)
    self.score = score
  }

  func extend(_ new: [(sequence: Int, tokens: [Int32])]) {
    for (sequence, tokens) in new { texts[sequence] += tokens }
    scores = new.map { score(texts[$0.sequence]) }
  }

  func copyScores(of index: Int, to copy: inout [Float]) { copy = scores[index] }
  func extend(_ sequence: Int, scoring tokens: [Int32]) {
    scores = tokens.map { token in
      texts[sequence].append(token)
      return score(texts[sequence])
    }
  }

  func truncate(_ sequence: Int, to length: Int) { texts[sequence] = Array(texts[sequence].prefix(length)) }
  func copy(_ source: Int, to target: Int) { texts[target] = texts[source] }
}

/// A model of random weights with the tests' vocabulary.
struct TinyModel {
  let model: Transformer
  let weights: ParameterBuffer

  init(
    _ family: TransformerConfiguration.Family, context: Int = 48,
    changing change: (inout TransformerConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: testTokenizer.vocabularySize, context: context)
    configuration.layers = 2
    configuration.initializerRange = 0.3
    change(&configuration)
    model = try Transformer(configuration)
    weights = model.initialWeights(seed: 3)
  }

  func generator(_ execution: Execution) throws -> TextGenerator {
    try TextGenerator(model: model, weights: weights, tokenizer: testTokenizer, execution: execution)
  }
}
