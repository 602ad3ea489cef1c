import Console
import Swiftlet

/// What pruning took and cost: sizes, speed, and how well the model does before it, right after it and in the end.
struct PruningReport {
  private let pruning: PruningSettings
  private let mask: WeightMask
  private let model: Transformer
  /// The figures on the validation set; nil where there is none.
  var before: Evaluation?, pruned: Evaluation?
  /// The run that followed, if there was one.
  var result: TrainingResult?
  private var sizes: (before: Sizes, after: Sizes)?
  private var speeds: (before: Double, after: Double)?

  /// Of a file of weights.
  private struct Sizes {
    /// Parameters that are not zero.
    let parameters: Int
    let bytes: Int, packedBytes: Int

    init(_ weights: ParameterBuffer, in folder: String) throws {
      let all = weights.all
      parameters = (0..<all.count).count { all.pointer[$0] != 0 }
      let path = Files.path(folder, "model.safetensors")
      (bytes, packedBytes) = (try Files.byteCount(of: path), try Files.gzipByteCount(ofFile: path))
    }
  }

  init(_ pruning: PruningSettings, _ mask: WeightMask, _ model: Transformer) {
    (self.pruning, self.mask, self.model) = (pruning, mask, model)
  }

  /// Reads the result again, and measures both models.
  mutating func measure(before: ModelFolder, from model: String, after: String, execution: Execution) throws {
    let written = try ModelFolder(reading: after)
    // The model that is compared with may stand in several files or in another type; so it is written in the same way.
    let scratch = try Files.temporaryFolder()
    defer { try? Files.removeFolder(scratch) }
    var dense = before
    dense.stored = nil
    let copy = Files.path(scratch, "dense")
    try dense.write(to: copy)
    sizes = (try Sizes(before.weights, in: copy), try Sizes(written.weights, in: after))
    let rates = try ReadingSpeed.tokensPerSecond(
      of: [before.weights, written.weights], in: self.model, execution: execution)
    speeds = (rates[0], rates[1])
  }

  var json: JSONValue {
    let (prunable, prunedCount) = mask.counts
    var json: JSONValue = [
      "pruning": pruning.json, "parameters": .integer(model.layout.parameterCount), "prunable": .integer(prunable),
      "pruned": .integer(prunedCount),
    ]
    if let sizes {
      json["nonzero_before"] = .integer(sizes.before.parameters)
      json["nonzero"] = .integer(sizes.after.parameters)
      json["bytes_before"] = .integer(sizes.before.bytes)
      json["bytes"] = .integer(sizes.after.bytes)
      json["gzip_bytes_before"] = .integer(sizes.before.packedBytes)
      json["gzip_bytes"] = .integer(sizes.after.packedBytes)
    }
    if let speeds {
      json["tokens_per_second_before"] = .number(speeds.before)
      json["tokens_per_second"] = .number(speeds.after)
    }
    if let before { json["before"] = before.json }
    if let pruned { json["after_pruning"] = pruned.json }
    if let result {
      json["steps"] = .integer(result.steps)
      json["seconds"] = .number(result.seconds)
      json["after_training"] = result.evaluation?.json ?? .null
    }
    return json
  }

  var text: String {
    let (prunable, prunedCount) = mask.counts
    var table = TextTable(
      ["", "before", "pruned", result == nil ? "" : "fine-tuned"], alignments: [.left, .right, .right, .right])
    func add(_ name: String, _ before: String, _ pruned: String, _ after: String) {
      table.add([name, before, result == nil && pruned.isEmpty ? after : pruned, result == nil ? "" : after])
    }
    if let sizes {
      add(
        "parameters that are not zero", HumanFormat.grouped(sizes.before.parameters), "",
        HumanFormat.grouped(sizes.after.parameters))
      add("file of the weights", HumanFormat.bytes(sizes.before.bytes), "", HumanFormat.bytes(sizes.after.bytes))
      add(
        "the same, packed by gzip", HumanFormat.bytes(sizes.before.packedBytes), "",
        HumanFormat.bytes(sizes.after.packedBytes))
    }
    if let speeds {
      add("tokens read a second", HumanFormat.rate(speeds.before), "", HumanFormat.rate(speeds.after))
    }
    for (name, figure) in Self.figures {
      let values = [before, pruned, result?.evaluation].map { $0.flatMap(figure) }
      guard values.contains(where: { $0 != nil }) else { continue }
      let cells = values.map { $0.map { HumanFormat.fixed($0, 4) } ?? "" }
      add(name, cells[0], cells[1], cells[2])
    }
    return """
      \(table.text)

      \(HumanFormat.grouped(prunedCount)) of \(HumanFormat.grouped(prunable)) weights between hidden states are zero \
      (\(pruning.name)).
      Zeros are multiplied like other numbers here: they make the packed file smaller, and nothing faster.
      """
  }

  /// What there may be to compare.
  private static let figures: [(String, @Sendable (Evaluation) -> Double?)] = [
    ("validation loss", { $0.loss }),
    ("bits a byte", { if case .language(let result) = $0 { result.bitsPerByte } else { nil } }),
    ("accuracy", { $0.value(of: .accuracy) }),
    ("macro F1", { $0.value(of: .macroF1) }),
  ]
}
