import Corpora
import Files
import Transformers

extension PretrainingSettings {
  /// For the state file and for reports.
  public var json: JSONValue {
    var json: JSONValue = [
      "objective": .string(objective.rawValue), "batch": .integer(batch), "context": .integer(context),
      "masked_share": .number(masking.share), "masked": .number(masking.masked), "random": .number(masking.random),
      "whole_words": .bool(masking.wholeWords), "crosses_documents": .bool(crossesDocuments),
      "draws_windows": .bool(drawsWindows), "marks_documents": .bool(marksDocuments),
      "smoothing": .number(smoothing), "dropout": .number(dropout), "loop": loop.json,
      "subword_sampling": JSONValue(subwordSampling), "memory_limit": memoryLimit.map { .integer($0) } ?? .null,
    ]
    if let adapter { json["adapter"] = adapter.json }
    if let distillation { json["distillation"] = distillation.json }
    guard objective.hidesTokens else { return json }
    json["mask_copies"] = maskCopies.map { .integer($0) } ?? .null
    json["masked_batches"] = .number(maskedShare)
    json["next_sentence"] = .bool(predictsNextSentence)
    json["short_sequences"] = .number(shortShare)
    json["keeps_sentences"] = .bool(keepsSentences)
    return json
  }

  /// Reads them back; nil where something is missing or unknown.
  public init?(json: JSONValue) {
    guard let objective = json["objective"]?.string.flatMap(Objective.init(rawValue:)),
      let batch = json["batch"]?.int, let context = json["context"]?.int,
      let loop = json["loop"].flatMap({ LoopSettings(json: $0) }), let share = json["masked_share"]?.double,
      let masked = json["masked"]?.double, let random = json["random"]?.double,
      let wholeWords = json["whole_words"]?.bool, let crossesDocuments = json["crosses_documents"]?.bool,
      let drawsWindows = json["draws_windows"]?.bool, let marksDocuments = json["marks_documents"]?.bool,
      let smoothing = json["smoothing"]?.double, let dropout = json["dropout"]?.double
    else { return nil }
    self.init(objective: objective, batch: batch, context: context, loop: loop)
    masking = TokenMasking(share: share, masked: masked, random: random, wholeWords: wholeWords)
    (self.crossesDocuments, self.drawsWindows) = (crossesDocuments, drawsWindows)
    (self.marksDocuments, self.smoothing, self.dropout) = (marksDocuments, smoothing, dropout)
    subwordSampling = json["subword_sampling"]?.double
    memoryLimit = json["memory_limit"]?.int
    if let distillation = json["distillation"] {
      guard let settings = DistillationSettings(json: distillation) else { return nil }
      self.distillation = settings
    }
    if let json = json["adapter"] {
      guard let adapter = LowRankSettings(json: json) else { return nil }
      self.adapter = adapter
    }
    guard objective.hidesTokens else { return }
    guard let maskedShare = json["masked_batches"]?.double, let nextSentence = json["next_sentence"]?.bool,
      let shortShare = json["short_sequences"]?.double, let keepsSentences = json["keeps_sentences"]?.bool
    else { return nil }
    maskCopies = json["mask_copies"]?.int
    (self.maskedShare, predictsNextSentence) = (maskedShare, nextSentence)
    (self.shortShare, self.keepsSentences) = (shortShare, keepsSentences)
  }
}
