import Tokenization
import Transformers

/// How texts become sequences for classification.
public struct ExampleTemplate: Sendable, Equatable {
  /// The token before the first text, and that after each.
  public var begin: Int32?
  /// The token after each text.
  public var end: Int32?
  /// Whether two end tokens stand between the texts of a pair, as RoBERTa has it.
  public var doublesSeparator: Bool
  /// Whether the second text has segment 1, as BERT has it.
  public var usesSegments: Bool
  /// Whether the last token of a word answers for it, as a causal model needs it; otherwise the first.
  public var answersWithLastPiece = false
  /// The longest sequence; longer texts lose their ends.
  public var maximumTokens: Int

  /// A template from its parts.
  public init(
    begin: Int32?, end: Int32?, doublesSeparator: Bool = false, usesSegments: Bool = false, maximumTokens: Int
  ) {
    (self.begin, self.end) = (begin, end)
    (self.doublesSeparator, self.usesSegments) = (doublesSeparator, usesSegments)
    self.maximumTokens = max(1, maximumTokens)
  }

  /// The template that Hugging Face's classifiers of a family use: `<s> A </s>`; for pairs `<s> A </s></s> B </s>` for
  /// RoBERTa, and `<s> A </s> B </s>` for the others, with segments for BERT.
  public init(family: TransformerConfiguration.Family, special: SpecialTokens, maximumTokens: Int) {
    self.init(
      begin: special.classification ?? special.begin, end: special.separator ?? special.end,
      doublesSeparator: family == .roberta, usesSegments: family == .bert, maximumTokens: maximumTokens)
    answersWithLastPiece = family.isCausal
  }

  /// The sequence of a text or a pair, and whether something was cut off.
  ///
  /// Of a pair, the longer text is cut first. Nothing is left out of the marks, unless there is room for nothing else.
  public func sequence(
    _ first: [Int32], _ second: [Int32]? = nil
  ) -> (tokens: [Int32], segments: [Int32], truncated: Bool) {
    let ends = end == nil ? 0 : 1
    let marks = (begin == nil ? 0 : 1) + ends + (second == nil ? 0 : ends * (doublesSeparator ? 2 : 1))
    let room = max(1, maximumTokens - marks)
    var kept = (first.count, second?.count ?? 0)
    let truncated = kept.0 + kept.1 > room
    if truncated {
      let shorter = min(kept.0, kept.1)
      let half = shorter <= room / 2 ? room - shorter : (room + 1) / 2
      kept = kept.0 >= kept.1 ? (half, room - half) : (room - half, half)
      if second == nil { kept = (room, 0) }
    }
    var tokens: [Int32] = []
    tokens.reserveCapacity(kept.0 + kept.1 + marks)
    if let begin { tokens.append(begin) }
    tokens.append(contentsOf: first.prefix(kept.0))
    if let end { tokens.append(end) }
    var segments: [Int32] = usesSegments ? [Int32](repeating: 0, count: tokens.count) : []
    if let second {
      if let end, doublesSeparator { tokens.append(end) }
      tokens.append(contentsOf: second.prefix(kept.1))
      if let end { tokens.append(end) }
      if usesSegments { segments += [Int32](repeating: 1, count: tokens.count - segments.count) }
    }
    // Where marks alone are longer than allowed, the model's limit stands above the template.
    if tokens.count > maximumTokens {
      tokens.removeSubrange(maximumTokens...)
      if usesSegments { segments.removeSubrange(maximumTokens...) }
    }
    return (tokens, segments, truncated)
  }
}

/// Labelled texts as sequences of tokens, one behind the other.
public struct EncodedExamples: Sendable {
  /// All tokens.
  public private(set) var tokens: [Int32] = []
  /// All segments; empty where all are 0.
  public private(set) var segments: [Int32] = []
  /// Where each sequence starts, and where the last one ends.
  public private(set) var starts: [Int] = [0]
  /// How many sequences were cut to the longest length allowed.
  public private(set) var truncatedCount = 0
  /// The labels of each row; see `LabelledRow.labels`.
  public let labels: [[Int32]]
  /// Where each word of each row has a label, the token of its sequence that answers; nil where it was cut off, or has
  /// none.
  public private(set) var answers: [[Int?]] = []
  /// The value of each row, where labels are values.
  public let values: [Double]
  /// How many labels there are.
  public let labelCount: Int
  /// What the labels are.
  public let kind: LabelKind

