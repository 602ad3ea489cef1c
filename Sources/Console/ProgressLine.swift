/// Shows progress on standard error: on a terminal one line that changes, elsewhere a line from time to time.
public struct ProgressLine {
  private let isTerminal: Bool
  private let columns: () -> Int
  private let now: () -> Double
  private let write: (String) -> Void
  private let logInterval: Double
  private var lastShown: Double?
  private var isVisible = false
  private var last: ProgressState?

  /// Between two changes of the line on a terminal, in seconds.
  static let refreshInterval = 0.1

  /// Progress on standard error.
  ///
  /// - Parameter logInterval: seconds between two lines where there is no terminal.
  public init(terminal: Terminal = Terminal(), logInterval: Double = 10) {
    let start = ContinuousClock.now
    self.init(
      isTerminal: terminal.isError && !terminal.isDumb, columns: { terminal.size.columns }, logInterval: logInterval,
      now: { (ContinuousClock.now - start) / .seconds(1) }, write: { StandardStream.error.write($0) })
  }

  /// Progress on anything.
  package init(
    isTerminal: Bool, columns: @escaping () -> Int, logInterval: Double = 10, now: @escaping () -> Double,
    write: @escaping (String) -> Void
  ) {
    (self.isTerminal, self.columns, self.logInterval) = (isTerminal, columns, logInterval)
    (self.now, self.write) = (now, write)
  }

  /// Shows a state, if the last one was not shown just now.
  public mutating func show(_ state: ProgressState) {
    last = state
    let time = now()
    let interval = isTerminal ? Self.refreshInterval : logInterval
    if let lastShown, time - lastShown < interval { return }
    lastShown = time
    draw(state)
  }

  /// Writes lines that stay, above the progress.
  public mutating func note(_ text: String) {
    erase()
    write(text + "\n")
    if isTerminal, let last { draw(last) }
  }

  /// Ends the progress with its last state.
  public mutating func finish() {
    if isTerminal {
      if let last {
        draw(last)
        write("\n")
      }
    } else if let last {
      draw(last)
    }
    (isVisible, last) = (false, nil)
  }

  /// Takes the line away.
  public mutating func clear() {
    erase()
    last = nil
  }

  private mutating func erase() {
    if isVisible { write("\r\u{1B}[K") }
    isVisible = false
  }

  private mutating func draw(_ state: ProgressState) {
    if isTerminal {
      // The last column stays free: a full row would wrap on some terminals.
      write("\r" + state.bar(columns: max(10, columns() - 1)) + "\u{1B}[K")
      isVisible = true
    } else {
      write(state.logLine + "\n")
    }
  }
}
