/// One line while it is edited: keys go in, and what the terminal must be sent comes out.
public struct EditingSession {
  private var buffer = LineBuffer()
  private var history: LineHistory
  private let prompt: String
  private let continuation: String
  private let completion: (String) -> LineCompletion?
  /// What is shown, and the row of the cursor in it.
  private var view: LineView?
  /// What is shown once, above the line, before it is drawn again.
  private var announcement = ""
  private var clearsScreen = false
  private var lastKeyWasTab = false

  /// A new line.
  public init(
    prompt: String, continuation: String, history: LineHistory = LineHistory(),
    completion: @escaping (String) -> LineCompletion? = { _ in nil }
  ) {
    self.prompt = prompt
    self.continuation = continuation
    self.history = history
    self.completion = completion
  }

  /// The text as it is now.
  public var text: String { buffer.text }

  /// What the terminal must be sent to show the line as it is now.
  public mutating func draw(width: Int, height: Int) -> String {
    let new = LineView(prompt: prompt, continuation: continuation, buffer: buffer, width: width, height: height)
    var output = ""
    if clearsScreen {
      output = "\u{1B}[H\u{1B}[2J"
      view = nil
    }
    if !announcement.isEmpty {
      output += (view?.leaving ?? "") + announcement
      view = nil
    }
    (clearsScreen, announcement) = (false, "")
    output += new.drawing(over: view?.cursorRow ?? 0)
    view = new
    return output
  }

  /// What the terminal must be sent to go on below the line.
  public var leaving: String { view?.leaving ?? "" }

  /// Forgets what is shown: something else was written to the terminal.
  public mutating func forgetDrawing() { view = nil }

  /// Does what a key does; returns what came of it when the line is finished.
  public mutating func handle(_ key: Key) -> LineInput? {
    defer { lastKeyWasTab = key == .tab }
    switch key {
    case .enter:
      return .line(buffer.text)
    case .interrupt:
      return buffer.isEmpty ? .interrupted : .cancelled
    case .endOfInput:
      if buffer.isEmpty { return .end }
      _ = buffer.apply(.delete)
    case .up, .down:
      if buffer.moveLine(up: key == .up) { break }
      if let line = history.go(older: key == .up, from: buffer.text) { buffer.replace(with: line) }
    case .clearScreen:
      clearsScreen = true
    case .tab:
      complete()
    default:
      _ = buffer.apply(key)
    }
    return nil
  }

  private mutating func complete() {
    let before = buffer.textBeforeCursor
    guard let completion = completion(before), let first = completion.candidates.first else { return }
    let typed = String(before.suffix(completion.replacedCount))
    let isOnly = completion.candidates.count == 1
    let replacement = isOnly ? first : completion.commonPrefix
    if replacement.count > typed.count || isOnly {
      for _ in 0..<completion.replacedCount { _ = buffer.apply(.backspace) }
      buffer.insert(replacement)
    } else if lastKeyWasTab {
      announcement = completion.candidates.joined(separator: "  ") + "\r\n"
    }
  }
}
