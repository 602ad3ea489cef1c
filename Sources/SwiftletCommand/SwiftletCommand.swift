import ArgumentParser
import Console
import Foundation
import Swiftlet

/// The program: a list of commands, and the one place where errors become sentences and exit codes.
@main
struct SwiftletCommand: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "swiftlet",
    abstract: "Very small transformer language models, from a folder of text to a prompt, on an ordinary CPU.",
    discussion: """
      Examples:
        swiftlet demo
        swiftlet tokenizer train --corpus my-text/ --vocab-size 4096 --out my.model
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --objective causal --minutes 10 --out my-model
        swiftlet repl --model my-model
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(name: "Begin", subcommands: [Demo.self, Doctor.self]),
      CommandGroup(
        name: "Train",
        subcommands: [CorpusCommand.self, TokenizerCommand.self, Pretrain.self, Finetune.self, Prune.self]),
      CommandGroup(
        name: "Use",
        subcommands: [
          Evaluate.self, Classify.self, Fill.self, Embed.self, Generate.self, Repl.self, Serve.self,
        ]),
      CommandGroup(name: "Exchange and measure", subcommands: [Convert.self, Bench.self, VerifyResume.self]),
    ])

  static func main() async {
    StandardStream.reserveNumbers()
    do {
      try checkArguments()
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as any Failure {
      complain(failure.description)
      Foundation.exit(failure.kind.exitCode)
    } catch {
      exit(withError: error)
    }
  }

  /// Refuses arguments that are not UTF-8: as strings they would name other files.
  private static func checkArguments() throws {
    for index in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      if String(validatingCString: argument) == nil {
        throw SwiftletFailure.argumentNotUTF8(number: index, text: String(cString: argument))
      }
    }
  }

  /// Writes a message to standard error, in the manner of Unix programs.
  static func complain(_ message: String) {
    StandardStream.error.writeLine("swiftlet: \(message)")
  }
}
