import ArgumentParser
import Console
import Swiftlet

/// `swiftlet doctor`: what machine this is, and how fast.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the processor, the kernels in use, and their measured speed.",
    discussion: """
      Examples:
        swiftlet doctor
        SWIFTLET_KERNELS=avx2 swiftlet doctor --threads 1 --json
      """)

  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    var execution = try shared.execution(training: true)
    let preferred = execution.precision
    func gigaflops(_ precision: Precision) -> Double {
      execution.precision = precision
      return ProductBenchmark.largest.gigaflops(execution, seconds: 0.5)
    }
    let (fp32, bf16) = (gigaflops(.fp32), gigaflops(.bf16))
    let processor = Processor.current
    let rows: [(name: String, key: String, value: JSONValue)] = [
      ("swiftlet", "version", .string(SwiftletCommand.version)),
      ("processor", "processor", .string(processor.name)),
      ("instruction sets", "instruction_sets", .array(processor.instructionSets.map { .string($0) })),
      ("kernels", "kernels", .string(execution.kernels.name)),
      ("runnable kernels", "runnable", .array(Kernels.runnable.map { .string($0.name) })),
      ("threads", "threads", .integer(execution.pool.threads)),
      ("default precision", "precision", .string(preferred.rawValue)),
      ("fp32 products", "fp32_gflops", .number(fp32)),
      ("bf16 products", "bf16_gflops", .number(bf16)),
      ("SentencePiece", "sentencepiece", .string(Tokenizer.libraryVersion)),
    ]
    var object = JSONObject()
    for row in rows { object[row.key] = row.value }
    var table = TextTable([])
    for row in rows {
      let text =
        switch row.value {
        case .number(let speed): "\(Int(speed.rounded())) GFLOP/s"
        case .array(let names): names.compactMap(\.string).joined(separator: ", ")
        case .integer(let count): "\(count)"
        default: row.value.string ?? ""
        }
      table.add([row.name, text])
    }
    Output(json: shared.json).result(.object(object), text: table.text)
  }
}
