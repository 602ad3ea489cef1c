import Files

/// What should be known about labelled data before a model is trained on it.
public struct LabelledReport: Sendable {
  /// Two rows that belong together; the numbers are their lines.
  public struct Twins: Sendable, Hashable {
    /// The line of the earlier row.
    public let first: Int
    /// The line of the later row.
    public let second: Int

    /// Two lines.
    public init(first: Int, second: Int) { (self.first, self.second) = (first, second) }
  }

  /// How many rows each label has, in the order of the names.
  public let classCounts: [(name: String, count: Int)]
  /// Rows whose texts and labels are those of an earlier row.
  public private(set) var duplicates = Listing<Twins>()
  /// Rows whose texts are those of an earlier row with other labels.
  public private(set) var contradictions = Listing<Twins>()
  /// Rows of the training data, and rows of the validation data with the same texts.
  public private(set) var shared = Listing<Twins>()
  /// The lines of rows that are longer than the model reads.
  public private(set) var longRows = Listing<Int>()
  /// Rows that cannot be used: empty texts, empty labels, columns too many or too few.
  public let badRows: Listing<LabelledFailure.BadRow>
  /// The lines of rows whose characters look damaged, by the kind of damage.
  public private(set) var damaged: [EncodingDamage: Listing<Int>] = [:]
  /// Pairs of labels that may be one, written in two ways.
  public private(set) var similarNames: [(String, String)] = []
  /// Labels of the validation data that the training data has not.
  public private(set) var unknownNames: [String] = []
  /// Tokens in the longest row.
  public private(set) var longestRow = 0

  /// Looks through the rows.
  /// - Parameters:
  ///   - validation: Rows that must not be among the others.
  ///   - maximumTokens: What the model reads at most; nil for any length.
  ///   - tokens: How many tokens a text has.
  public init(
    _ data: LabelledData, validation: LabelledData? = nil, maximumTokens: Int? = nil,
    tokens: (String) -> Int = { $0.utf8.count }
  ) {
    let counts = data.classCounts
    badRows = data.badRows
    classCounts = data.labelNames.indices.map { (data.labelNames[$0], counts[$0]) }
    var firstRows = FirstRows(data.rows)
    for (place, row) in data.rows.enumerated() {
      let length = tokens(row.text) + (row.pair.map(tokens) ?? 0)
      longestRow = max(longestRow, length)
      if let maximumTokens, length > maximumTokens { longRows.append(row.line) }
      for damage in EncodingDamage.found(in: row.text + (row.pair ?? "")) {
        damaged[damage, default: .init()].append(row.line)
      }
      guard let earlier = firstRows.insert(row, at: place) else { continue }
      let twins = Twins(first: earlier.line, second: row.line)
      if earlier.labels == row.labels, earlier.value == row.value {
        duplicates.append(twins)
      } else {
        contradictions.append(twins)
      }
    }
    for row in validation?.rows ?? [] {
      if let earlier = firstRows.first(like: row) { shared.append(Twins(first: earlier.line, second: row.line)) }
    }
    let known = Set(data.labelNames.map { ExactString($0) })
    unknownNames = validation?.labelNames.filter { !known.contains(ExactString($0)) } ?? []
    similarNames = Self.similar(data.labelNames)
  }

  /// The findings, a sentence each; none where all is well.
  public var findings: [String] {
    var findings: [String] = []
    func add<Example>(_ count: Int, _ what: String, _ examples: [Example], _ text: (Example) -> String) {
      guard count > 0 else { return }
      let shown = examples.prefix(8).map(text).joined(separator: ", ")
      findings.append("\(count) \(what): \(shown)\(count > 8 ? " …" : "")")
    }
    func add<Example>(_ list: Listing<Example>, _ what: String, _ text: (Example) -> String) {
      add(list.count, what, list.kept, text)
    }
    func text(_ line: Int) -> String { "\(line)" }
    add(badRows, "rows cannot be used") { "line \($0.line) (\($0.problem))" }
    for damage in EncodingDamage.allCases {
      add(damaged[damage] ?? .init(), "rows have \(damage.rawValue), on lines", text)
    }
    add(duplicates, "rows are copies (line = line)", Self.text)
    add(contradictions, "texts have two different labels (line = line)", Self.text)
    add(shared, "validation rows are in the training data, too (line = line)", Self.text)
    add(longRows, "rows are longer than the model reads, on lines", text)
    add(
      similarNames.count, "pairs of labels look like one label", similarNames,
      { "\($0.0.quotedForMessage) and \($0.1.quotedForMessage)" })
    add(unknownNames.count, "labels are only in the validation data", unknownNames, \.quotedForMessage)
    let rare = classCounts.filter { $0.count < 5 }
    add(rare.count, "labels have fewer than 5 rows", rare) { "\($0.name.quotedForMessage) (\($0.count))" }
    return findings
  }

  private static func text(_ twins: Twins) -> String { "\(twins.first) = \(twins.second)" }

  /// Names that differ in case, spaces and punctuation only; or, where they are long, in one letter.
  private static func similar(_ names: [String]) -> [(String, String)] {
    // Comparing each with each is for people's labels, not for thousands of identifiers.
    guard names.count <= 500 else { return [] }
    let plain = names.map {
      Array($0.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    }
    var pairs: [(String, String)] = []
    for first in names.indices {
      for second in names.indices.dropFirst(first + 1) {
        let (a, b) = (plain[first], plain[second])
        if a == b ? !a.isEmpty : min(a.count, b.count) >= 5 && differInOneLetter(a, b) {
          pairs.append((names[first], names[second]))
        }
      }
    }
    return pairs
  }

  /// Whether one letter put in, left out or changed makes one of the other; digits are no slips of the pen.
  private static func differInOneLetter(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    let (short, long) = a.count <= b.count ? (a, b) : (b, a)
    guard long.count - short.count <= 1,
      let place = long.indices.first(where: { $0 >= short.count || short[$0] != long[$0] })
    else { return false }
    let rest = short.dropFirst(place + (short.count == long.count ? 1 : 0))
    guard rest.elementsEqual(long.dropFirst(place + 1)) else { return false }
    let changed = [long[place]] + (short.count == long.count ? [short[place]] : [])
    return !changed.contains { ("0"..."9").contains($0) }
  }
}
