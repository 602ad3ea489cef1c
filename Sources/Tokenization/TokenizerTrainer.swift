import CSentencePiece

/// Trains a model with libsentencepiece, and goes on by itself where the library stops: with a vocabulary that is
/// too large for the corpus, or too small for its characters.
struct TokenizerTrainer {
  private let options: TokenizerTrainingOptions
  private var sentences: TrainingSentences
  private(set) var notes: [String] = []

  init(_ options: TokenizerTrainingOptions, _ sentences: TrainingSentences) {
    self.options = options
    self.sentences = sentences
    self.sentences.cutBack()
  }

  /// The serialized model.
  mutating func train() throws(TokenizerFailure) -> [UInt8] {
    guard sentences.count > 0 else { throw .emptyCorpus }
    noteCounts()
    let wished = options.vocabularySize
    if let wished { try checkRoom(in: wished) }
    var settings = try librarySettings()
    // Each round either succeeds or lowers one of two numbers.
    for _ in 0..<8 {
      if options.modelType == .unigram { try checkCharacters(settings) }
      switch try run(settings, sentences) {
      case .trained(let model):
        return model
      case .vocabularyTooLarge(let most):
        notes.append(
          "The corpus has no more than \(most) pieces to give, so the vocabulary has \(most) instead of "
            + "\(settings["vocab_size"] ?? "").")
        settings["vocab_size"] = String(most)
      case .vocabularyTooSmall:
        try limitCharacters(to: wished ?? Self.defaultVocabulary)
      }
    }
    throw .trainingFailed("libsentencepiece does not say which vocabulary size is possible")
  }

  private static let defaultVocabulary = 8_000

  private mutating func noteCounts() {
    let counts = sentences.counts
    if sentences.isSampled {
      notes.append(
        "The vocabulary is learned from \(sentences.count) of \(counts.sentences) lines (\(sentences.bytes.count) of "
          + "\(counts.bytes) bytes), drawn at random.")
    }
    if counts.cutLines > 0 {
      notes.append("\(counts.cutLines) long lines were learned from in parts.")
    }
    if counts.reservedCharacters > 0 {
      notes.append(
        "Lines were parted at \(counts.reservedCharacters) occurrences of U+2585, which the trainer cannot see.")
    }
    if counts.nullCharacters > 0 {
      notes.append("Lines were parted at \(counts.nullCharacters) NUL characters, which the trainer cannot see.")
    }
  }

  /// The options as the library gets them.
  private func librarySettings() throws(TokenizerFailure) -> [String: String] {
    var settings = options.defaults.merging(options.settings) { $1 }
    settings["model_type"] = options.modelType.rawValue
    if settings["add_dummy_prefix"] == nil {
      settings["add_dummy_prefix"] = sentences.counts.texts * 2 > sentences.counts.lines ? "true" : "false"
    }
    switch options.modelType {
    case .unigram, .bpe:
      settings["vocab_size"] = String(options.vocabularySize ?? Self.defaultVocabulary)
      if settings["use_all_vocab"] == "true" {
        throw .optionNotSettable("use_all_vocab", reason: "it is for char and word models only")
      }
    case .char, .word:
      // Without a wish, everything that the corpus has.
      settings["vocab_size"] = String(options.vocabularySize ?? 1_000_000)
    }
    // What the library would do with these has been done here.
    for name in ["input_sentence_size", "shuffle_input_sentence"] { settings[name] = nil }
    settings["max_sentence_length"] = String(1 << 30)
    if options.modelType == .char, !options.isSet("byte_fallback") {
      // Two characters that the trainer cannot learn must be symbols to be anything at all.
      var symbols = settings["user_defined_symbols"].map { [$0] } ?? []
      if sentences.counts.tabs > 0 { symbols.append("\t") }
      if sentences.counts.reservedCharacters > 0 {
        symbols.append(String(decoding: TrainingSentences.reservedCharacter, as: UTF8.self))
      }
      settings["user_defined_symbols"] = symbols.filter { !$0.isEmpty }.joined(separator: ",")
    }
    return settings
  }

  /// Keeps only the most frequent characters, so that they and something longer fit into the vocabulary.
  private mutating func limitCharacters(to vocabulary: Int) throws(TokenizerFailure) {
    let fixed = fixedPieceCount
    let counts = sentences.characterCounts()
    guard options.isSet("byte_fallback") else {
      throw .vocabularyTooSmall(
        vocabulary, smallest: fixed + counts.count + 1,
        reason: "the corpus has \(counts.count) different characters, and byte_fallback is off")
    }
    // Half of the room is for characters.
    let room = (vocabulary - fixed) / 2
    guard room >= 1, counts.count > 1 else {
      throw .vocabularyTooSmall(
        vocabulary, smallest: fixed + 4, reason: "special tokens, symbols and bytes take \(fixed) of it")
    }
    let kept = counts.prefix(min(room, counts.count - 1))
    sentences = sentences.limited(to: Set(kept.map(\.character)))
    guard sentences.count > 0 else { throw .emptyCorpus }
    notes.append(
      "The corpus has \(counts.count) different characters, too many for a vocabulary of \(vocabulary): the "
        + "\(kept.count) most frequent have pieces of their own, the others are written as bytes.")
  }

