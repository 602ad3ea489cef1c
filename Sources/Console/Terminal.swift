import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The terminal that the program runs on, if any.
public struct Terminal: Sendable {
  /// Whether input, output and error are a terminal.
  public let isInput: Bool, isOutput: Bool, isError: Bool
  /// Where it is read and written.
  let input: Int32, output: Int32
  /// Whether it understands no more than plain lines.
  public let isDumb: Bool
  /// Whether to use colour on standard output, and on standard error.
  public let usesColor: Bool, usesColorOnError: Bool

  /// The terminal as it is now, usually on the standard streams.
  public init(
    environment: [String: String] = Terminal.environment(), input: Int32 = STDIN_FILENO,
    output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO
  ) {
    (self.input, self.output) = (input, output)
    isInput = isatty(input) == 1
    isOutput = isatty(output) == 1
    isError = isatty(error) == 1
    isDumb = environment["TERM"].map { $0.isEmpty || $0 == "dumb" } ?? true
    usesColor = ColorPolicy.usesColor(environment: environment, isTerminal: isOutput)
    usesColorOnError = ColorPolicy.usesColor(environment: environment, isTerminal: isError)
  }

  /// Columns and rows; 80 × 24 where nobody knows.
  public var size: (columns: Int, rows: Int) {
    var size = winsize()
    for descriptor in [output, STDERR_FILENO, input] {
      if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
        return (Int(size.ws_col), max(1, Int(size.ws_row)))
      }
    }
    return (80, 24)
  }

  /// The variables of the environment that this module asks for.
  public static func environment() -> [String: String] {
    let names = ["TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "HOME", "XDG_STATE_HOME"]
    return names.reduce(into: [:]) { result, name in
      if let value = getenv(name) { result[name] = String(cString: value) }
    }
  }

  // MARK: Modes

  /// How the terminal treats what is typed.
  enum Mode {
    /// Keys come one by one, and nothing is shown by the terminal itself.
    case keys
    /// Keys that wait for the editor, with signals, and nothing is shown: while a line is answered.
    ///
    /// Were they collected as lines, a Ctrl-D among them would become a zero.
    case quiet
  }

  /// What to go back to, and where; a signal handler reads it, so it is set once, before the flag.
  nonisolated(unsafe) private static var original = (descriptor: STDIN_FILENO, attributes: termios())
  private static let isChanged = Atomic<Bool>(false)

  /// Changes the mode; returns false where there is no terminal.
  @discardableResult
  func enter(_ mode: Mode) -> Bool {
    if !Self.isChanged.load(ordering: .acquiring) {
      var attributes = termios()
      guard tcgetattr(input, &attributes) == 0 else { return false }
      Self.original = (input, attributes)
      Self.isChanged.store(true, ordering: .releasing)
    }
    var attributes = Self.original.attributes
    switch mode {
    case .keys:
      attributes.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
      attributes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | BRKINT | INPCK | ISTRIP)
    case .quiet:
      attributes.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
    }
    withUnsafeMutableBytes(of: &attributes.c_cc) { bytes in
      bytes[Int(VMIN)] = 1
      bytes[Int(VTIME)] = 0
    }
    // Drain, not flush: what was typed ahead is kept.
    return tcsetattr(input, TCSADRAIN, &attributes) == 0
  }

  /// Puts the terminal back as it was found.
  ///
  /// May be called from a signal handler.
  public static func restore() {
    guard isChanged.load(ordering: .acquiring) else { return }
    _ = tcsetattr(original.descriptor, TCSANOW, &original.attributes)
    isChanged.store(false, ordering: .releasing)
  }

  /// Does something while what is typed is not shown; Ctrl-C still interrupts.
  public func quietly<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard isInput, enter(.quiet) else { return try body() }
    defer { Self.restore() }
    return try body()
  }
}
