import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The history of a prompt, kept between runs in a file that only its owner can read.
public struct HistoryFile: Sendable {
  /// Where it is.
  public let path: String

  /// A history in a file.
  public init(path: String) { self.path = path }

  /// The file's place by the XDG Base Directory Specification: `$XDG_STATE_HOME/swiftlet/history`, or
  /// `~/.local/state/swiftlet/history`; nil where neither folder is known.
  ///
  /// A relative `XDG_STATE_HOME` is ignored.
  public static func standard(environment: [String: String]) -> HistoryFile? {
    let state: String
    if let given = environment["XDG_STATE_HOME"], given.hasPrefix("/") {
      state = given
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      state = Files.path(home, ".local/state")
    } else {
      return nil
    }
    return HistoryFile(path: Files.path(Files.path(state, "swiftlet"), "history"))
  }

  /// The lines; none where the file cannot be read.
  public func read() -> [String] {
    guard let bytes = try? Files.read(path, limit: 16 << 20) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { Self.unescaped($0) }
  }

  /// Appends a line.
  ///
  /// A history that cannot be kept is no reason to stop: then nothing happens.
  public func append(_ line: String) {
    let folder = Files.folder(of: path)
    if Files.kind(of: folder) == nil {
      try? Files.createFolder(Files.folder(of: folder))
      _ = mkdir(folder, 0o700)
    }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = fchmod(descriptor, 0o600)
    StandardStream.writeAll(Array((Self.escaped(line) + "\n").utf8), to: descriptor)
  }

  /// Keeps only the newest lines, when the file has grown to several times as many.
  public func trim(to limit: Int) {
    let lines = read()
    guard lines.count > 4 * limit else { return }
    let text = lines.suffix(limit).map { Self.escaped($0) + "\n" }.joined()
    try? AtomicFile.write(text, to: path)
    _ = chmod(path, 0o600)
  }

  static func escaped(_ line: String) -> String {
    line.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r", "\r\n": result += "\\r"
      default: result.append(character)
      }
    }
  }

  static func unescaped(_ line: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        result += character == "n" ? "\n" : character == "r" ? "\r" : String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