  /// The library's own message about special tokens without room names a line of its source.
  private func checkRoom(in vocabulary: Int) throws(TokenizerFailure) {
    let fixed = fixedPieceCount
    guard vocabulary > fixed else {
      throw .vocabularyTooSmall(
        vocabulary, smallest: fixed + 4, reason: "special tokens, symbols and bytes take \(fixed) of it")
    }
    let highest = ["unk_id", "bos_id", "eos_id", "pad_id"].compactMap { options.value(of: $0).flatMap { Int($0) } }
      .max()
    guard let highest, highest >= vocabulary else { return }
    throw .vocabularyTooSmall(
      vocabulary, smallest: highest + 1, reason: "a special token is to have the identifier \(highest)")
  }

  /// How many pieces do not come from the corpus.
  private var fixedPieceCount: Int {
    let specials = ["unk_id", "bos_id", "eos_id", "pad_id"].count { options.value(of: $0) != "-1" }
    let symbols = ["control_symbols", "user_defined_symbols"].reduce(0) { count, name in
      count + (options.value(of: name).map { $0.isEmpty ? 0 : $0.split(separator: ",").count } ?? 0)
    }
    return specials + symbols + (options.isSet("byte_fallback") ? 256 : 0)
  }

  // MARK: The library

  private enum Outcome {
    case trained([UInt8])
    case vocabularyTooLarge(most: Int)
    case vocabularyTooSmall
  }

  /// Makes sure that a character is left when the text has been normalized and symbols and tabs are taken away;
  /// otherwise the library would end the process.
  ///
  /// Its trainer of `char` models, which does not, tells.
  private func checkCharacters(_ settings: [String: String]) throws(TokenizerFailure) {
    var settings = settings
    settings["model_type"] = "char"
    settings["vocab_size"] = "1000000"
    settings["hard_vocab_limit"] = "false"
    settings["self_test_sample_size"] = "0"
    // Some lines are nearly always enough.
    for part in [sentences.prefix(1_000), sentences] {
      if case .trained(let model) = try run(settings, part),
        try SentencePieceModel(parsing: model).pieces.contains(where: { $0.kind == .normal })
      {
        return
      }
    }
    throw .emptyCorpus
  }

  private func run(
    _ settings: [String: String], _ sentences: TrainingSentences
  ) throws(TokenizerFailure) -> Outcome {
    let names = settings.keys.sorted()
    let feed = Feed(sentences)
    let (status, message) = withMessage { message in
      withCStrings(names) { namePointers in
        withCStrings(names.map { settings[$0] ?? "" }) { valuePointers in
          csentencepiece_train(
            namePointers, valuePointers, names.count,
            { context, bytes, length in
              guard let context else { return -1 }
              return Unmanaged<Feed>.fromOpaque(context).takeUnretainedValue().next(bytes, length)
            },
            { context, bytes, length in
              guard let context else { return }
              Unmanaged<Feed>.fromOpaque(context).takeUnretainedValue().model = Array(
                UnsafeBufferPointer(start: bytes, count: length))
            },
            Unmanaged.passUnretained(feed).toOpaque(), message)
        }
      }
    }
    withExtendedLifetime(feed) {}
    if status == CSentencePieceOK { return .trained(feed.model) }
    if let most = Self.number(in: message, behind: "Please set it to a value <= ") {
      return .vocabularyTooLarge(most: most)
    }
    if message.contains("smaller than required_chars") { return .vocabularyTooSmall }
    throw .trainingFailed(message)
  }

  private static func number(in message: String, behind phrase: String) -> Int? {
    let characters = Array(message)
    let wanted = Array(phrase)
    guard characters.count > wanted.count else { return nil }
    for start in 0...characters.count - wanted.count
    where characters[start..<start + wanted.count].elementsEqual(wanted) {
      return Int(String(characters[(start + wanted.count)...].prefix { $0.isNumber }))
    }
    return nil
  }

  /// Hands the sentences to the library, and takes the model from it.
  private final class Feed {
    private let sentences: TrainingSentences
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private var sentence = 0
    var model: [UInt8] = []

    init(_ sentences: TrainingSentences) {
      self.sentences = sentences
      memory = .allocate(capacity: sentences.longestSentence)
    }

    deinit { memory.deallocate() }

    func next(
      _ bytes: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ length: UnsafeMutablePointer<Int>
    ) -> Int32 {
      guard sentence < sentences.count else { return 0 }
      let range = sentences.range(of: sentence)
      _ = memory.update(fromContentsOf: sentences.bytes[range])
      bytes.pointee = UnsafePointer(memory.baseAddress)
      length.pointee = range.count
      sentence += 1
      return 1
    }
  }
}

/// Calls `body` with C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>>) -> Result
) -> Result {
  // All strings one behind the other, each ended by NUL.
  var bytes: [CChar] = []
  var starts: [Int] = []
  for string in strings {
    starts.append(bytes.count)
    bytes += string.utf8.map { CChar(bitPattern: $0) } + [0]
  }
  let characters = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
  let pointers = UnsafeMutablePointer<UnsafePointer<CChar>>.allocate(capacity: starts.count + 1)
  defer {
    characters.deallocate()
    pointers.deallocate()
  }
  for (index, byte) in bytes.enumerated() { (characters + index).initialize(to: byte) }
  for (index, start) in starts.enumerated() { (pointers + index).initialize(to: UnsafePointer(characters + start)) }
  return body(pointers)
}
