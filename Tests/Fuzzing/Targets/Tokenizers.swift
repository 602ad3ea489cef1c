import Files
import Tensors
@testable import Tokenization

extension FuzzTarget {
  private static let text = "The  quick\tbrown fox\n\u{1F98A} <mask> 鳥 e\u{301}."

  /// What a tokenizer that was accepted must bear.
  private static func use(_ tokenizer: Tokenizer) {
    let identifiers = tokenizer.encode(text) + tokenizer.encodeContinuation(text)
    guard identifiers.allSatisfy({ $0 >= 0 && Int($0) < tokenizer.vocabularySize }) else {
      fatalError("an identifier outside of the vocabulary")
    }
    _ = tokenizer.decode(identifiers + [-1, .max])
    var random = RandomGenerator(seed: 1)
    _ = tokenizer.decode(tokenizer.sample(text, alpha: 0.3, using: &random))
  }

  /// Tokenizers.
  static let tokenizers = [
    FuzzTarget(name: "modelproto") { bytes, _ in
      use(Tokenizer(model: try SentencePieceTokenizer(modelBytes: bytes)))
    },
    FuzzTarget(name: "tokenizer-json") { bytes, _ in
      use(Tokenizer(model: try TokenizerJSONReader(bytes).tokenizer()))
    },
    FuzzTarget(name: "word-lists") { bytes, file in
      // The first byte chooses between vocab.txt and vocab.json with merges.txt; a zero byte parts one file from the next,
      // of which tokenizer_config.json is the last.
      let isWordPiece = (bytes.first ?? 0) & 1 == 0
      let names =
        isWordPiece
        ? ["vocab.txt", "tokenizer_config.json"] : ["vocab.json", "merges.txt", "tokenizer_config.json"]
      let contents = bytes.dropFirst().split(separator: 0, maxSplits: names.count - 1, omittingEmptySubsequences: false)
      var paths: [String: String] = [:]
      for (name, content) in zip(names, contents) { paths[name] = file.write(Array(content), name) }
      guard let path = paths[names[0]] else { return }
      use(try TokenizerFiles(folder: file.path) { paths[$0] }.tokenizer(names[0], at: path))
    },
  ]
}
