import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program as a process that a test watches, signals and kills.
///
/// It has no environment but a path, and so no home.
final class RunningProgram {
  private let process: pid_t
  /// The number of the process.
  var identifier: pid_t { process }
  private let errorPath: String
  private var status: Int32?

  /// Starts the program.
  /// - Parameters:
  ///   - errorPath: Where its messages go.
  ///   - largestFile: The limit on file sizes in blocks of the shell (512 or 1,024 bytes); nil for none. Messages then go
  ///     through a pipe, which knows no limit.
  init(_ arguments: [String], errorPath: String, largestFile: Int? = nil) throws {
    self.errorPath = errorPath
    var words = [Program.path] + arguments
    if let largestFile {
      words = ["/bin/sh", "-c", "ulimit -f \(largestFile); exec \"$@\"", "sh"] + words
      words =
        ["/bin/sh", "-c", "{ \"$@\" 3>&1 >/dev/null 2>&3 3>&-; echo \"exit $?\"; } | cat > '\(errorPath)'", "sh"]
        + words
    }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 2, largestFile == nil ? errorPath : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads that run tests have their signals blocked, and a child would inherit that.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var copies = words.map { strdup($0) } + [nil]
    var environment = [strdup("PATH=/usr/bin:/bin"), nil]
    defer { (copies + environment).forEach { free($0) } }
    var process = pid_t()
    let code = posix_spawn(&process, words[0], &actions, &attributes, &copies, &environment)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    self.process = process
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      _ = wait()
    }
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process, signal) }

  /// Waits for the end; the exit code, or less than zero where a signal ended it.
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(process, &raw, 0) < 0, errno == EINTR {}
    let status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F)
    self.status = status
    return status
  }

  /// Whether it has ended by itself.
  var hasEnded: Bool {
    guard status == nil else { return true }
    var raw: Int32 = 0
    guard waitpid(process, &raw, WNOHANG) == process else { return false }
    status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F)
    return true
  }

  /// The most memory that it has held so far, in bytes; nil where the system does not say it, or it has ended.
  var peakMemory: Int? {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
    else { return nil }
    return Int(kilobytes).map { $0 << 10 }
  }

  /// What it has written to standard error so far.
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }
}
