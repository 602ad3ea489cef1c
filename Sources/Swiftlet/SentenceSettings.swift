/// How a folder in the layout of Sentence Transformers makes one vector of a text: `modules.json` lists the steps,
/// `1_Pooling/config.json` says how tokens are pooled, and `sentence_bert_config.json` how texts are read.
///
/// All three may be missing. Whether the vector is scaled at the end is not read: `TextEmbedder` decides that.
package struct SentenceSettings: Equatable {
  /// How tokens become one vector.
  package private(set) var pooling = Pooling.mean
  /// Tokens that are read at most, special ones included.
  package private(set) var maximumTokens: Int?
  /// Whether texts are read in lower case.
  package private(set) var lowercases = false

  /// Reads a folder's settings.
  /// - Parameter poolingIsGiven: whether somebody has chosen another way, so that the folder's own is not looked at.
  /// - Throws: `SwiftletFailure.sentenceSettings`, or a failure of reading.
  package init(folder: String, poolingIsGiven: Bool = false) throws {
    if let (json, path) = try Self.read("sentence_bert_config.json", folder) {
      maximumTokens = json["max_seq_length"]?.int
      lowercases = json["do_lower_case"]?.bool ?? false
      if let maximumTokens, maximumTokens < 3 {
        throw SwiftletFailure.sentenceSettings(
          path: path, reason: "max_seq_length is \(maximumTokens), and at least 3 is expected.")
      }
    }
    guard !poolingIsGiven else { return }
    var poolingFolder = "1_Pooling"
    if let (json, path) = try Self.read("modules.json", folder) {
      for module in json.array ?? [] {
        let kind = module["type"]?.string?.split(separator: ".").last.map(String.init) ?? ""
        switch kind {
        case "Transformer", "Normalize": continue
        case "Pooling": poolingFolder = module["path"]?.string ?? poolingFolder
        default:
          throw SwiftletFailure.sentenceSettings(
            path: path,
            reason: "the step \(kind.quotedForMessage) is not known; with --pooling, vectors are made without it.")
        }
      }
    }
    if let (json, path) = try Self.read(Files.path(poolingFolder, "config.json"), folder) {
      pooling = try Self.pooling(json, path)
    }
  }

  /// The one way of pooling that is switched on; the mean is, unless it is switched off.
  private static func pooling(_ json: JSONValue, _ path: String) throws(SwiftletFailure) -> Pooling {
    var modes = (json.object?.keys ?? []).filter { $0.hasPrefix("pooling_mode_") && json[$0]?.bool == true }
    let mean = "pooling_mode_mean_tokens"
    if json[mean] == nil, modes.isEmpty { modes.append(mean) }
    switch modes {
    // Divided by the length or its root: the direction is the same.
    case [mean], ["pooling_mode_mean_sqrt_len_tokens"]: return .mean
    case ["pooling_mode_cls_token"]: return .first
    case ["pooling_mode_lasttoken"]: return .last
    default:
      throw .sentenceSettings(
        path: path,
        reason: "pooling by [\(modes.joined(separator: ", "))] is not known; choose mean, first or last with --pooling."
      )
    }
  }

  private static func read(_ name: String, _ folder: String) throws -> (json: JSONValue, path: String)? {
    let path = Files.path(folder, name)
    guard Files.kind(of: path) != nil else { return nil }
    return (try Files.readJSON(path, limit: 1 << 20), path)
  }
}
