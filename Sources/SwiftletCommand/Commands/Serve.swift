import ArgumentParser
import Console
import Serving
import Swiftlet

/// `swiftlet serve`: a model behind HTTP, on this machine alone.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a model over HTTP, to this machine alone.",
    discussion: """
      Examples:
        swiftlet serve --model my-model
        swiftlet serve --model my-classifier --port 9000
        curl http://127.0.0.1:8080/v1/completions -d '{"prompt": "Once upon a time", "max_tokens": 32}'
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder")) var model: String
  @Option(name: .long, help: ArgumentHelp("The port of 127.0.0.1.", valueName: "n")) var port: UInt16 = 8080
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() async throws {
    let server = try Server(folder: model, port: port, execution: shared.execution())
    note("Serving \(model) on http://127.0.0.1:\(port); Ctrl-C ends.")
    do {
      try await server.run()
    } catch {
      note("swiftlet: The server on port \(port) ended: \(error); is the port in use?")
      throw ExitCode(69)
    }
  }
}
