import Corpora
import NGrams
import Tensors
import Tokenization
import Transformers

/// Shows which words of a text weighed for a label: gradient × input, integrated gradients, and attention.
///
/// ```swift
/// let explainer = try TextExplainer(model: model, weights: weights, tokenizer: tokenizer, execution: Execution())
/// for word in try explainer.explain("win a free phone").words { print(word.text, word.integratedGradients) }
/// ```
public struct TextExplainer: Sendable {
  /// The most points between baseline and text.
  public var mostSteps = 1024
  /// The error of completeness at which no more points are taken.
  public var tolerance = 0.01
  private let model: Transformer
  private let weights: ParameterBuffer
  private let tokenizer: Tokenizer
  private let ensemble: NGramEnsemble?
  private let execution: Execution

  /// An explainer of a classifier of texts.
  ///
  /// It is best asked to compute in fp32.
  /// - Parameter ensemble: The n-grams that answer with it.
  public init(
    model: Transformer, weights: ParameterBuffer, tokenizer: Tokenizer, ensemble: NGramEnsemble? = nil,
    execution: Execution
  ) throws(GenerationFailure) {
    guard model.configuration.head == .sequenceClassification else {
      throw .wrongHead(needed: "a classifier of texts", found: "one with \(model.configuration.head.name)")
    }
    (self.model, self.weights, self.tokenizer, self.execution) = (model, weights, tokenizer, execution)
    self.ensemble = ensemble
  }

  /// Explains a label's score; by default that of the likeliest.
  ///
  /// A text longer than the model sees loses its end, as in classification.
  public func explain(_ text: String, pair: String? = nil, label: String? = nil) throws -> Explanation {
    let configuration = model.configuration
    let template = ExampleTemplate(
      family: configuration.family, special: tokenizer.special, maximumTokens: configuration.maximumLength)
    let (tokens, segments, _) = template.sequence(tokenizer.encode(text), pair.map { tokenizer.encode($0) })
    guard !tokens.isEmpty else { throw GenerationFailure.emptyPrompt }
    let path = try VectorPath(tokens, segments, model, weights, tokenizer, execution)
    let asked = LabelledRow(text: text, pair: pair)
    let chosen = try self.label(label, path, asked)

    let end = try path.gradients(at: [1], label: chosen)
    let start = try path.gradients(at: [0], label: chosen)
    let words = ExplainedWords(tokens, tokenizer)
    var result = Explanation(
      label: configuration.labels[chosen], score: Double(end.scores[0]), baselineScore: Double(start.scores[0]),
      baseline: path.baselineName,
      words: zip(words.texts, words.isMark).map {
        Explanation.Word(text: $0, isMark: $1)
      }, steps: 0, attention: [], readAt: configuration.family.isCausal ? words.texts.count - 1 : 0)
    let products = path.products(end.gradients, with: path.vectors)
    for (word, rows) in words.rows.enumerated() where !words.isMark[word] {
      result.words[word].gradientTimesInput = rows.reduce(0) { $0 + products[$1] }
    }
    // The midpoints of more and more parts of the way, until the shares add up.
    var steps = 32
    while true {
      let shares = try path.shares(steps: steps, label: chosen)
      for (word, rows) in words.rows.enumerated() where !words.isMark[word] {
        result.words[word].integratedGradients = rows.reduce(0) { $0 + shares[$1] }
      }
      result.steps = steps
      if result.completenessError <= tolerance || steps * 2 > mostSteps { break }
      steps *= 2
    }
    result.ngrams = ensemble?.shares(of: asked, label: chosen)
    result.attention = try attention(TokenBatch(tokens: tokens, segments: segments, lengths: [tokens.count]), words)
    return result
  }

  private func label(_ name: String?, _ path: VectorPath, _ asked: LabelledRow) throws -> Int {
    let labels = model.configuration.labels
    if let name {
      guard let index = labels.firstIndex(of: name) else {
        throw GenerationFailure.unknownLabel(name: name, labels: labels)
      }
      return index
    }
    let network = try path.scores()
    return Distribution.likeliest(ensemble?.scores(network: network, of: [asked]) ?? network)
  }

  /// The attention of words: from the mean of a word's tokens, to the sum of a word's tokens.
  private func attention(_ batch: TokenBatch, _ words: ExplainedWords) throws -> [[[Float]]] {
    let activations = Activations(model, tokens: batch.tokens.count, sequences: 1, training: true)
    let maps = try model.attentionMaps(of: batch, weights: weights, activations: activations, execution: execution)
    let (count, tokens) = (words.texts.count, batch.tokens.count)
    return maps.map { heads in
      heads.map { map in
        var result = [Float](repeating: 0, count: count * count)
        for (from, rows) in words.rows.enumerated() {
          for (to, columns) in words.rows.enumerated() {
            let sum = rows.reduce(Float(0)) { sum, row in columns.reduce(sum) { $0 + map[row * tokens + $1] } }
            result[from * count + to] = sum / Float(rows.count)
          }
        }
        return result
      }
    }
  }
}

/// Which rows of a sequence are a word.
struct ExplainedWords {
  private(set) var rows: [Range<Int>] = []
  private(set) var texts: [String] = []
  private(set) var isMark: [Bool] = []

  init(_ tokens: [Int32], _ tokenizer: Tokenizer) {
    let begins = tokenizer.wordBeginnings
    for (row, token) in tokens.enumerated() {
      let isMark = tokenizer.kind(token) == .control
      if !isMark, self.isMark.last == false, !begins[Int(token)] {
        rows[rows.count - 1] = rows[rows.count - 1].lowerBound..<row + 1
      } else {
        rows.append(row..<row + 1)
        self.isMark.append(isMark)
      }
    }
    texts = zip(rows, isMark).map { rows, isMark in
      if isMark { return tokenizer.piece(tokens[rows.lowerBound]) }
      let text = tokenizer.decode(tokens[rows]).split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return text.isEmpty ? rows.map { tokenizer.piece(tokens[$0]) }.joined() : text
    }
  }
}
