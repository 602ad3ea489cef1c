import ArgumentParser
import Console
import Swiftlet

/// `swiftlet repl`: a model at a prompt.
struct Repl: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Use a model interactively.",
    discussion: """
      Examples:
        swiftlet repl
        swiftlet repl --model my-model
        swiftlet repl --model my-model --temperature 0.7 --no-history

      A generating model continues what you type, a masked model fills the gaps of it, a classifier puts a label on it.
      Where standard input is not a terminal, each line is a prompt and each answer a line.
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("The model's folder; otherwise the generator that comes with the project.", valueName: "folder"))
  var model: String?

  @Flag(name: .long, help: "Keep no history between runs.")
  var noHistory = false

  @OptionGroup(title: "Generation") var generation: GenerationOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    guard let model = model ?? ShippedWeights.path(ShippedWeights.generator) else {
      throw ValidationError(
        "There is no \(ShippedWeights.generator) here or around the program; name a model's folder with --model.")
    }
    try Self.run(
      model: model, execution: shared.execution(), keepsHistory: !noHistory,
      changing: { try generation.settings(from: $0, seed: shared.seed) })
  }

  /// Opens the prompt on a model folder.
  static func run(
    model path: String, execution: Execution, keepsHistory: Bool = true,
    changing change: @escaping (GenerationSettings) throws -> GenerationSettings = { $0 }
  ) throws {
    let terminal = Terminal()
    let model = try FolderREPLModel(folder: path, execution: execution, changing: change)
    let editor = LineEditor(
      terminal: terminal, history: keepsHistory ? .standard(environment: Terminal.environment()) : nil)
    // Whoever presses Ctrl-C twice at a prompt does not mean to lose the session.
    Interrupts.install(endsAtSecond: !editor.isInteractive)
    let repl = REPL(
      model: model, input: editor, usesColor: terminal.usesColor,
      loadModel: { try FolderREPLModel(folder: $0, execution: execution, changing: change) })
    editor.completion = { [unowned repl] in repl.complete($0) }
    try repl.run()
    if Interrupts.isTerminating || (!editor.isInteractive && Interrupts.isPending) {
      throw ExitCode(Interrupts.exitCode)
    }
  }
}
