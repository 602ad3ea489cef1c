import Files
import Foundation
import Testing
import Tokenization

/// Compares with the `spm_encode` command where it is installed.
///
/// The text is that of the fixtures, or, to compare at length, the file that SWIFTLET_ORACLE_TEXT names;
/// SWIFTLET_ORACLE_MODELS names a folder with more models.
@Suite("Comparison with spm_encode")
struct SpmEncodeTests {
  static let command = ["/usr/bin/spm_encode", "/usr/local/bin/spm_encode"].first { Files.isFile($0) }

  private static func models() throws -> [(name: String, tokenizer: Tokenizer)] {
    var models = try ["unigram", "bpe"].map { ($0, try Fixture.tokenizer($0)) }
    if let folder = ProcessInfo.processInfo.environment["SWIFTLET_ORACLE_MODELS"] {
      for name in try Files.list(folder) where name.contains(".model") {
        models.append((name, try Tokenizer(contentsOf: Files.path(folder, name))))
      }
    }
    for type in TokenizerTrainingOptions.ModelType.allCases {
      models.append(
        (type.rawValue, try Tokenizer.train(from: Corpus.english, options: .init(modelType: type)).tokenizer))
    }
    return models
  }

  @Test("The identifiers of every line are the same", .enabled(if: command != nil))
  func identifiers() throws {
    let path = ProcessInfo.processInfo.environment["SWIFTLET_ORACLE_TEXT"] ?? Files.path(Fixture.folder, "lines.txt")
    let lines = try Files.read(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (name, tokenizer) in try Self.models() {
      let modelPath = NSTemporaryDirectory() + "swiftlet-\(ProcessInfo.processInfo.processIdentifier).model"
      defer { try? FileManager.default.removeItem(atPath: modelPath) }
      try AtomicFile.write(tokenizer.modelBytes, to: modelPath)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(Self.command))
      process.arguments = ["--model=" + modelPath, "--output_format=id", path]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let theirs = Array(try #require(try output.fileHandleForReading.readToEnd()))
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let expected = theirs.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      #expect(abs(expected.count - lines.count) <= 1, "\(name)")
      var different = 0
      for (line, expected) in zip(lines, expected) {
        let ours = tokenizer.encode(utf8: Array(line)).map(String.init).joined(separator: " ")
        if !ours.utf8.elementsEqual(expected) { different += 1 }
      }
      #expect(different == 0, "\(name): \(different) of \(lines.count) lines differ")
    }
  }
}
