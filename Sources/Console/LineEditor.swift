#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads lines from a person at a terminal, who can edit them, go back to earlier ones, complete and paste; from
/// anything else, plain lines.
public final class LineEditor: LineSource {
  /// Gives what may complete the text before the cursor.
  public var completion: (_ textBeforeCursor: String) -> LineCompletion? = { _ in nil }
  /// Whether lines are kept between runs.
  public var keepsHistory = true

  private let terminal: Terminal
  private let historyFile: HistoryFile?
  private var history: LineHistory
  private var decoder = KeyDecoder()
  private var keys: [Key] = []
  private var plainInput: PlainLines

  /// An editor on standard input and output.
  ///
  /// - Parameter history: where lines are kept between runs; nil keeps them for this run only.
  public init(terminal: Terminal = Terminal(), history: HistoryFile? = nil) {
    self.terminal = terminal
    historyFile = history
    self.history = LineHistory()
    plainInput = PlainLines(descriptor: terminal.input)
    if terminal.isInput, let history {
      history.trim(to: self.history.limit)
      self.history = LineHistory(history.read())
    }
  }

  /// Whether a person sits at a terminal.
  public var isInteractive: Bool { terminal.isInput && terminal.isOutput }

  /// Keeps a line in the history.
  public func remember(_ line: String) {
    guard isInteractive, history.add(line), keepsHistory else { return }
    historyFile?.append(line)
  }

  /// Waits for the next line, edited by a person or plain.
  public func readLine(prompt: String, continuation: String) -> LineInput {
    if Interrupts.isTerminating { return .end }
    guard isInteractive else { return plainInput.next() }
    guard !terminal.isDumb, terminal.enter(.keys) else {
      show(prompt)
      return plainInput.next()
    }
    defer { Terminal.restore() }
    show("\u{1B}[?2004h")
    defer { show("\u{1B}[?2004l") }
    var session = EditingSession(prompt: prompt, continuation: continuation, history: history, completion: completion)
    while true {
      let size = terminal.size
      show(session.draw(width: size.columns, height: size.rows))
      guard let key = nextKey() else { return .end }
      if key == .suspend {
        show(session.leaving)
        Terminal.restore()
        raise(SIGTSTP)
        terminal.enter(.keys)
        session.forgetDrawing()
        continue
      }
      if let result = session.handle(key) {
        show(session.leaving)
        return result
      }
    }
  }

  /// Does something while what is typed is not shown.
  public func quietly<Result>(_ body: () throws -> Result) rethrows -> Result { try terminal.quietly(body) }

  private func show(_ text: String) { StandardStream.writeAll(Array(text.utf8), to: terminal.output) }

  /// The next key, or `unknown` when the window changed; nil at the end of input.
  private func nextKey() -> Key? {
    while keys.isEmpty {
      // A signal may have come between two waits, or to another thread, and has then interrupted none.
      if Interrupts.isTerminating { return nil }
      // A sequence is complete at once or not at all: a lone escape waits no longer than this.
      var request = pollfd(fd: terminal.input, events: Int16(POLLIN), revents: 0)
      let size = terminal.size
      let ready = poll(&request, 1, decoder.isIncomplete ? 50 : 250)
      if ready == 0 {
        if decoder.isIncomplete { keys += decoder.flush() }
        if terminal.size != size { return .unknown }
        continue
      }
      if ready < 0 {
        guard errno == EINTR else { return nil }
        return .unknown
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(terminal.input, &bytes, bytes.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return nil }
      keys += decoder.decode(bytes[..<count])
    }
    return keys.removeFirst()
  }
}

/// Lines of standard input that nobody edits.
struct PlainLines {
  let descriptor: Int32
  private var pending: [UInt8] = []
  private var isAtEnd = false

  init(descriptor: Int32) { self.descriptor = descriptor }

  mutating func next() -> LineInput {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        return .line(take(end, separator: 1))
      }
      if isAtEnd { return pending.isEmpty ? .end : .line(take(pending.count, separator: 0)) }
      // A signal may have come between two waits, or to another thread, and has then interrupted none.
      if Interrupts.isTerminating { return .end }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&request, 1, 250)
      if ready == 0 { continue }
      if ready < 0, errno == EINTR {
        if Interrupts.isPending { return Interrupts.isTerminating ? .end : .interrupted }
        continue
      }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count <= 0 { isAtEnd = true } else { pending += bytes[..<count] }
    }
  }

  private mutating func take(_ count: Int, separator: Int) -> String {
    var line = pending[..<count]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let text = String(decoding: line, as: UTF8.self)
    pending.removeFirst(count + separator)
    return text
  }
}
