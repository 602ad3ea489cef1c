import Files
import Tensors

/// Which copies of a document are left out of a corpus.
public enum CopyRemoval: String, Sendable, Equatable, CaseIterable {
  /// None.
  case none
  /// Those that are the same, byte for byte, as a document before them.
  case exact
  /// Those that are the same or nearly the same (see `NearDuplicates`).
  case near
}

/// How a corpus becomes tokens.
public struct CorpusOptions: Sendable, Equatable {
  /// The share of the text for validation, where no text for it is given; 0 for none.
  public var validationFraction = 0.1
  /// What decides which documents these are.
  public var seed: UInt64 = 1
  /// Which copies of a document are left out.
  public var copies = CopyRemoval.none

  /// A tenth for validation, and nothing removed.
  public init(validationFraction: Double = 0.1, seed: UInt64 = 1, copies: CopyRemoval = .none) {
    self.validationFraction = validationFraction
    self.seed = seed
    self.copies = copies
  }
}

/// A corpus as tokens.
public struct PreparedCorpus: Sendable {
  /// The tokens to train on.
  public let training: TokenShard
  /// Those to validate with; nil where none were wanted.
  public let validation: TokenShard?
  /// What the text holds.
  public let survey: CorpusSurvey
  /// What the validation text holds, where it is a text of its own.
  public let validationSurvey: CorpusSurvey?
  /// What should be known about it, as sentences.
  public let notes: [String]
  /// Whether the tokens were there from an earlier run.
  public let isFromCache: Bool
}

/// Turns text into tokens for training and validation, once: a second run finds them in the cache.
public struct CorpusPreparation {
  /// The text.
  public var source: TextSource
  /// The text for validation; nil takes a part of `source`.
  public var validation: TextSource?
  /// What turns text into tokens.
  public var encoder: TextEncoder
  /// How it is done.
  public var options: CorpusOptions
  /// Where the tokens are kept; nil keeps them in memory.
  public var cacheFolder: String?
  /// The threads that encode; the result does not depend on them.
  public var execution: Execution?
  /// Receives the share of text that is encoded, now and then.
  public var progress: (Double) -> Void = { _ in }

  /// A preparation.
  public init(
    _ source: TextSource, validation: TextSource? = nil, encoder: TextEncoder, options: CorpusOptions = .init(),
    cacheFolder: String? = nil, execution: Execution? = nil
  ) {
    (self.source, self.validation, self.encoder) = (source, validation, encoder)
    (self.options, self.cacheFolder, self.execution) = (options, cacheFolder, execution)
  }

  /// Reads, parts and encodes the text.
  public func run() throws(CorpusFailure) -> PreparedCorpus {
    let survey = try CorpusSurvey(source)
    var validationSurvey: CorpusSurvey?
    if let validation { validationSurvey = try CorpusSurvey(validation) }
    let split: CorpusSplit =
      validation != nil || options.validationFraction == 0
      ? .none : try CorpusSplit(survey, fraction: options.validationFraction, seed: options.seed)
    var notes = Self.notes(source, survey) + (validation.map { Self.notes($0, validationSurvey ?? survey) } ?? [])
    if case .byPosition = split {
      notes.append("There are too few documents to part them, so the end of the text is for validation.")
    }
    if let validationSurvey {
      let shared = survey.documentsShared(with: validationSurvey)
      if shared > 0 { notes.append("\(shared) documents of the validation text are in the training text, too.") }
    }
    let key = cacheKey(survey, validationSurvey, split)
    let hasValidation = validation != nil || split != .none
    if let found = cached(key, hasValidation: hasValidation, &notes) {
      return PreparedCorpus(
        training: found.0, validation: found.1, survey: survey, validationSurvey: validationSurvey, notes: notes,
        isFromCache: true)
    }
    if let cacheFolder { try reading { () throws(FileFailure) in try Files.createFolder(cacheFolder) } }
    let training = try TokenShardWriter(
      vocabularySize: encoder.vocabularySize, path: path(key, "training"))
    let held =
      hasValidation
      ? try TokenShardWriter(vocabularySize: encoder.vocabularySize, path: path(key, "validation")) : nil
    let dropped = try copies(survey)
    let total = Double(survey.bytes + (validationSurvey?.bytes ?? 0))
    var encoding = CorpusEncoding(
      encoder: encoder, execution: execution, split: split, survey: survey, dropped: dropped)
    try encoding.run(source, training: training, validation: held) { progress(Double($0) / total) }
    if let validation, let validationSurvey, let held {
      var encoding = CorpusEncoding(
        encoder: encoder, execution: execution, split: .none, survey: validationSurvey, dropped: [])
      try encoding.run(validation, training: held, validation: nil) {
        progress(Double(survey.bytes + $0) / total)
      }
    }
    progress(1)
    return PreparedCorpus(
      training: try training.finish(), validation: try held?.finish(), survey: survey,
      validationSurvey: validationSurvey, notes: notes, isFromCache: false)
  }

  /// The documents of the text that are left out.
  private func copies(_ survey: CorpusSurvey) throws(CorpusFailure) -> Set<Int> {
    switch options.copies {
    case .none: []
    case .exact: Set(survey.repeated())
    case .near: try NearDuplicates.copies(in: source).union(survey.repeated())
    }
  }

  // MARK: Cache

  private func path(_ key: String, _ side: String) -> String? {
    cacheFolder.map { Files.path($0, "\(key)-\(side).tokens") }
  }

  private func cacheKey(_ survey: CorpusSurvey, _ validation: CorpusSurvey?, _ split: CorpusSplit) -> String {
    let description = [
      "\(ShardFormat.version)", encoder.identity, "\(survey.identity)", "\(validation?.identity ?? 0)", "\(split)",
      options.copies.rawValue,
    ].joined(separator: "\n")
    return String(SHA256.digest(of: Array(description.utf8)).description.prefix(24))
  }

  private func cached(
    _ key: String, hasValidation: Bool, _ notes: inout [String]
  ) -> (TokenShard, TokenShard?)? {
    guard let training = path(key, "training"), let validation = path(key, "validation"), Files.isFile(training),
      !hasValidation || Files.isFile(validation)
    else { return nil }
    do throws(CorpusFailure) {
      let found = (try TokenShard(contentsOf: training), hasValidation ? try TokenShard(contentsOf: validation) : nil)
      for (shard, path) in [(found.0, training), (found.1 ?? found.0, validation)]
      where shard.vocabularySize != encoder.vocabularySize {
        throw .corruptShard(
          path: path,
          reason: "its vocabulary has \(shard.vocabularySize) tokens, and the tokenizer's \(encoder.vocabularySize)")
      }
      return found
    } catch {
      notes.append("Tokens of an earlier run are made again: \(error.description)")
      return nil
    }
  }

  private static func notes(_ source: TextSource, _ survey: CorpusSurvey) -> [String] {
    var notes: [String] = []
    if !source.skipped.isEmpty {
      let names = source.skipped.prefix(5).map { "\($0.path) (\($0.reason))" }.joined(separator: ", ")
      notes.append(
        "Left out \(source.skipped.count) \(source.skipped.count == 1 ? "file" : "files"): \(names)"
          + (source.skipped.count > 5 ? " …" : "."))
    }
    if survey.replacements > 0 {
      notes.append("Put U+FFFD in place of \(survey.replacements) bytes or characters that are not text.")
    }
    return notes
  }
}
