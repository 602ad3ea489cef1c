import Files

/// Hands an empty folder to a test, and removes it afterwards.
package func withScratchFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try Files.temporaryFolder()
  defer { try? Files.removeFolder(folder) }
  return try body(folder)
}
