import Corpora
import Tensors
import Tokenization
import Transformers

/// A word with its label.
public struct LabelledWord: Sendable, Hashable {
  /// The word.
  public var word: String
  /// Its likeliest label.
  public var label: String
  /// How likely that is.
  public var score: Double
}

/// Puts a label on each word of a text.
///
/// ```swift
/// let classifier = try WordClassifier(model: model, weights: weights, tokenizer: tokenizer, execution: Execution())
/// try classifier.classify(["Anna", "lives", "in", "Rome"]).map(\.label)   // ["B-PER", "O", "O", "B-LOC"]
/// ```
public struct WordClassifier: Sendable {
  /// The names of the labels.
  public var labels: [String] { model.configuration.labels }
  private let model: Transformer
  private let weights: ParameterBuffer
  private let tokenizer: Tokenizer
  private let execution: Execution

  /// A classifier with a model that has a head for tokens.
  public init(
    model: Transformer, weights: ParameterBuffer, tokenizer: Tokenizer, execution: Execution
  ) throws(GenerationFailure) {
    guard model.configuration.head == .tokenClassification else {
      throw .wrongHead(needed: "a classifier of words", found: "one with \(model.configuration.head.name)")
    }
    (self.model, self.weights, self.tokenizer, self.execution) = (model, weights, tokenizer, execution)
  }

  /// The words of a text, as corpora of labelled words part them: at white space, and punctuation by itself where it
  /// stands at the border of a word.
  public static func words(of text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).flatMap { part -> [String] in
      func isMark(_ character: Character) -> Bool { character.isPunctuation || character.isSymbol }
      guard let first = part.firstIndex(where: { !isMark($0) }), let last = part.lastIndex(where: { !isMark($0) })
      else { return part.map { String($0) } }
      let end = part.index(after: last)
      return part[..<first].map { String($0) } + [String(part[first..<end])] + part[end...].map { String($0) }
    }
  }

  /// The label of each word.
  ///
  /// A text longer than the model sees is read in parts.
  public func classify(_ words: [String]) throws -> [LabelledWord] {
    let configuration = model.configuration
    let template = ExampleTemplate(
      family: configuration.family, special: tokenizer.special, maximumTokens: configuration.maximumLength)
    let room = max(1, configuration.maximumLength - (template.begin == nil ? 0 : 1) - (template.end == nil ? 0 : 1))
    var result: [LabelledWord] = []
    for part in parts(words, lastPiece: template.answersWithLastPiece, room: room) {
      result += try classify(Array(words[part]), template)
    }
    return result
  }

  /// Runs of words whose tokens a model sees at once; at least one word each.
  private func parts(_ words: [String], lastPiece: Bool, room: Int) -> [Range<Int>] {
    let starts = WordTokens(words, lastPiece: lastPiece, tokenizer: tokenizer).starts
    var parts: [Range<Int>] = []
    var first = 0
    for word in words.indices where starts[word + 1] - starts[first] > room && word > first {
      parts.append(first..<word)
      first = word
    }
    if first < words.count { parts.append(first..<words.count) }
    return parts
  }

  private func classify(_ words: [String], _ template: ExampleTemplate) throws -> [LabelledWord] {
    let encoded = WordTokens(words, lastPiece: template.answersWithLastPiece, tokenizer: tokenizer)
    let (tokens, segments, _) = template.sequence(encoded.tokens)
    guard !tokens.isEmpty else { throw GenerationFailure.emptyPrompt }
    let batch = TokenBatch(tokens: tokens, segments: segments, lengths: [tokens.count])
    let activations = Activations(model, tokens: tokens.count, sequences: 1, training: false)
    let scores = try model.scores(of: batch, weights: weights, activations: activations, execution: execution)
    let first = template.begin == nil ? 0 : 1
    return try words.indices.map { word in
      // A word without tokens of its own is answered by what stands before it.
      let row = min((encoded.answers[word] ?? max(0, encoded.starts[word] - 1)) + first, tokens.count - 1)
      let values = scores.row(row)
      guard values.allSatisfy(\.isFinite), let distribution = Distribution(values) else {
        throw GenerationFailure.notFinite(token: row)
      }
      let best = Distribution.likeliest(values)
      return LabelledWord(word: words[word], label: labels[best], score: distribution.probability(values[best]))
    }
  }
}
