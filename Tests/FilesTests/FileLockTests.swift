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

struct FileLockTests {
  @Test func aSecondHolderIsRefusedUntilTheFirstLetsGo() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "lock")
      do {
        let lock = try FileLock(path)
        #expect(throws: FileFailure.locked(path, by: "process \(getpid())")) { try FileLock(path) }
        withExtendedLifetime(lock) {}
      }
      _ = try FileLock(path)
    }
  }
}
