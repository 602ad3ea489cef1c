/// Whether to use colour: a function of the environment and of what is written to.
public enum ColorPolicy {
  /// `NO_COLOR` wins, then `CLICOLOR_FORCE` and `FORCE_COLOR`, then a dumb terminal or none, then `CLICOLOR=0`.
  public static func usesColor(environment: [String: String], isTerminal: Bool) -> Bool {
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
      if let value = environment[name], !value.isEmpty, value != "0" { return true }
    }
    if !isTerminal || environment["TERM"] == "dumb" { return false }
    return environment["CLICOLOR"] != "0"
  }
}
