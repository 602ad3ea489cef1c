import Files

/// Why a model refuses a batch, before it computes anything.
public enum ModelFailure: Failure, Equatable {
  /// There is no token at all, or a sequence without one.
  case empty(sequence: Int?)
  /// The lengths do not add up to the number of tokens, or there are not as many segments.
  case inconsistentBatch(tokens: Int, segments: Int, lengths: Int)
  /// A token that the vocabulary does not have.
  case tokenOutOfRange(token: Int, row: Int, vocabularySize: Int)
  /// A segment that the model does not know.
  case segmentOutOfRange(segment: Int, row: Int, segmentTypes: Int)
  /// A sequence with more tokens than the model has positions.
  case sequenceTooLong(sequence: Int, length: Int, maximum: Int)
  /// More tokens, sequences or rows than the activations were planned for.
  case activationsTooSmall(what: String, found: Int, planned: Int)
  /// Gradients are asked for, and the activations were planned for evaluation.
  case activationsNotForTraining
  /// Floats are needed, and some matrices are there only as they are stored.
  case weightsAsStored
  /// Weights, gradients, activations or a cache of another model.
  case otherModel(what: String)
  /// The model has another head than the request needs.
  case wrongHead(needed: String, found: TransformerConfiguration.Head)
  /// Not as many targets as there should be.
  case targetCount(expected: Int, found: Int)
  /// A target that is not a token or a label of the model.
  case targetOutOfRange(target: Int, index: Int, count: Int)
  /// A target that is not a finite number.
  case targetNotFinite(index: Int)
  /// A row that the batch does not have, or rows that do not ascend.
  case rowOutOfRange(row: Int, index: Int, rows: Int)
  /// The targets' kind is not what the configuration's problem type asks for.
  case wrongTargets(expected: String)
  /// A teacher with more or fewer answers than its student has.
  case otherTeacher(what: String, teacher: Int, student: Int)
  /// A sequence that the cache does not have, or that is named twice.
  case unknownSequence(sequence: Int, sequences: Int)
  /// The cache has no room for the tokens.
  case cacheFull(sequence: Int, length: Int, added: Int, capacity: Int)

  /// Requests out of range are usage errors, mixed-up buffers faults of the program.
  public var kind: FailureKind {
    switch self {
    case .otherModel, .activationsNotForTraining, .weightsAsStored: .internalFault
    case .sequenceTooLong, .activationsTooSmall, .wrongHead, .unknownSequence, .cacheFull: .usage
    default: .badData
    }
  }

  /// One sentence.
  public var description: String {
    switch self {
    case .empty(nil):
      "The batch has no tokens; give it at least one sequence with one token."
    case .empty(let sequence?):
      "Sequence \(sequence) of the batch has no tokens; leave it out, or begin it with a special token."
    case .inconsistentBatch(let tokens, let segments, let lengths):
      "The batch has \(tokens) tokens and \(segments) segments, and lengths that add up to \(lengths); they should agree."
    case .tokenOutOfRange(let token, let row, let vocabularySize):
      "Token \(token) at row \(row) is not in the model's vocabulary of \(vocabularySize); is it another tokenizer's?"
    case .segmentOutOfRange(let segment, let row, let segmentTypes):
      "Segment \(segment) at row \(row) is unknown to the model, which has \(segmentTypes), counted from 0."
    case .sequenceTooLong(let sequence, let length, let maximum):
      "Sequence \(sequence) has \(length) tokens, and the model reads at most \(maximum); cut or split it."
    case .activationsTooSmall(let what, let found, let planned):
      "The batch has \(found) \(what), and memory was planned for \(planned)."
    case .activationsNotForTraining:
      "Gradients need activations that were planned for training."
    case .weightsAsStored:
      "Some of these weights are there only as they are stored: such a model answers, but is not trained, explained or "
        + "converted; read its folder as floats."
    case .otherModel(let what):
      "The \(what) belong to another model."
    case .wrongHead(let needed, let found):
      "This needs a model with \(needed), and the model has \(found.name)."
    case .targetCount(let expected, let found):
      "There are \(found) targets where \(expected) are expected."
    case .targetOutOfRange(let target, let index, let count):
      "Target \(index) is \(target); it should be at least 0 and below \(count)."
    case .targetNotFinite(let index):
      "Target \(index) is not a finite number."
    case .rowOutOfRange(let row, let index, let rows):
      "Row \(row), number \(index) of those asked for, is not one of the batch's \(rows) rows, or not after the one before."
    case .wrongTargets(let expected):
      "The targets do not fit the model's problem type: \(expected) are expected."
    case .otherTeacher(let what, let teacher, let student):
      "The teacher has \(teacher) \(what) and the model that learns from it has \(student); they must be the same."
    case .unknownSequence(let sequence, let sequences):
      "The cache has \(sequences) sequences, and number \(sequence) is not one of them, or is named twice."
    case .cacheFull(let sequence, let length, let added, let capacity):
      "Sequence \(sequence) holds \(length) tokens of at most \(capacity), so \(added) more do not fit; shorten the text."
    }
  }
}

extension TransformerConfiguration.Head {
  /// What it is called in messages.
  public var name: String {
    switch self {
    case .none: "no head"
    case .causalLanguage: "a causal language head"
    case .maskedLanguage: "a masked language head"
    case .maskedLanguageAndNextSentence: "masked language and next-sentence heads"
    case .sequenceClassification: "a sequence classification head"
    case .tokenClassification: "a token classification head"
    }
  }
}
