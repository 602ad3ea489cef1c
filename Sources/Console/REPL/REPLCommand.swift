/// A command of the prompt.
struct REPLCommand: Sendable {
  /// Its names; the first is shown.
  let names: [String]
  /// What follows it.
  let arguments: String
  /// What it does.
  let summary: String
  /// What completes its argument.
  var completion: Completion = .none

  enum Completion: Sendable {
    case none, path, setting, shown
  }

  static let all: [REPLCommand] = [
    .init(names: ["/help", "/?"], arguments: "", summary: "this list"),
    .init(
      names: ["/set"], arguments: "NAME VALUE",
      summary: "change a setting (default: as it was), or verbose, quiet, history, nohistory",
      completion: .setting),
    .init(
      names: ["/show"], arguments: "[info|parameters|text]", summary: "the model, its settings, the text so far",
      completion: .shown),
    .init(names: ["/continue"], arguments: "", summary: "write on (so does an empty line)"),
    .init(names: ["/retry"], arguments: "", summary: "write the last text again, otherwise"),
    .init(names: ["/undo"], arguments: "", summary: "go back to before the last text"),
    .init(names: ["/clear"], arguments: "", summary: "forget all texts"),
    .init(names: ["/tokens"], arguments: "TEXT", summary: "the tokens of a text"),
    .init(
      names: ["/top"], arguments: "[N] [TEXT]", summary: "the likeliest next tokens, after TEXT or the text so far"),
    .init(names: ["/fill"], arguments: "[N] TEXT", summary: "fill the gaps of a text (masked models)"),
    .init(names: ["/stats"], arguments: "", summary: "how long the last text took"),
    .init(names: ["/save"], arguments: "FILE", summary: "keep texts and settings", completion: .path),
    .init(names: ["/load"], arguments: "FILE", summary: "go on with kept texts and settings", completion: .path),
    .init(names: ["/export"], arguments: "FILE", summary: "write the texts as plain text", completion: .path),
    .init(names: ["/model"], arguments: "[FOLDER]", summary: "which model this is, or another one", completion: .path),
    .init(names: ["/bye", "/exit", "/quit"], arguments: "", summary: "leave (so does Ctrl-D)"),
  ]

  static func named(_ name: String) -> REPLCommand? { all.first { $0.names.contains(name) } }

  /// The text of `/help`.
  static let help: String = {
    var table = TextTable([])
    for command in all {
      let name = command.names.joined(separator: ", ") + (command.arguments.isEmpty ? "" : " " + command.arguments)
      table.add(["  " + name, command.summary])
    }
    return """
      What you type is a prompt, and the model writes on from it. Each prompt begins a new text; an empty line
      continues the last one. The same prompt, settings and seed give the same text; /retry gives another.
      \"\"\" begins and ends a prompt of several lines. Ctrl-C stops the writing.

      \(table.text)
      """
  }()
}
