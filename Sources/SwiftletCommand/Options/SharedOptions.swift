import ArgumentParser
import Swiftlet

/// What every command takes.
struct SharedOptions: ParsableArguments {
  @Flag(name: .long, help: "Print results as JSON, one object a line.")
  var json = false

  @Option(name: .long, help: ArgumentHelp("The seed of everything random.", valueName: "n"))
  var seed: UInt64 = 1337

  @Option(name: .long, help: ArgumentHelp("Threads to compute on; by default all cores.", valueName: "n"))
  var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Arithmetic of products: fp32 or bf16; by default fp32, in training bf16 where the processor has it.",
      valueName: "p")
  )
  var precision: Precision?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): a number from 1 to 1024 is expected.")
    }
  }

  /// How to compute, with the kernels that the environment chose.
  /// - Parameter training: Whether speed matters more than the last digits; then the faster arithmetic is the default.
  func execution(training: Bool = false) throws -> Execution {
    try Execution(
      kernels: Kernels.checkEnvironment(), threads: threads ?? ThreadPool.processorCount,
      precision: precision ?? (training ? Processor.current.preferredPrecision : .fp32))
  }
}

extension Precision: ExpressibleByArgument {}

extension Processor {
  /// bfloat16 where the processor multiplies it faster than 32-bit floats.
  var preferredPrecision: Precision { hasAMXBFloat16 || hasAVX512BFloat16 ? .bf16 : .fp32 }
}
