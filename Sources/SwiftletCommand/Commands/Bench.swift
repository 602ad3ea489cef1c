import ArgumentParser
import Console
import Swiftlet

/// `swiftlet bench`: the speed of training, attention, products and generation on fixed workloads.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure speed on fixed workloads.",
    discussion: """
      Examples:
        swiftlet bench train W1 W4 --precision fp32
        swiftlet bench attention --json
      """,
    subcommands: [
      Train.self, AttentionSpeed.self, Products.self, GenerationSpeed.self, ClassificationSpeed.self,
    ])

  /// Options of all benchmarks.
  struct Options: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Seconds for each measurement.", valueName: "s"))
    var seconds = 2.0
    @OptionGroup(title: "Shared") var shared: SharedOptions
  }

  /// The workloads of the given names, or all of them.
  static func choose<Workload>(
    _ names: [String], from all: [Workload], name: (Workload) -> String
  ) throws -> [Workload] {
    let wanted = names.map { $0.lowercased() }
    for (written, wanted) in zip(names, wanted) where !all.contains(where: { name($0).lowercased() == wanted }) {
      throw ValidationError("There is no workload \(written); there are \(all.map(name).joined(separator: ", ")).")
    }
    return wanted.isEmpty ? all : all.filter { wanted.contains(name($0).lowercased()) }
  }

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Whole training steps: forward, backward, clipping, AdamW.",
      discussion: """
        Examples:
          swiftlet bench train
          swiftlet bench train W1 --seconds 10 --json
        """)
    @Argument(help: "W1 to W5; all by default.") var workloads: [String] = []
    @OptionGroup var options: Options

    func run() throws {
      let execution = try options.shared.execution(training: true)
      let output = Output(json: options.shared.json)
      var table = TextTable(
        ["", "", "ms/step", "tokens/s", "GFLOP/s", "peak", "of peak"],
        alignments: [.left, .left, .right, .right, .right, .right, .right])
      for workload in try Bench.choose(workloads, from: TrainingBenchmark.all, name: { $0.name }) {
        note("\(workload.name) …")
        let peak = execution.peakGigaflops()
        let (seconds, steps) = try workload.measure(execution, seconds: options.seconds)
        let speed = Double(workload.batch * workload.context) / seconds
        let gigaflops = workload.operations / seconds / 1e9
        output.record(
          [
            "workload": .string(workload.name), "precision": .string(execution.precision.rawValue),
            "threads": .integer(execution.pool.threads), "steps": .integer(steps),
            "milliseconds_per_step": .number(rounded(seconds * 1e3, 3)),
            "tokens_per_second": .number(rounded(speed, 1)),
            "gflops": .number(rounded(gigaflops, 1)), "peak_gflops": .number(rounded(peak, 1)),
          ])
        table.add([
          workload.name, workload.summary, "\(rounded(seconds * 1e3, 2))", "\(Int(speed))", "\(Int(gigaflops))",
          "\(Int(peak))", "\(Int(100 * gigaflops / peak)) %",
        ])
      }
      output.text(Bench.heading(execution) + table.text)
    }
  }

  struct AttentionSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "attention",
      abstract: "Attention alone, forward, and forward with backward.",
      discussion: """
        Examples:
          swiftlet bench attention
          swiftlet bench attention A3 --precision fp32 --json
        """)
    @Argument(help: "A1 to A5; all by default.") var shapes: [String] = []
    @OptionGroup var options: Options

    func run() throws {
      let execution = try options.shared.execution(training: true)
      let output = Output(json: options.shared.json)
      var table = TextTable(
        ["", "shape", "forward ms", "GFLOP/s", "both ms", "GFLOP/s", "peak", "of peak"],
        alignments: [.left, .left, .right, .right, .right, .right, .right, .right])
      for shape in try Bench.choose(shapes, from: AttentionBenchmark.all, name: { $0.name }) {
        note("\(shape.name) …")
        let peak = execution.peakGigaflops()
        let figures = shape.measure(execution, seconds: options.seconds)
        output.record(
          [
            "shape": .string(shape.name), "batch": .integer(shape.batch), "heads": .integer(shape.heads),
            "length": .integer(shape.length), "head_width": .integer(shape.headWidth), "causal": .bool(shape.causal),
            "precision": .string(execution.precision.rawValue), "threads": .integer(execution.pool.threads),
            "forward_milliseconds": .number(rounded(figures.forwardSeconds * 1e3, 3)),
            "forward_gflops": .number(rounded(figures.forwardGigaflops, 1)),
            "both_milliseconds": .number(rounded(figures.bothSeconds * 1e3, 3)),
            "both_gflops": .number(rounded(figures.bothGigaflops, 1)), "peak_gflops": .number(rounded(peak, 1)),
            "forward_share": .number(rounded(figures.forwardGigaflops / peak, 3)),
            "both_share": .number(rounded(figures.bothGigaflops / peak, 3)),
          ])
        table.add([
          shape.name,
          "\(shape.batch) × \(shape.heads) × \(shape.length) × \(shape.headWidth)\(shape.causal ? " causal" : "")",
          "\(rounded(figures.forwardSeconds * 1e3, 2))", "\(Int(figures.forwardGigaflops))",
          "\(rounded(figures.bothSeconds * 1e3, 2))", "\(Int(figures.bothGigaflops))", "\(Int(peak))",
          "\(Int(100 * figures.bothGigaflops / peak)) %",
        ])
      }
      output.text(Bench.heading(execution) + table.text)
    }
  }

  struct Products: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "matmul",
      abstract: "Matrix products alone, on the shapes of the training workloads.",
      discussion: """
        Examples:
          swiftlet bench matmul
          SWIFTLET_KERNELS=avx2 swiftlet bench matmul --precision fp32 --threads 1
        """)
    @OptionGroup var options: Options

    func run() throws {
      let execution = try options.shared.execution(training: true)
      let output = Output(json: options.shared.json)
      var table = TextTable(
        ["", "rows × columns × depth", "GFLOP/s", "peak", "of peak"],
        alignments: [.left, .left, .right, .right, .right])
      for product in ProductBenchmark.all {
        let peak = execution.peakGigaflops()
        let speed = product.gigaflops(execution, seconds: options.seconds / 4)
        output.record(
          [
            "shape": .string(product.name), "rows": .integer(product.rows), "columns": .integer(product.columns),
            "depth": .integer(product.depth), "precision": .string(execution.precision.rawValue),
            "threads": .integer(execution.pool.threads), "gflops": .number(rounded(speed, 1)),
            "peak_gflops": .number(rounded(peak, 1)),
          ])
        table.add([
          product.name, "\(product.rows) × \(product.columns) × \(product.depth)", "\(Int(speed))", "\(Int(peak))",
          "\(Int(100 * speed / peak)) %",
        ])
      }
      output.text(Bench.heading(execution) + table.text)
    }
  }

  struct GenerationSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate",
      abstract: "Greedy decoding of a Llama shape with random weights.",
      discussion: """
        Examples:
          swiftlet bench generate 15m
          swiftlet bench generate 110m --weights q4 --tokens 64 --json
        """)
    @Argument(help: "15m, 110m; both by default.") var sizes: [String] = []
    @Option(name: .long, help: "Tokens to decode.") var tokens = 128
    @Option(
      name: .long, parsing: .upToNextOption,
      help: ArgumentHelp("How weights are stored: fp32, bf16, q8, q4; all by default.", valueName: "type"))
    var weights: [WeightFormat] = []
    @Option(name: .long, help: "Texts that are decoded at once.") var texts = 1
    @OptionGroup var options: Options

    func validate() throws {
      if !(1...1000).contains(tokens) {
        throw ValidationError("--tokens \(tokens): a number from 1 to 1000 is expected.")
      }
      if !(1...64).contains(texts) {
        throw ValidationError("--texts \(texts): a number from 1 to 64 is expected.")
      }
    }

    func run() throws {
      let execution = try options.shared.execution(training: true)
      let limit = GenerationBenchmark.memoryBandwidth(execution)
      Output(json: options.shared.json).text("memory read at \(rounded(limit / 1e9, 1)) GB/s")
      for size in try Bench.choose(sizes, from: GenerationBenchmark.all, name: { $0.name }) {
        for format in weights.isEmpty ? WeightFormat.allCases : weights {
          let figures = try size.measure(execution, format: format, texts: texts, tokens: tokens)
          // All texts of a pass share one reading of the weights.
          let most = limit / Double(figures.bytesPerToken) * Double(texts)
          Output(json: options.shared.json).result(
            [
              "workload": .string(size.name), "weights": .string(format.rawValue),
              "threads": .integer(execution.pool.threads), "texts": .integer(texts), "tokens": .integer(tokens),
              "tokens_per_second": .number(rounded(figures.tokensPerSecond, 1)),
              "memory_limit_tokens_per_second": .number(rounded(most, 1)),
              "prompt_tokens_per_second": .number(rounded(figures.promptTokensPerSecond, 1)),
              "bytes_per_token": .integer(figures.bytesPerToken),
              "gigabytes_per_second": .number(
                rounded(figures.tokensPerSecond * Double(figures.bytesPerToken) / Double(texts) / 1e9, 2)),
              "memory_gigabytes_per_second": .number(rounded(limit / 1e9, 2)),
            ],
            text: """
              \(padded(size.name, 5)) \(padded(format.rawValue, 5)) \
              \(padded(rounded(figures.tokensPerSecond, 1), 8)) tokens/s of \(padded(rounded(most, 1), 8)) that memory \
              allows (\(rounded(figures.tokensPerSecond / most * 100, 0)) %), prompt \
              \(rounded(figures.promptTokensPerSecond, 0)) tokens/s
              """)
        }
      }
    }
  }

  /// The conditions under which a table was measured: a line above it.
  static func heading(_ execution: Execution) -> String {
    "\(execution.kernels.name) kernels, \(execution.precision.rawValue), threads: \(execution.pool.threads)\n"
  }

  static func rounded(_ value: Double, _ digits: Int) -> Double {
    let scale = digits == 0 ? 1 : (1...digits).reduce(1.0) { scale, _ in scale * 10 }
    return (value * scale).rounded() / scale
  }

  private static func padded(_ value: Any, _ width: Int) -> String {
    let text = "\(value)"
    return text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension WeightFormat: ExpressibleByArgument {}
