import Console
import Files
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct HistoryFileTests {
  @Test("The place follows the XDG specification")
  func place() {
    #expect(HistoryFile.standard(environment: ["XDG_STATE_HOME": "/x", "HOME": "/h"])?.path == "/x/swiftlet/history")
    #expect(
      HistoryFile.standard(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"])?.path
        == "/h/.local/state/swiftlet/history")
    #expect(HistoryFile.standard(environment: [:]) == nil)
  }

  @Test("Lines come back, newlines and backslashes too, and only the owner can read them")
  func roundTrip() throws {
    let folder = try Files.temporaryFolder()
    defer { try? Files.removeFolder(folder) }
    let file = HistoryFile(path: folder + "/state/swiftlet/history")
    #expect(file.read() == [])
    let lines = ["plain", "two\nlines", #"back\slash \n"#, "早上好 🐦"]
    for line in lines { file.append(line) }
    #expect(file.read() == lines)
    var status = stat()
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(stat(folder + "/state/swiftlet", &status) == 0 && status.st_mode & 0o777 == 0o700)
    for index in 0..<20 { file.append("line \(index)") }
    file.trim(to: 5)
    #expect(file.read() == (15..<20).map { "line \($0)" })
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test("A file that cannot be written or read does nothing")
  func unwritable() {
    let file = HistoryFile(path: "/proc/none/swiftlet/history")
    file.append("x")
    #expect(file.read() == [])
  }
}
