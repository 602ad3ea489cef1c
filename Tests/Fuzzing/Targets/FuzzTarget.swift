#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
import Files

/// A reader of something that comes from outside, and how to feed it any bytes.
///
/// Whatever the bytes are, it returns or throws a `Failure`; a trap, an error of another kind, or memory that is not
/// its own ends the process, and libFuzzer keeps the bytes.
struct FuzzTarget: Sendable {
  let name: String
  /// Receives the bytes, and a file with these bytes where the reader wants one.
  let read: @Sendable (_ bytes: [UInt8], _ file: FuzzFile) throws -> Void

  static let all: [FuzzTarget] =
    weights + tokenizers + configurations + texts + runs

  /// The target that the environment names.
  static let chosen: FuzzTarget = {
    let name = getenv("SWIFTLET_FUZZ").map { String(cString: $0) } ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      print("SWIFTLET_FUZZ names a target: \(all.map(\.name).joined(separator: " "))")
      exit(64)
    }
    return target
  }()
}

/// A file that holds the bytes of one execution; made in memory where the system has such a place.
final class FuzzFile {
  private let folder: String
  private let bytes: [UInt8]

  static let folder: String = {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let path = "\(base)/swiftlet-fuzz-\(getpid())"
    mkdir(path, 0o700)
    return path
  }()

  init(_ bytes: [UInt8]) { (self.folder, self.bytes) = (Self.folder, bytes) }

  /// Writes the bytes under a name, and returns the path.
  func path(_ name: String) -> String { write(bytes, name) }

  /// Writes other bytes under a name, and returns the path.
  func write(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("no room") }
    close(descriptor)
    return path
  }

  /// A folder.
  var path: String { folder }
}

/// libFuzzer's loop; it takes its options from the command line.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
struct FuzzProgram {
  static func main() {
    _ = FuzzTarget.chosen
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(
      runFuzzer(&count, &arguments) { start, count in
        FuzzProgram.run(UnsafeBufferPointer(start: start, count: count))
      })
  }

  private static func run(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
    let bytes = Array(input)
    do {
      try FuzzTarget.chosen.read(bytes, FuzzFile(bytes))
    } catch let failure as any Failure {
      // Every failure can be said in a sentence.
      guard !failure.description.isEmpty else { fatalError("a failure without words") }
    } catch {
      fatalError("an error that is no Failure: \(error)")
    }
    return 0
  }
}
