import ArgumentParser
import Console
import Swiftlet

/// `swiftlet convert`: a model in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model in another format.",
    discussion: """
      Examples:
        swiftlet convert my-model my-model.gguf --to gguf --quantize q8_0
        swiftlet convert my-adapter my-merged-model --to hf
        swiftlet convert stories260K.bin stories --tokenizer tok512.model --to hf
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    /// A folder in the Hugging Face layout.
    case hf
    /// A file for llama.cpp.
    case gguf
  }

  @Argument(help: ArgumentHelp("A model's folder, or a llama2.c checkpoint (.bin).", valueName: "in")) var input: String
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
  @Option(name: .long, help: ArgumentHelp("Of GGUF files: f32, f16, bf16 or q8_0.", valueName: "type")) var quantize =
    "f32"
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    guard let type = GGUFTensorType(name: quantize), to == .gguf || type == .f32 else {
      throw ValidationError("--quantize \(quantize): f32, f16, bf16 or q8_0 is expected, and only with --to gguf.")
    }
    var folder = try read()
    if let tokenizer { folder.tokenizer = try Tokenizer(contentsOf: tokenizer) }
    let result: (tensors: Int, bytes: Int)
    switch to {
    case .hf:
      for line in try folder.write(to: output) { note(line) }
      let written = try ModelFolder(reading: output)
      let tensors = written.weights.layout.entries.reduce(0) { $0 + $1.tensors.count }
      result = (tensors, try Files.byteCount(of: Files.path(output, "model.safetensors")))
    case .gguf:
      guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: input) }
      result = try GGUFExport.write(
        folder.weights, of: folder.configuration, tokenizer: tokenizer, name: Files.name(of: input), type: type,
        to: output)
    }
    Output(json: shared.json).result(
      ["tensors": .integer(result.tensors), "bytes": .integer(result.bytes)],
      text: "\(output): \(result.tensors) tensors, \(HumanFormat.bytes(result.bytes))")
  }

  private func read() throws -> ModelFolder {
    guard input.hasSuffix(".bin"), !Files.isFolder(input) else {
      return try ModelFolder(reading: input, adapter: mergeAdapter)
    }
    guard mergeAdapter == nil else {
      throw ValidationError(
        "--merge-adapter \(mergeAdapter ?? ""): an adapter is merged into a model's folder, not into \(input).")
    }
    let (configuration, weights) = try LlamaBin.read(input)
    return ModelFolder(configuration: configuration, weights: weights)
  }
}
