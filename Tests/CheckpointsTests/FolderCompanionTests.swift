import Checkpoints
import Files
import TestSupport
import Testing
import Transformers

@Suite struct FolderCompanionTests {
  private let companion = FolderCompanion("companion.json")

  private func write(_ seed: UInt64, to folder: String) throws {
    let configuration = SmallModels.configuration(.gpt2)
    try ModelFolder(configuration: configuration, weights: SmallModels.weights(configuration, seed: seed))
      .write(to: folder)
  }

  @Test func belongsToTheWeightsItWasWrittenAfter() throws {
    try withScratchFolder { folder in
      try write(1, to: folder)
      #expect(try companion.read(from: folder) == nil)
      let numbers = SmallModels.numbers(try ModelFolder(reading: folder).weights)
      try companion.write(["temperature": 2], to: folder)
      #expect(try companion.read(from: folder) == ["temperature": 2])
      #expect(SmallModels.numbers(try ModelFolder(reading: folder).weights) == numbers)
      #expect(try Files.readText(Files.path(folder, "manifest.json"), limit: 1 << 20).contains(companion.name))

      // Another content is seen, and new weights take the file away.
      try AtomicFile.write(Array("{\"temperature\": 3}".utf8), to: Files.path(folder, companion.name))
      #expect(throws: CheckpointFailure.self) { try companion.read(from: folder) }
      try companion.write(["temperature": 4], to: folder)
      #expect(try companion.read(from: folder) == ["temperature": 4])
      try companion.remove(from: folder)
      #expect(try companion.read(from: folder) == nil && !Files.list(folder).contains(companion.name))
      #expect(SmallModels.numbers(try ModelFolder(reading: folder).weights) == numbers)
      try companion.remove(from: folder)
      try companion.write(["temperature": 5], to: folder)
      try write(2, to: folder)
      #expect(try companion.read(from: folder) == nil)
    }
  }

  @Test func standsAloneInAForeignFolder() throws {
    try withScratchFolder { folder in
      try companion.write([:], to: folder)
      #expect(try companion.read(from: folder) == [:])
      #expect(try Files.list(folder) == [companion.name])
      try companion.remove(from: folder)
      #expect(try Files.list(folder).isEmpty)
    }
  }
}
