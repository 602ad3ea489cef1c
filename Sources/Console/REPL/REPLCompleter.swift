import Files

/// What Tab completes: commands, names of settings, paths.
struct REPLCompleter {
  var settings: [String]

  func complete(_ text: String) -> LineCompletion? {
    guard text.hasPrefix("/") else { return nil }
    guard let space = text.firstIndex(of: " ") else {
      return candidates(text, among: REPLCommand.all.map { $0.names[0] + ($0.arguments.isEmpty ? "" : " ") })
    }
    guard let command = REPLCommand.named(String(text[..<space])) else { return nil }
    let argument = String(text[text.index(after: space)...])
    switch command.completion {
    case .none: return nil
    case .path: return path(argument)
    case .shown: return candidates(argument, among: ["info", "parameters", "text"])
    case .setting:
      let name = argument.hasPrefix("parameter ") ? String(argument.dropFirst("parameter ".count)) : argument
      return candidates(name, among: (settings + ["verbose", "quiet", "history", "nohistory"]).map { $0 + " " })
    }
  }

  private func candidates(_ typed: String, among names: [String]) -> LineCompletion {
    LineCompletion(replacedCount: typed.count, candidates: names.filter { $0.hasPrefix(typed) })
  }

  private func path(_ typed: String) -> LineCompletion {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let start = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    let place = Self.expanded(folder)
    let names = (try? Files.list(place.isEmpty ? "." : place)) ?? []
    let matching = names.filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }
    return LineCompletion(
      replacedCount: start.count,
      candidates: matching.sorted().map { Files.isFolder(place + $0) ? $0 + "/" : $0 })
  }

  /// A path as a person types it, with the home folder in the place of `~/`.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = Terminal.environment()["HOME"] else { return path }
    return home + path.dropFirst()
  }
}
