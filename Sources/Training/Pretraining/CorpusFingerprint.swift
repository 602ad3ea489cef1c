import Corpora
import Files
import Tokenization

/// What tells one corpus, as tokens, from another: a run goes on only with the text it began with.
struct CorpusFingerprint {
  let json: JSONValue

  init(_ training: TokenShard, _ validation: TokenShard?, _ tokenizer: Tokenizer) {
    json = [
      "tokenizer": .string(SHA256.digest(of: tokenizer.modelBytes).description),
      "training": Self.fingerprint(training), "validation": validation.map(Self.fingerprint) ?? .null,
    ]
  }

  /// Counts, and the hash of the first and the last tokens: a change in between that keeps both counts is not likely,
  /// and reading a corpus larger than memory is not cheap.
  private static func fingerprint(_ shard: TokenShard) -> JSONValue {
    let most = 1 << 16
    var tokens: [Int32] = []
    shard.append(0..<min(most, shard.tokenCount), to: &tokens)
    shard.append(max(0, shard.tokenCount - most)..<shard.tokenCount, to: &tokens)
    let bytes = tokens.flatMap { token in (0..<4).map { UInt8(truncatingIfNeeded: token >> (8 * $0)) } }
    return [
      "tokens": .integer(shard.tokenCount), "documents": .integer(shard.documentCount),
      "bytes": .integer(shard.textByteCount), "sha256": .string(SHA256.digest(of: bytes).description),
    ]
  }

  /// What differs, for a message; nil where nothing does.
  func difference(from other: JSONValue) -> String? {
    if json["tokenizer"] != other["tokenizer"] { return "it was made with another tokenizer" }
    if json["training"] != other["training"] { return "it was made with another training text" }
    if json["validation"] != other["validation"] { return "it was made with another validation text" }
    return nil
  }
}
