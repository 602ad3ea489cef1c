/// Some words of a text that are one thing.
public struct EntitySpan: Sendable, Hashable {
  /// What it is, as the labels behind `B-` and `I-` say.
  public var kind: String
  /// Its words.
  public var words: Range<Int>

  /// A thing.
  public init(kind: String, words: Range<Int>) { (self.kind, self.words) = (kind, words) }
}

/// Labels of words that mark where things begin and go on: `B-PER`, `I-PER`, `O`; with `E-` for ends and `S-` for
/// single words, too.
public enum EntitySpans {
  /// Whether labels are of that form, and one of them marks a thing.
  public static func areMarks(_ labels: [String]) -> Bool {
    labels.contains { $0 != "O" } && labels.allSatisfy { $0 == "O" || parts($0) != nil }
  }

  /// The things that a text's labels mark.
  ///
  /// A label `I-` or `E-` goes on with what a `B-` or `I-` of the same kind before it began; anything else but `O` begins
  /// something, even if it should not, as in the evaluation of CoNLL-2000.
  public static func spans(_ labels: [String]) -> [EntitySpan] {
    var spans: [EntitySpan] = []
    var isOpen = false
    for (index, label) in labels.enumerated() {
      guard let (mark, kind) = parts(label) else {
        isOpen = false
        continue
      }
      if isOpen, mark == "I" || mark == "E", spans[spans.count - 1].kind == kind {
        spans[spans.count - 1].words = spans[spans.count - 1].words.lowerBound..<index + 1
      } else {
        spans.append(EntitySpan(kind: kind, words: index..<index + 1))
      }
      isOpen = mark == "B" || mark == "I"
    }
    return spans
  }

  /// The letter and the kind; nil where nothing is marked.
  private static func parts(_ label: String) -> (mark: Character, kind: String)? {
    guard let mark = label.first, "BIES".contains(mark) else { return nil }
    let rest = label.dropFirst()
    guard rest.first == "-", rest.count > 1 else { return nil }
    return (mark, String(rest.dropFirst()))
  }
}
