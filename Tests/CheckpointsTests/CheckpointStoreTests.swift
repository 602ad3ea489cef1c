import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

struct CheckpointStoreTests {
  private static func buffers(_ seed: UInt64) throws -> [String: ParameterBuffer] {
    let configuration = SmallModels.configuration(.gpt2)
    return [
      "weights": try SmallModels.weights(configuration, seed: seed),
      "moment1": try SmallModels.weights(configuration, seed: seed + 1000),
    ]
  }

  private static func save(_ store: CheckpointStore, step: Int) throws {
    try store.save(
      step: step, buffers: try buffers(UInt64(step)),
      state: ["seed": .integer(.min), "loss": 0.1, "step": .integer(step)], files: ["extra.bin": [1, 2, 3]])
  }

  private static func expectWhole(_ saved: SavedCheckpoint?, step: Int) throws {
    let saved = try #require(saved)
    #expect(saved.step == step)
    #expect(saved.state == ["seed": .integer(.min), "loss": 0.1, "step": .integer(step)])
    #expect(try saved.file("extra.bin") == [1, 2, 3])
    let expected = try buffers(UInt64(step))
    #expect(saved.buffers == expected.keys.sorted())
    for (name, original) in expected {
      let buffer = ParameterBuffer(zeros: original.layout)
      try saved.load(name, into: buffer)
      #expect(SmallModels.numbers(buffer) == SmallModels.numbers(original))
    }
  }

  @Test func bringsBackEveryBit() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      #expect(try store.loadNewest() == nil)
      try Self.save(store, step: 5)
      try Self.expectWhole(store.loadNewest(), step: 5)
      try Self.save(store, step: 123_456_789)
      try Self.save(store, step: 10)
      try Self.expectWhole(store.loadNewest(), step: 123_456_789)
      #expect(
        try Files.list(store.checkpointFolder) == ["step-00000005", "step-00000010", "step-123456789"])
    }
  }

  /// A run that went back to an earlier checkpoint saves the same step again; the later one counts, and the earlier one
  /// is not touched before.
  @Test func savesAStepTwice() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      for number in 1...11 {
        try store.save(step: 5, buffers: [:], state: .integer(number))
        #expect(try store.loadNewest()?.state == .integer(number))
      }
    }
  }

  @Test func aLockKeepsASecondRunOut() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      try store.lock()
      try store.lock()
      let second = try CheckpointStore(runFolder: folder)
      #expect {
        try second.lock()
      } throws: { error in
        if case FileFailure.locked = error { true } else { false }
      }
      #expect(throws: FileFailure.self) { try second.save(step: 1, buffers: [:], state: .null) }
      withExtendedLifetime(store) {}
    }
  }

  @Test func removesWhatAKilledProcessLeft() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      let left = Files.path(store.checkpointFolder, ".tmp-step-00000007")
      try Files.createFolder(left)
      try AtomicFile.write("half", to: Files.path(left, "weights.safetensors"))
      #expect(try store.loadNewest() == nil)
      try store.lock()
      #expect(Files.kind(of: left) == nil)
    }
  }

  /// Each file of the newest checkpoint, cut off or with one bit wrong: the one before is taken, and the damaged file is
  /// named.
  @Test func passesOverDamagedCheckpoints() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      try Self.save(store, step: 1)
      try Self.save(store, step: 2)
      let newest = Files.path(store.checkpointFolder, "step-00000002")
      var random = RandomGenerator(seed: 3)
      for name in try Files.list(newest) {
        let path = Files.path(newest, name)
        let whole = try Files.read(path)
        var versions: [[UInt8]] = [[], Array(whole.dropLast()), whole + [0]]
        for _ in 0..<100 {
          var changed = whole
          changed[Int.random(in: 0..<whole.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          versions.append(changed)
        }
        for version in versions {
          try AppendingFile(path, keeping: 0).append(version)
          let saved = try #require(try store.loadNewest())
          #expect(saved.step == 1)
          #expect(saved.passedOver.count == 1)
          let reason = saved.passedOver.first ?? ""
          #expect(reason.contains(name == "manifest.json" ? "step-00000002" : name))
        }
        try Files.remove(path)
        #expect(try store.loadNewest()?.step == 1)
        try AtomicFile.write(whole, to: path)
        #expect(try store.loadNewest()?.passedOver.isEmpty == true)
      }
    }
  }

  @Test func saysThatNothingIsWhole() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      try store.save(step: 1, buffers: [:], state: .null)
      try AppendingFile(Files.path(store.checkpointFolder, "step-00000001/state.json")).append(" ")
      #expect {
        try store.loadNewest()
      } throws: { error in
        guard case CheckpointFailure.noWholeCheckpoint(_, let passedOver) = error else { return false }
        return passedOver.count == 1 && passedOver[0].contains("state.json")
      }
    }
  }

  /// A damaged checkpoint does not count among those that are kept.
  @Test func prunesOnlyBehindWholeOnes() throws {
    try withScratchFolder { folder in
      do {
        let store = try CheckpointStore(runFolder: folder)
        for step in 1...5 { try store.save(step: step, buffers: [:], state: .integer(step)) }
        try AppendingFile(Files.path(store.checkpointFolder, "step-00000005/state.json")).append(" ")
      }
      let store = try CheckpointStore(runFolder: folder)
      try store.prune(keeping: 2)
      #expect(try Files.list(store.checkpointFolder) == ["step-00000003", "step-00000004", "step-00000005"])
      #expect(try store.loadNewest()?.step == 4)
      try store.save(step: 6, buffers: [:], state: .null)
      try store.prune(keeping: 0)
      #expect(try Files.list(store.checkpointFolder) == ["step-00000006"])
    }
  }

  @Test func aFailedSaveChangesNothing() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      try Self.save(store, step: 1)
      // A name that no file can have, so that writing breaks off in the middle.
      #expect(throws: FileFailure.self) {
        try store.save(
          step: 2, buffers: try Self.buffers(2), state: .null, files: [String(repeating: "n", count: 300): []])
      }
      #expect(try Files.list(store.checkpointFolder) == ["step-00000001"])
      try Self.expectWhole(store.loadNewest(), step: 1)
    }
  }

  @Test func namesABufferThatIsNotThere() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      try Self.save(store, step: 1)
      let saved = try #require(try store.loadNewest())
      let buffer = ParameterBuffer(zeros: try Transformer(SmallModels.configuration(.gpt2)).layout)
      #expect { try saved.load("average", into: buffer) } throws: { "\($0)".contains("has no \"average\"") }
      let other = ParameterBuffer(zeros: try Transformer(SmallModels.configuration(.llama)).layout)
      #expect { try saved.load("weights", into: other) } throws: { "\($0)".contains("needs the tensor") }
    }
  }
}
