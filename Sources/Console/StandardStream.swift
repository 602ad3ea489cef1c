#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, written at once and whole.
public enum StandardStream: Int32, Sendable {
  /// For results.
  case output = 1
  /// For messages and progress.
  case error = 2

  /// Writes a text.
  ///
  /// When nobody reads standard output any more (`| head`), the program ends, quietly, as one that is ended by SIGPIPE;
  /// a message that nobody reads is dropped.
  public func write(_ text: String) {
    if !Self.writeAll(Array(text.utf8), to: rawValue), self == .output {
      Terminal.restore()
      exit(128 + SIGPIPE)
    }
  }

  /// Writes a line.
  public func writeLine(_ text: String) { write(text + "\n") }

  /// Writes all bytes; returns false when that cannot be.
  @discardableResult
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { memory in
      guard let base = memory.baseAddress else { return true }
      var done = 0
      while done < memory.count {
        let count = systemWrite(descriptor, base + done, memory.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&request, 1, 1000)
            continue
          }
          return false
        }
        done += count
      }
      return true
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ memory: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      return Glibc.write(descriptor, memory, count)
    #elseif canImport(Musl)
      return Musl.write(descriptor, memory, count)
    #else
      return Darwin.write(descriptor, memory, count)
    #endif
  }
}
