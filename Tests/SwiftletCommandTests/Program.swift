import Foundation

/// The program under test, run as a user runs it: as a process.
struct Program {
  /// How a run ended.
  struct Run {
    var status: Int32
    var output: String
    var errors: String
    /// The JSON objects of the output, one a line.
    var objects: [[String: Any]] {
      output.split(separator: "\n").compactMap {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
      }
    }
  }

  /// A text of 40 documents.
  static let smallText = (0..<40).map { "The small grey bird number \($0) lives by the old oak and sings.\n\n" }
    .joined()

  /// The executable stands beside the tests.
  static let path: String = {
    let tests =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("swiftlet").path
  }()

  /// Runs it with the arguments, an input, and an environment on top of an empty one but for the path.
  static func run(
    _ arguments: String..., input: String = "", environment: [String: String] = [:], in folder: String? = nil
  ) throws -> Run {
    try run(arguments, input: Data(input.utf8), environment: environment, in: folder)
  }

  /// The same, with any bytes as input.
  static func run(
    _ arguments: [String], input: Data = Data(), environment: [String: String] = [:], in folder: String? = nil
  ) throws -> Run {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory()].merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let scratch = try Scratch()
    let (out, err) = (scratch.path("out"), scratch.path("err"))
    for path in [out, err] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let inputPath = scratch.path("in")
    try input.write(to: URL(fileURLWithPath: inputPath))
    process.standardInput = FileHandle(forReadingAtPath: inputPath)
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
    process.waitUntilExit()
    func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Run(status: process.terminationStatus, output: try text(out), errors: try text(err))
  }
}

/// A folder that goes when the test does.
final class Scratch {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "swiftlet-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// A path in the folder.
  func path(_ name: String) -> String { root + "/" + name }

  /// Writes a file, and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }
}
