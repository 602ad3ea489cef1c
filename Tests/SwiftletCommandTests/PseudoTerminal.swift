#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program on a terminal that a test looks at and types on.
final class PseudoTerminal {
  private let master: Int32
  private let process: pid_t
  /// Everything that was shown.
  private(set) var shown = ""
  private var bytes: [UInt8] = []
  private var exitStatus: Int32?

  /// `POSIX_SPAWN_SETSID`, which glibc shows only to those who define `_GNU_SOURCE`.
  #if canImport(Darwin)
    private static let newSession = Int16(POSIX_SPAWN_SETSID)
  #else
    private static let newSession: Int16 = 0x80
  #endif

  /// Starts the program; nil where there are no pseudo-terminals.
  init?(_ path: String, _ arguments: [String], environment: [String: String], columns: UInt16 = 80) {
    var (master, slave): (Int32, Int32) = (0, 0)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else { return nil }
    self.master = master
    // Not `ttyname`, whose answer another test's may replace before it is read.
    var name = [CChar](repeating: 0, count: 128)
    guard ttyname_r(slave, &name, name.count) == 0 else {
      close(master)
      close(slave)
      return nil
    }
    // The program gets the terminal as its own three streams, and no more.
    for descriptor in [master, slave] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    defer { close(slave) }

    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The leader of a new session that opens a terminal is controlled by it: Ctrl-C becomes a signal.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads that run tests have their signals blocked, and a child would inherit that.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK))

    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process = pid_t()
    guard posix_spawn(&process, path, &actions, &attributes, &words, &variables) == 0 else {
      close(master)
      return nil
    }
    self.process = process
  }

  deinit {
    close(master)
    if exitStatus == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
  }

  /// Types a text.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Asks the program to end, as whoever stops a machine does.
  func terminate() { kill(process, SIGTERM) }

  /// Types a line and waits until it is answered: until all of some texts were shown, and the next line may be typed.
  func ask(_ line: String, _ expected: String...) -> Bool {
    let start = position
    type(line + "\r")
    return expected.allSatisfy { wait(for: $0, after: start) } && wait(for: "\u{1B}[?2004h", after: start)
  }

  /// Waits until something is shown behind what was there; false after too many seconds.
  @discardableResult
  func wait(for text: String, after position: Int = 0, seconds: Double = 60) -> Bool {
    let start = ContinuousClock.now
    while true {
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      let rest = bytes.dropFirst(position)
      if !text.isEmpty, rest.count >= text.utf8.count, rest.firstRange(of: Array(text.utf8)) != nil { return true }
      guard elapsed < seconds, read() else { return false }
    }
  }

  /// Waits until so many bytes were shown; returns whether they were.
  func wait(forBytes count: Int, seconds: Double = 60) -> Bool {
    let start = ContinuousClock.now
    while bytes.count < count, (ContinuousClock.now - start) / .seconds(1) < seconds, read() {}
    return bytes.count >= count
  }

  /// Waits until nothing has been shown for a while: the program waits for a key.
  func settle() {
    var last = -1
    while bytes.count != last {
      last = bytes.count
      for _ in 0..<30 { _ = read() }
    }
  }

  /// How many bytes were shown.
  var position: Int { bytes.count }

  /// Waits for the end; the exit code, or nil if a signal ended it or it does not end.
  func waitForExit(seconds: Double = 60) -> Int32? {
    let start = ContinuousClock.now
    while (ContinuousClock.now - start) / .seconds(1) < seconds {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        exitStatus = status
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
      }
      _ = read()
    }
    return nil
  }

  /// Reads what is there, or waits a little; false when the terminal is closed.
  private func read() -> Bool {
    var request = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 10) > 0 else { return true }
    var part = [UInt8](repeating: 0, count: 1 << 16)
    #if canImport(Glibc)
      let count = Glibc.read(master, &part, part.count)
    #elseif canImport(Musl)
      let count = Musl.read(master, &part, part.count)
    #else
      let count = Darwin.read(master, &part, part.count)
    #endif
    guard count > 0 else { return false }
    bytes += part[..<count]
    shown = String(decoding: bytes, as: UTF8.self)
    return true
  }
}
