import Checkpoints
import Files
import TestSupport
import Testing
import Transformers

/// A process can be killed between any two steps of replacing a model.
///
/// Each moment is built here by hand, as a folder; the model in it must be the old one or the new one, and the next
/// writer must be able to go on.
struct FolderWriterTests {
  private static let names = ["config.json", "model.safetensors", "generation_config.json", "README.md"]

  @Test func everyMomentOfAReplacementIsWhole() throws {
    let configuration = SmallModels.configuration(.gpt2)
    func model(_ seed: UInt64) throws -> ModelFolder {
      ModelFolder(
        configuration: configuration, weights: try SmallModels.weights(configuration, seed: seed),
        generation: ["seed": .integer(Int(seed))], card: "# \(seed)\n")
    }
    try withScratchFolder { base in
      let (old, new) = (Files.path(base, "old"), Files.path(base, "new"))
      try model(1).write(to: old)
      try model(2).write(to: new)
      let oldNumbers = SmallModels.numbers(try model(1).weights)
      let newNumbers = SmallModels.numbers(try model(2).weights)

      func copy(_ name: String, from: String, to folder: String, as newName: String? = nil) throws {
        try AtomicFile.write(try Files.read(Files.path(from, name)), to: Files.path(folder, newName ?? name))
      }
      // staged: how many files are written aside; committed: whether the manifest is the new one; moved: how many files
      // have taken their names since.
      var moments: [(staged: Int, committed: Bool, moved: Int)] = (0...Self.names.count).map { ($0, false, 0) }
      moments += (0...Self.names.count).map { (Self.names.count, true, $0) }
      for (staged, committed, moved) in moments {
        let folder = Files.path(base, "moment")
        try Files.removeFolder(folder)
        try Files.createFolder(folder)
        for (index, name) in Self.names.enumerated() {
          try copy(name, from: index < moved ? new : old, to: folder)
          if index < staged, index >= moved { try copy(name, from: new, to: folder, as: ".staged-\(name)") }
        }
        try copy("manifest.json", from: committed ? new : old, to: folder)

        let read = try ModelFolder(reading: folder)
        #expect(SmallModels.numbers(read.weights) == (committed ? newNumbers : oldNumbers))
        #expect(read.generation == ["seed": committed ? 2 : 1])

        try model(3).write(to: folder)
        let rewritten = try ModelFolder(reading: folder).weights
        #expect(SmallModels.numbers(rewritten) == SmallModels.numbers(try model(3).weights))
        #expect(try Files.list(folder).filter { $0.hasPrefix(".") }.isEmpty)
      }
    }
  }
}