  /// Sequences.
  public var count: Int { starts.count - 1 }

  /// Encodes labelled texts.
  /// - Parameter encode: Text to tokens, without marks.
  public init(_ data: LabelledData, template: ExampleTemplate, encode: (String) -> [Int32]) {
    self.init(
      data, template: template, encode: { text, _ in encode(text) },
      words: { WordTokens($0, lastPiece: template.answersWithLastPiece, encode: encode, continuation: encode) })
  }

  /// Encodes labelled texts with a tokenizer.
  public init(_ data: LabelledData, template: ExampleTemplate, tokenizer: Tokenizer) {
    self.init(
      data, template: template, encode: { text, _ in tokenizer.encode(text) },
      words: { WordTokens($0, lastPiece: template.answersWithLastPiece, tokenizer: tokenizer) })
  }

  /// Encodes labelled texts into pieces that are others in each epoch; words with labels of their own into the usual ones.
  public init(_ data: LabelledData, template: ExampleTemplate, sampling: SubwordSampling, epoch: Int) {
    self.init(
      data, template: template, encode: { text, number in sampling.encode(text, epoch: epoch, number: number) },
      words: { WordTokens($0, lastPiece: template.answersWithLastPiece, tokenizer: sampling.tokenizer) })
  }

  /// - Parameters:
  ///   - encode: Text to tokens; every text has a number of its own.
  ///   - words: Words to tokens.
  private init(
    _ data: LabelledData, template: ExampleTemplate, encode: (String, Int) -> [Int32],
    words: ([String]) -> WordTokens
  ) {
    labels = data.rows.map(\.labels)
    values = data.rows.map(\.value)
    labelCount = data.kind == .value ? 1 : data.labelNames.count
    kind = data.kind
    for (index, row) in data.rows.enumerated() {
      if kind == .tokens {
        append(words(row.words), template)
        continue
      }
      let (sequence, rowSegments, truncated) = template.sequence(
        encode(row.text, 2 * index), row.pair.map { encode($0, 2 * index + 1) })
      tokens += sequence
      segments += rowSegments
      starts.append(tokens.count)
      if truncated { truncatedCount += 1 }
    }
  }

  private mutating func append(_ words: WordTokens, _ template: ExampleTemplate) {
    let (sequence, rowSegments, truncated) = template.sequence(words.tokens)
    let first = template.begin == nil ? 0 : 1
    let room = sequence.count - first - (template.end == nil ? 0 : 1)
    answers.append(words.answers.map { $0.flatMap { $0 < room ? $0 + first : nil } })
    tokens += sequence
    segments += rowSegments
    starts.append(tokens.count)
    if truncated { truncatedCount += 1 }
  }

  /// The length of a sequence.
  public func length(_ index: Int) -> Int { starts[index + 1] - starts[index] }

  /// Appends a sequence to a batch.
  func append(_ index: Int, to batch: inout TokenBatch) {
    let range = starts[index]..<starts[index + 1]
    batch.tokens.append(contentsOf: tokens[range])
    if !segments.isEmpty { batch.segments.append(contentsOf: segments[range]) }
    batch.lengths.append(range.count)
  }

  /// The targets of some sequences.
  public func targets(of indices: some Sequence<Int>) -> ClassTargets {
    switch kind {
    case .single: return .classes(indices.map { labels[$0].first ?? 0 })
    case .value: return .values(indices.map { Float(values[$0]) })
    case .tokens:
      var rows: [Int32] = [], classes: [Int32] = []
      var first = 0
      for index in indices {
        for (answer, label) in zip(answers[index], labels[index]) {
          guard let answer else { continue }
          rows.append(Int32(first + answer))
          classes.append(label)
        }
        first += length(index)
      }
      return .tokenClasses(rows: rows, classes: classes)
    case .multiple:
      var rows: [Float] = []
      for index in indices {
        var row = [Float](repeating: 0, count: labelCount)
        for label in labels[index] { row[Int(label)] = 1 }
        rows += row
      }
      return .multiLabel(rows)
    }
  }
}
