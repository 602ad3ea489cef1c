#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file beside a test.
public enum Fixture {
  /// The path of `Fixtures/name` in the folder of the test that asks.
  public static func path(_ name: String, test: String = #filePath) -> String {
    let folder = test.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return "\(folder)/Fixtures/\(name)"
  }

  /// The text of `Fixtures/name`, or nil if it cannot be read.
  public static func text(_ name: String, test: String = #filePath) -> String? {
    guard let file = fopen(path(name, test: test), "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
