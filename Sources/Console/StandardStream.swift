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
  /// when it cannot be written for another reason (a full disk), it ends with a sentence and 74. A message that nobody
  /// reads is dropped.
  public func write(_ text: String) {
    if !Self.writeAll(Array(text.utf8), to: rawValue), self == .output {
      let code = errno
      Terminal.restore()
      guard code != EPIPE else { exit(128 + SIGPIPE) }
      Self.writeAll(
        Array("swiftlet: Cannot write standard output: \(String(cString: strerror(code))).\n".utf8),
        to: Self.error.rawValue)
      exit(74)
    }
  }

  /// Gives the numbers of streams that are closed to something that is neither read nor written.
  ///
  /// Otherwise the next file that is opened would get the number, and the results with it.
  public static func reserveNumbers() {
    for number in 0...2 as ClosedRange<Int32> where fcntl(number, F_GETFD) < 0 && errno == EBADF {
      // The system gives the lowest number that is free, which is this one.
      _ = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
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
