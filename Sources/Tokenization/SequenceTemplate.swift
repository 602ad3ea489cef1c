import Files

/// Which special tokens stand around a text, or a pair of texts, when Hugging Face's tokenizer reads it for a model.
public enum SequenceTemplate: String, Sendable, Hashable, CaseIterable {
  /// None.
  case plain
  /// `<s> A`: a text that a causal model goes on with.
  case causal
  /// `<s> A </s>` and `<s> A </s> B </s>`, all of segment 0: what a classifier with a causal trunk reads.
  case classifier
  /// `<s> A </s>` and `<s> A </s> B </s>`, with segments 0 and 1.
  case bert
  /// `<s> A </s>` and `<s> A </s></s> B </s>`, all of segment 0.
  case roberta

  /// The names of what the tokenizer gives to a model of this kind.
  var modelInputNames: JSONValue {
    self == .bert ? ["input_ids", "token_type_ids", "attention_mask"] : ["input_ids", "attention_mask"]
  }

  /// The `post_processor` of a `tokenizer.json`; null where it has nothing to add.
  func postProcessor(begin: Piece?, end: Piece?, identifier: (Piece) -> Int32?) -> JSONValue {
    let first: JSONValue = Self.text("A", segment: 0)
    var (single, pair): ([JSONValue], [JSONValue])
    switch (self, begin, end) {
    case (.causal, let begin?, _):
      single = [Self.mark(begin, segment: 0), first]
      pair = single + [Self.text("B", segment: 0)]
    case (.classifier, let begin?, let end?):
      single = [Self.mark(begin, segment: 0), first, Self.mark(end, segment: 0)]
      pair = single + [Self.text("B", segment: 0), Self.mark(end, segment: 0)]
    case (.bert, let begin?, let end?):
      single = [Self.mark(begin, segment: 0), first, Self.mark(end, segment: 0)]
      pair = single + [Self.text("B", segment: 1), Self.mark(end, segment: 1)]
    case (.roberta, let begin?, let end?):
      single = [Self.mark(begin, segment: 0), first, Self.mark(end, segment: 0)]
      pair = single + [Self.mark(end, segment: 0), Self.text("B", segment: 0), Self.mark(end, segment: 0)]
    default:
      return .null
    }
    var marks = JSONObject()
    for piece in [begin, self == .causal ? nil : end].compactMap(\.self) {
      marks[piece.text] = [
        "id": .string(piece.text), "ids": [.integer(Int(identifier(piece) ?? 0))], "tokens": [.string(piece.text)],
      ]
    }
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array(pair), "special_tokens": .object(marks),
    ]
  }

  private static func text(_ name: String, segment: Int) -> JSONValue {
    ["Sequence": ["id": .string(name), "type_id": .integer(segment)]]
  }

  private static func mark(_ piece: Piece, segment: Int) -> JSONValue {
    ["SpecialToken": ["id": .string(piece.text), "type_id": .integer(segment)]]
  }
}
