import ArgumentParser
import Console
import Swiftlet

/// `swiftlet convert`: a model in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model in another format, and check what was written.",
    discussion: """
      Examples:
        swiftlet convert my-model my-model.gguf --to gguf --quantize q8_0
        swiftlet convert my-adapter my-merged-model --to hf
        swiftlet convert my-model my-model-q4 --to hf --quantize q4 --corpus held-out.txt
        swiftlet convert my-model.gguf my-copy --to hf
        swiftlet convert stories260K.bin stories --tokenizer tok512.model --to hf
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    /// A folder in the Hugging Face layout.
    case hf
    /// A file for llama.cpp.
    case gguf
  }

  @Argument(
    help: ArgumentHelp("A model's folder, a GGUF file, or a llama2.c checkpoint (.bin).", valueName: "in"))
  var input: String
  @Argument(help: ArgumentHelp("The folder or file to write.", valueName: "out")) var output: String
  @Option(name: .long, help: ArgumentHelp("hf or gguf.", valueName: "format")) var to: Format
  @Option(
    name: .long, help: ArgumentHelp("The tokenizer, where the source has none beside it.", valueName: "file.model"))
  var tokenizer: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder of an adapter that is merged into the model; one that names its model can stand as the source.",
      valueName: "folder"))
  var mergeAdapter: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How weights are stored. GGUF: f32 (default), f16, bf16, q8_0. hf: f32, bf16, and q8 or q4 (8 or 4 bits and a "
        + "scale for each 32 numbers), which transformers cannot read; by default as they are.", valueName: "type"))
  var quantize: String?
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text on which the model before and after --quantize is compared.", valueName: "path"))
  var corpus: [String] = []
  @Flag(name: .long, help: "The model was trained without tokens that begin and end documents.") var noDocumentMarks =
    false
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    let type = GGUFTensorType(name: quantize ?? "f32")
    let format = quantize.flatMap { $0 == "f32" ? .fp32 : WeightFormat(rawValue: $0) }
    switch to {
    case .gguf where type == nil:
      throw ValidationError("--quantize \(quantize ?? ""): f32, f16, bf16 or q8_0 is expected with --to gguf.")
    case .hf where quantize != nil && format == nil:
      throw ValidationError("--quantize \(quantize ?? ""): f32, bf16, q8 or q4 is expected with --to hf.")
    default: break
    }
    if !corpus.isEmpty, to == .gguf || quantize == nil {
      throw ValidationError("--corpus compares before and after --quantize, with --to hf.")
    }
    if corpus.isEmpty, noDocumentMarks { throw ValidationError("--no-document-marks is of --corpus.") }
    var folder = try read()
    if let tokenizer { folder.tokenizer = try Tokenizer(contentsOf: tokenizer) }
    let result: (tensors: Int, bytes: Int)
    var report: QuantizationReport?
    if let format, to == .hf {
      let source = corpus.isEmpty ? nil : try TextSource(corpus, documents: .paragraphs)
      let quantized = try folder.quantized(
        to: format, comparingOn: source, marksDocuments: !noDocumentMarks, execution: shared.execution())
      (folder, report) = (quantized.folder, quantized.report)
    }
    let written: ModelFolder
    switch to {
    case .hf:
      for line in try folder.write(to: output) { note(line) }
      try companions()?.write(to: output)
      written = try ModelFolder(reading: output)
      let tensors = written.weights.layout.entries.reduce(0) { $0 + $1.tensors.count }
      result = (tensors, try Files.byteCount(of: Files.path(output, "model.safetensors")))
    case .gguf:
      guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: input) }
      if try companions()?.ensemble != nil { note("The n-grams that answer with the network have no place in GGUF.") }
      result = try GGUFExport.write(
        folder.weights, of: folder.configuration, tokenizer: tokenizer, name: Files.name(of: input),
        type: type ?? .f32, to: output)
      written = try GGUFImport.read(output)
    }
    // What was quantised for a folder is there with the numbers that it stands for, so nothing is rounded any more.
    let check = try folder.compare(withWritten: written, at: output, type: to == .gguf ? type ?? .f32 : .f32)
    var object: JSONObject = [
      "tensors": .integer(result.tensors), "bytes": .integer(result.bytes), "checked_tokens": .integer(check.tokens),
      "largest_difference": .number(Double(check.largestDifference)),
      "largest_logit": .number(Double(check.largestNumber)), "same_choices": .integer(check.sameChoices),
    ]
    var text = """
      \(output): \(result.tensors) tensors, \(HumanFormat.bytes(result.bytes))
      Read again, and compared on \(check.tokens) tokens: \(Self.sentence(check))
      """
    if let report, !report.tensors.isEmpty {
      object["quantization"] = report.json
      text = report.text + "\n\n" + text
      if folder.stored?.isQuantized == true { note("swiftlet: transformers cannot read these weights; Swiftlet can.") }
      if report.before == nil { note("swiftlet: --corpus FILE compares loss and greedy tokens before and after.") }
    }
    Output(json: shared.json).result(.object(object), text: text)
  }

  /// What a classifier's folder, or its adapter's, has beside the weights.
  private func companions() throws -> ClassifierCompanions? {
    let folder = mergeAdapter ?? input
    return Files.isFolder(folder) ? try ClassifierCompanions(folder: folder) : nil
  }

  private static func sentence(_ check: ModelComparison) -> String {
    check.largestDifference == 0
      ? "all outputs are equal."
      : """
      outputs of up to \(HumanFormat.fixed(Double(check.largestNumber), 2)) differ by up to \
      \(HumanFormat.fixed(Double(check.largestDifference), 4)); the best choice is the same in \(check.sameChoices).
      """
  }

  private func read() throws -> ModelFolder {
    let isGGUF = GGUFImport.isGGUF(input)
    guard isGGUF || input.hasSuffix(".bin"), !Files.isFolder(input) else {
      return try ModelFolder(reading: input, adapter: mergeAdapter)
    }
    guard mergeAdapter == nil else {
      throw ValidationError(
        "--merge-adapter \(mergeAdapter ?? ""): an adapter is merged into a model's folder, not into \(input).")
    }
    if isGGUF { return try GGUFImport.read(input) }
    let (configuration, weights) = try LlamaBin.read(input)
    return ModelFolder(configuration: configuration, weights: weights)
  }
}
