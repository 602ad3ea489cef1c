import Console
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The editor on a pseudo-terminal.
@Suite(.serialized) struct LineEditorTests {
  /// Types something on a terminal and returns what the editor made of it, and what it showed.
  private func type(
    _ text: String, environment: [String: String] = ["TERM": "xterm"], lines: Int = 1
  ) -> (lines: [LineInput], shown: String) {
    var (master, slave): (Int32, Int32) = (0, 0)
    var size = winsize(ws_row: 24, ws_col: 40, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else { return ([], "") }
    defer {
      close(master)
      close(slave)
    }
    // Typed ahead: so that the terminal does not edit by itself what the editor has not seen yet.
    var attributes = termios()
    tcgetattr(slave, &attributes)
    cfmakeraw(&attributes)
    tcsetattr(slave, TCSANOW, &attributes)
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
    let editor = LineEditor(terminal: Terminal(environment: environment, input: slave, output: slave, error: slave))
    #expect(editor.isInteractive)
    let results = (0..<lines).map { _ in editor.readLine(prompt: "> ", continuation: ". ") }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    var shown: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(master, &part, part.count), count > 0 { shown += part[..<count] }
    return (results, String(decoding: shown, as: UTF8.self))
  }

  @Test("A line is edited and shown")
  func edits() {
    let result = type("早x\u{7F}!\u{1}a\r")
    #expect(result.lines == [.line("a早!")])
    #expect(result.shown.contains("> a早!"))
    #expect(result.shown.contains("\u{1B}[?2004h"))
    #expect(result.shown.hasSuffix("\u{1B}[?2004l"))
  }

  @Test("Several lines that were typed ahead, a paste, Ctrl-C and Ctrl-D")
  func several() {
    let result = type("one\rtwo\r\u{1B}[200~a\nb\u{1B}[201~\r\u{3}x\u{3}\u{4}", lines: 6)
    #expect(result.lines == [.line("one"), .line("two"), .line("a\nb"), .interrupted, .cancelled, .end])
  }

  @Test("A dumb terminal gets plain lines")
  func dumb() {
    let result = type("plain\n", environment: ["TERM": "dumb"])
    #expect(result.lines == [.line("plain")])
    #expect(!result.shown.contains("\u{1B}"))
  }

  @Test("Without a terminal: lines of a pipe, the last without its newline")
  func pipeline() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return }
    let bytes = Array("one\r\ntwo\n\nlast".utf8)
    _ = write(ends[1], bytes, bytes.count)
    close(ends[1])
    defer { close(ends[0]) }
    let editor = LineEditor(terminal: Terminal(environment: [:], input: ends[0], output: ends[0], error: ends[0]))
    #expect(!editor.isInteractive)
    let lines = (0..<5).map { _ in editor.readLine(prompt: "> ", continuation: ". ") }
    #expect(lines == [.line("one"), .line("two"), .line(""), .line("last"), .end])
  }
}
