import Swiftlet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The model folders that come with the project, found from where the program is.
enum ShippedWeights {
  /// The generator that `swiftlet repl` starts where no model is named.
  static let generator = "Weights/bible"

  /// The path of a shipped folder: beside the current folder's, or in a folder around the program's own.
  ///
  /// Nil where the program was taken elsewhere without them.
  static func path(_ name: String) -> String? {
    if Files.isFolder(name) { return name }
    guard let program = programPath() else { return nil }
    var folder = Files.folder(of: program)
    while folder != "/", folder != "." {
      let candidate = Files.path(folder, name)
      if Files.isFolder(candidate) { return candidate }
      folder = Files.folder(of: folder)
    }
    return nil
  }

  /// The program's file; what it was called by may be a link in another folder.
  private static func programPath() -> String? {
    guard let resolved = realpath("/proc/self/exe", nil) ?? realpath(CommandLine.arguments.first ?? "", nil) else {
      return nil
    }
    defer { free(resolved) }
    return String(validatingCString: resolved)
  }
}
