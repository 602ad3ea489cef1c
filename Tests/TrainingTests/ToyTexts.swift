import Corpora
import Tensors
import Tokenization
import Transformers

/// Sentences of a small grammar about animals and tools: enough for a tokenizer, a language model and a classifier.
enum ToyTexts {
  private static let animals = ["cat", "dog", "bird", "horse", "fish", "mouse"]
  private static let tools = ["hammer", "saw", "knife", "spoon", "needle", "rope"]
  private static let deeds = ["eats", "sleeps", "runs", "sings", "drinks", "hides"]
  private static let uses = ["cuts", "holds", "breaks", "bends", "shines", "rusts"]
  private static let sizes = ["small", "big", "old", "young", "good", "bad"]

  /// A sentence and what it is about: 0 animals, 1 tools.
  static func sentence(_ number: Int, seed: UInt64 = 1) -> (text: String, label: Int32) {
    var random = Randomness(seed: seed).derive("sentence", number).generator
    func pick(_ words: [String]) -> String { words[Int.random(in: 0..<words.count, using: &random)] }
    let isTool = random.uniform() < 0.4
    let thing = pick(isTool ? tools : animals)
    return ("the \(pick(sizes)) \(thing) \(pick(isTool ? uses : deeds)) well .", isTool ? 1 : 0)
  }

  /// Sentences about one thing.
  static func document(_ number: Int, sentences: Int, seed: UInt64) -> String {
    var random = Randomness(seed: seed).derive("document", number).generator
    func pick(_ words: [String]) -> String { words[Int.random(in: 0..<words.count, using: &random)] }
    let thing = pick(animals + tools)
    return (0..<sentences).map { _ in "the \(pick(sizes)) \(thing) \(pick(deeds + uses)) well .\n" }.joined()
  }

  static func tokenizer() throws -> Tokenizer {
    let texts = (0..<400).map { sentence($0).text + "\n" }
    return try Tokenizer.train(from: texts, options: .init(modelType: .bpe, vocabularySize: 400)).tokenizer
  }

  static func shard(_ tokenizer: Tokenizer, documents: Int, seed: UInt64) -> TokenShard {
    let texts = (0..<documents).map { document in
      (0..<5).map { sentence(document * 5 + $0, seed: seed).text + "\n" }.joined()
    }
    return TokenShard(
      documents: texts.map(tokenizer.encode), vocabularySize: tokenizer.vocabularySize,
      textByteCount: texts.reduce(0) { $0 + $1.utf8.count })
  }

  static func labelled(rows: Int, seed: UInt64) -> LabelledData {
    LabelledData(
      rows: (0..<rows).map { number in
        let (text, label) = sentence(number, seed: seed)
        return LabelledRow(text: text, labels: [label], line: number + 2)
      },
      labelNames: ["animal", "tool"], path: "toys.tsv")
  }

  static func configuration(
    _ family: TransformerConfiguration.Family, _ tokenizer: Tokenizer
  ) -> TransformerConfiguration {
    var configuration = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 32)
    (configuration.width, configuration.layers, configuration.heads, configuration.keyHeads) = (32, 2, 2, 2)
    (configuration.headWidth, configuration.innerWidth) = (16, 64)
    // 0.02 suits widths of some hundreds; here it would take the first hundred steps to be heard at all.
    configuration.initializerRange = 0.1
    return configuration
  }
}
