import Files

/// The description of a model that stands in its folder as `README.md`: facts for programs in front, text for people
/// after it, as Hugging Face's cards are.
public struct ModelCard: Sendable, Equatable {
  /// The heading.
  public var title: String
  /// What the model is for, by its name on the hub: `text-generation`, `fill-mask`, `text-classification`.
  public var task: String?
  /// Under which terms, by its SPDX name in lower case.
  public var license: String?
  /// The languages, as codes.
  public var languages: [String] = []
  /// Words to find it by.
  public var tags: [String] = []
  /// What it was trained on.
  public var datasets: [String] = []
  /// How it was measured: names with values.
  public var metrics: [(name: String, value: String)] = []
  /// Paragraphs in Markdown.
  public var text: String

  /// A card with a title and paragraphs; the facts are set one by one.
  public init(title: String, text: String) {
    self.title = title
    self.text = text
  }

  /// The content of the file.
  public var markdown: String {
    var lines = ["---"]
    if let license { lines.append("license: \(Self.quoted(license))") }
    for (key, values) in [("language", languages), ("tags", tags), ("datasets", datasets)] where !values.isEmpty {
      lines += ["\(key):"] + values.map { "- \(Self.quoted($0))" }
    }
    if let task { lines.append("pipeline_tag: \(Self.quoted(task))") }
    lines += ["library_name: transformers"]
    if !metrics.isEmpty { lines += ["metrics:"] + metrics.map { "- \(Self.quoted($0.name))" } }
    lines += ["---", "", "# \(title)", "", text]
    if !metrics.isEmpty {
      lines += ["", "| measure | value |", "|---|---|"]
      lines += metrics.map { "| \(Self.cell($0.name)) | \(Self.cell($0.value)) |" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether both make the same file.
  public static func == (left: ModelCard, right: ModelCard) -> Bool { left.markdown == right.markdown }

  /// A string as YAML reads it back whatever is in it: YAML takes JSON's strings.
  private static func quoted(_ text: String) -> String { JSONValue.string(text).serialized() }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      .split(separator: "\n").joined(separator: " ")
  }
}
