import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Tokenization
import Transformers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Our half of the comparison with transformers, which `Oracle/check_folders.py` runs: model folders of every class,
/// each with the numbers that this package computes from it.
struct OracleFoldersTests {
  private static let folder = getenv("SWIFTLET_ORACLE_FOLDER").map { String(cString: $0) }

  static let heads: [(TransformerConfiguration.Family, TransformerConfiguration.Head)] = [
    (.gpt2, .causalLanguage), (.gpt2, .sequenceClassification), (.gpt2, .tokenClassification), (.gpt2, .none),
    (.llama, .causalLanguage), (.llama, .sequenceClassification), (.llama, .tokenClassification), (.llama, .none),
    (.bert, .maskedLanguage), (.bert, .maskedLanguageAndNextSentence), (.bert, .sequenceClassification),
    (.bert, .tokenClassification), (.bert, .none),
    (.roberta, .maskedLanguage), (.roberta, .sequenceClassification), (.roberta, .tokenClassification),
    (.roberta, .none),
  ]

  @Test(.enabled(if: folder != nil), arguments: heads.indices)
  func writesFoldersForTransformers(index: Int) throws {
    let (family, head) = Self.heads[index]
    var configuration = SmallModels.configuration(family)
    configuration.head = head
    // A tagger with a causal trunk may see both ways, which is a key of its own.
    configuration.seesBothWays = family.isCausal && head == .tokenClassification
    if head == .sequenceClassification || head == .tokenClassification {
      configuration.labels = ["first", "second, quoted \"so\"", "third"]
    }
    let weights = try SmallModels.weights(configuration, seed: UInt64(index) + 1)
    let tokenizer = try SmallModels.tokenizer()
    let path = Files.path(try #require(Self.folder), "\(family.rawValue)-\(head)")
    var card = ModelCard(title: "A model for a comparison", text: "It has never seen a text.")
    card.tags = ["test"]
    try ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer, card: card.markdown)
      .write(to: path)

    let sequences = ["the quick brown fox 7", "lazy dog", "jumps over the lazy dog 49"].map { text in
      [tokenizer.special.begin ?? 1] + tokenizer.encode(text).prefix(configuration.maximumLength - 1)
    }
    let numbers = try ModelComparison.outputs(
      configuration, weights, TokenBatch(sequences), KernelChoice.reference.execution())
    try SafetensorsWriter.write(
      [
        ("tokens", [sequences.joined().count], sequences.joined().map { Float($0) }),
        ("lengths", [sequences.count], sequences.map { Float($0.count) }),
        ("expected", [numbers.count, numbers.first?.count ?? 0], Array(numbers.joined())),
      ], to: Files.path(path, "expected.safetensors"))
  }
}
