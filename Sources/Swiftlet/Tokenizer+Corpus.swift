extension Tokenizer {
  /// Learns a vocabulary from a corpus, which may be larger than memory.
  public static func train(
    on source: TextSource, options: TokenizerTrainingOptions = .init()
  ) throws -> TokenizerTrainingResult {
    let reader = source.reader()
    return try train(options: options) { try reader.next()?.utf8 }
  }

  /// How well the vocabulary fits a corpus, measured on its first `mostBytes` bytes.
  public func measure(
    on source: TextSource, mostBytes: Int = .max
  ) throws -> (bytes: Int, tokens: Int, bytesPerToken: Double) {
    let reader = source.reader()
    var (bytes, tokens) = (0, 0)
    while bytes < mostBytes, let part = try reader.next() {
      bytes += part.utf8.count
      tokens += encode(utf8: part.utf8).count
    }
    return (bytes, tokens, tokens == 0 ? 0 : Double(bytes) / Double(tokens))
  }
}
