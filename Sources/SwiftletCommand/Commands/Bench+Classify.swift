import ArgumentParser
import Console
import Swiftlet

extension Bench {
  struct ClassificationSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "classify",
      abstract: "Labelling texts: the training workloads' shapes with a head of eight labels.",
      discussion: """
        Examples:
          swiftlet bench classify
          swiftlet bench classify W4 --precision bf16 --json
        """)
    @Argument(help: "W1 to W5; all by default.") var workloads: [String] = []
    @OptionGroup var options: Options

    func run() throws {
      let execution = try options.shared.execution()
      let output = Output(json: options.shared.json)
      var table = TextTable(
        ["", "", "ms/batch", "texts/s", "tokens/s", "GFLOP/s", "peak", "of peak"],
        alignments: [.left, .left, .right, .right, .right, .right, .right, .right])
      for workload in try Bench.choose(workloads, from: ClassificationBenchmark.all, name: { $0.shape.name }) {
        let shape = workload.shape
        note("\(shape.name) …")
        let peak = execution.peakGigaflops()
        let seconds = try workload.seconds(execution, seconds: options.seconds)
        let texts = Double(shape.batch) / seconds
        let gigaflops = workload.operations / seconds / 1e9
        output.record(
          [
            "workload": .string(shape.name), "precision": .string(execution.precision.rawValue),
            "threads": .integer(execution.pool.threads), "texts": .integer(shape.batch),
            "tokens_of_text": .integer(shape.context),
            "milliseconds_per_step": .number(Bench.rounded(seconds * 1e3, 3)),
            "texts_per_second": .number(Bench.rounded(texts, 1)),
            "tokens_per_second": .number(Bench.rounded(texts * Double(shape.context), 1)),
            "gflops": .number(Bench.rounded(gigaflops, 1)), "peak_gflops": .number(Bench.rounded(peak, 1)),
          ])
        table.add([
          shape.name, shape.summary, "\(Bench.rounded(seconds * 1e3, 2))", "\(Int(texts))",
          "\(Int(texts * Double(shape.context)))", "\(Int(gigaflops))", "\(Int(peak))",
          "\(Int(100 * gigaflops / peak)) %",
        ])
      }
      output.text(Bench.heading(execution) + table.text)
    }
  }
}
