import Foundation

/// Plain bytes to and from a port of this machine.
struct LoopbackClient: Sendable {
  let port: UInt16

  /// A port that nothing listens on.
  static func freePort() -> UInt16? {
    let descriptor = opened()
    defer { close(descriptor) }
    var address = Self.address(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    return found ? UInt16(bigEndian: address.sin_port) : nil
  }

  /// Sends a request, and more as long as the other side takes it, and returns all that comes back.
  ///
  /// It waits for two minutes, until somebody listens and for each answer: a test that waits for ever says nothing.
  func exchange(_ request: [UInt8], then more: [UInt8]) -> String {
    var descriptor = Self.opened()
    var address = Self.address(port: port)
    var tries = 0
    while true {
      let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if connected { break }
      close(descriptor)
      tries += 1
      guard tries < 12_000 else { return "nobody listens" }
      usleep(10_000)
      descriptor = Self.opened()
    }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    for bytes in [request, more] {
      var rest = bytes[...]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // The other side has heard enough.
        guard sent > 0 else { break }
        rest = rest.dropFirst(sent)
      }
    }
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &part, part.count, 0)
      guard count > 0 else { break }
      answer += part[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func opened() -> Int32 {
    #if canImport(Darwin)
      socket(AF_INET, SOCK_STREAM, 0)
    #else
      socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
