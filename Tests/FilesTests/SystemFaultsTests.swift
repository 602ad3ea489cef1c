import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Every call into the system is made to fail, one after the other, until none is left to fail.
struct SystemFaultsTests {
  @Test(arguments: [(ENOSPC, false), (EIO, false), (EDQUOT, true), (EROFS, true)])
  func aFileIsOldOrNewWhateverFails(code: Int32, lasts: Bool) throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      let new = [UInt8](repeating: 7, count: 200_000)
      var failures = 0
      while true {
        try AtomicFile.write("old", to: path)
        let faults = SystemFaults(call: failures, code: code, lasts: lasts)
        do {
          try SystemFaults.$current.withValue(faults) { try AtomicFile.write(new, to: path) }
          if !faults.hasStruck { break }
          #expect(try Files.read(path) == new)
        } catch let failure as FileFailure {
          guard case .system(_, let failedPath, code) = failure else {
            Issue.record(failure)
            return
          }
          #expect(failedPath == path || failedPath == folder)
          let content = try Files.read(path)
          #expect(content == Array("old".utf8) || content == new)
          if !lasts { #expect(try Files.list(folder).count <= 1) }
        }
        failures += 1
      }
      // Remove, open, write, synchronize, rename, synchronize the folder, at the least.
      #expect(failures >= 5)
    }
  }

  @Test func interruptionsAreNoErrors() throws {
    try withScratchFolder { folder in
      for call in 0..<12 {
        try SystemFaults.$current.withValue(SystemFaults(call: call, code: EINTR, lasts: false)) {
          let inner = Files.path(folder, "\(call)/inner")
          try Files.createFolder(inner)
          try AtomicFile.write("x", to: Files.path(inner, "file"))
          try Files.removeFolder(inner)
        }
      }
    }
  }
}
