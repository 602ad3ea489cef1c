/// Which columns of a table, or keys of an object, hold texts and labels.
struct LabelledColumns {
  var text: String
  var pair: String?
  var label: String?

  static let wanted = "`text` or `sentence`, and `label`"

  private static let texts = ["text", "sentence", "sentence1", "question1", "premise", "question", "review", "content"]
  private static let pairs = ["text_pair", "sentence2", "question2", "hypothesis", "text2"]
  private static let labels = ["label", "labels", "class", "category", "target", "gold_label", "is_duplicate", "score"]

  /// Finds the columns among names.
  init(_ names: [String], path: String, options: LabelledOptions) throws(LabelledFailure) {
    func named(_ wish: String?) throws(LabelledFailure) -> String? {
      guard let wish else { return nil }
      guard let found = Self.find(wish, in: names) else {
        throw .missingColumn(path: path, name: wish, found: names)
      }
      return found
    }
    func usual(_ usual: [String]) -> String? { usual.lazy.compactMap { Self.find($0, in: names) }.first }
    pair = try named(options.pairColumn) ?? usual(Self.pairs)
    var text = try named(options.textColumn) ?? usual(Self.texts)
    if options.textColumn == nil, options.pairColumn == nil, pair == nil,
      let question = Self.find("question", in: names),
      let sentence = Self.find("sentence", in: names)
    {
      (text, pair) = (question, sentence)
    }
    label = try named(options.labelColumn) ?? usual(Self.labels)
    guard let text, label != nil || options.allowsNoLabels else {
      throw .noHeader(path: path, found: names, wanted: Self.wanted)
    }
    self.text = text
    if pair == text { pair = nil }
  }

  /// What was taken and what was not, as a sentence.
  func note(_ names: [String]) -> String {
    let others = names.filter { $0 != text && $0 != pair && $0 != label }
    return "text from column `\(text)`" + (pair.map { ", second text from `\($0)`" } ?? "")
      + (label.map { ", label from `\($0)`" } ?? ", no labels")
      + (others.isEmpty ? "" : "; not used: " + others.map { "`\($0)`" }.joined(separator: ", "))
  }

  private static func find(_ wish: String, in names: [String]) -> String? {
    names.first { $0 == wish } ?? names.first { $0.lowercased() == wish.lowercased() }
  }
}

/// Text without white space at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  guard let first = text.unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = text.unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return String(text[first..<text.unicodeScalars.index(after: last)])
}
