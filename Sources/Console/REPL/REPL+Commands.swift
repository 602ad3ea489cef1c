import Files

extension REPL {
  /// Does what a command says.
  func obey(_ line: String) throws {
    let parts = line.split(separator: " ", maxSplits: 1)
    let name = String(parts[0])
    let argument = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    guard let command = REPLCommand.named(name) else {
      let nearest = Suggestion.nearest(to: name, among: REPLCommand.all.flatMap(\.names))
      let question = nearest.map { " Is \($0) meant?" } ?? ""
      return say("There is no command \(name.quotedForMessage).\(question) /help shows all.", .red)
    }
    switch command.names[0] {
    case "/help": say(REPLCommand.help)
    case "/set": try set(argument)
    case "/show": show(argument)
    case "/continue": try needGeneration(name, continueText)
    case "/retry": try needGeneration(name, retry)
    case "/undo": undo()
    case "/clear": clear()
    case "/tokens": showTokens(argument)
    case "/top": try needGeneration(name) { try showTop(argument) }
    case "/fill": try fillCommand(argument)
    case "/stats": showStatistics()
    case "/save": try save(argument)
    case "/load": try load(argument)
    case "/export": try export(argument)
    case "/model": try changeModel(argument)
    default: leave()
    }
  }

  private func needGeneration(_ name: String, _ body: () throws -> Void) rethrows {
    guard model.task == .generation else { return say("\(name) needs a model that generates text.", .red) }
    try body()
  }

  // MARK: Settings

  private func set(_ argument: String) throws {
    var words = argument.split(separator: " ", maxSplits: 1).map(String.init)
    if words.first == "parameter" {
      words = (words.count > 1 ? words[1] : "").split(separator: " ", maxSplits: 1).map(String.init)
    }
    switch (words.first, words.count) {
    case ("verbose", 1): isVerbose = true
    case ("quiet", 1): isVerbose = false
    case ("history", 1): keepsHistory = true
    case ("nohistory", 1): keepsHistory = false
    case (let name?, 2):
      if words[1] == "default" { try model.set(name, to: nil) } else { try model.request(name, as: words[1]) }
      if input.isInteractive, let setting = model.settings.first(where: { $0.name == name }) {
        say("\(setting.name) is \(setting.value)", .dim)
      }
    case (let name?, 1) where model.settings.contains { $0.name == name }:
      showSettings(model.settings.filter { $0.name == name })
    default: say("Use: /set NAME VALUE. /show parameters lists the names.")
    }
  }

  private func show(_ argument: String) {
    switch argument {
    case "", "info":
      var table = TextTable([])
      for (name, value) in model.facts { table.add([name, value]) }
      say(table.text)
    case "parameters": showSettings(model.settings)
    case "text": say(session.text)
    default: say("Use: /show info, /show parameters or /show text.")
    }
  }

  private func showSettings(_ settings: [REPLSetting]) {
    guard !settings.isEmpty else { return say("This model has no settings.") }
    var table = TextTable([])
    for setting in settings { table.add([setting.name, setting.value, setting.summary]) }
    say(table.text)
  }

  // MARK: Texts

  private func undo() {
    guard session.turns.popLast() != nil else { return say("There is nothing to undo.") }
    say(session.turns.isEmpty ? "No text is left." : session.text)
  }

  private func clear() {
    session = REPLSession()
    lastCompletion = nil
  }

  private func showTokens(_ text: String) {
    guard !text.isEmpty else { return say("Use: /tokens TEXT") }
    let tokens = model.tokens(of: text)
    var table = TextTable([], alignments: [.right, .left])
    for token in tokens { table.add(["\(token.identifier)", token.piece]) }
    say(table.text)
    say("\(tokens.count) tokens, \(text.utf8.count) bytes", .dim)
  }

  /// A count, if the argument begins with one, and the rest.
  private func countAndText(_ argument: String, default count: Int) -> (count: Int, text: String) {
    let parts = argument.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let number = Int(first), number > 0 else { return (count, argument) }
    return (min(number, 1000), parts.count > 1 ? String(parts[1]) : "")
  }

  private func showTop(_ argument: String) throws {
    let (count, text) = countAndText(argument, default: 10)
    let prompt: REPLPrompt = text.isEmpty ? session.turns.last?.end ?? .text("") : .text(text)
    var table = TextTable([], alignments: [.right, .left])
    for choice in try model.nextTokens(after: prompt, count: count) {
      table.add([HumanFormat.percent(choice.score, digits: 2), choice.text])
    }
    say(table.text)
  }

  private func fillCommand(_ argument: String) throws {
    guard model.mask != nil else { return say("/fill needs a masked model.", .red) }
    let (count, text) = countAndText(argument, default: 5)
    guard !text.isEmpty else { return say("Use: /fill [N] TEXT") }
    try fill(text, count: count)
  }

  // MARK: Files

  private func save(_ argument: String) throws {
    guard let path = path(argument) else { return say("Use: /save FILE") }
    try AtomicFile.write(session.json(settings: model.settings).serialized(pretty: true) + "\n", to: path)
    say("Saved \(session.turns.count) texts and the settings to \(path).", .dim)
  }

  private func load(_ argument: String) throws {
    guard let path = path(argument) else { return say("Use: /load FILE") }
    guard let (session, settings) = REPLSession.read(try Files.readJSON(path)) else {
      return say("\(path) is not a session that /save wrote.", .red)
    }
    let before = model.settings.map { ($0.name, $0.value) }
    do {
      try set(settings)
    } catch {
      // Either all of it is taken over or nothing.
      try? set(before)
      throw error
    }
    self.session = session
    say("\(session.turns.count) texts.", .dim)
    if !session.text.isEmpty { say(session.text) }
  }

  /// Sets all settings, each from its default: some do not go together.
  private func set(_ settings: [(String, String)]) throws {
    for (name, _) in settings { try model.set(name, to: nil) }
    for (name, value) in settings where value != "-" { try model.set(name, to: value) }
  }

  private func export(_ argument: String) throws {
    guard let path = path(argument) else { return say("Use: /export FILE") }
    try AtomicFile.write(session.transcript, to: path)
    say("Wrote \(path).", .dim)
  }

  private func changeModel(_ argument: String) throws {
    guard let path = path(argument) else { return show("info") }
    model = try loadModel(path)
    clear()
    show("info")
  }

  /// The path of an argument; nil where there is none.
  private func path(_ argument: String) -> String? {
    argument.isEmpty ? nil : REPLCompleter.expanded(argument)
  }
}
