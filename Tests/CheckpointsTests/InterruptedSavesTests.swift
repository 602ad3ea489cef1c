import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Saving is broken off at every call into the system, one after the other: once as by a full disk (the call fails, and
/// what follows may tidy up), once as by a killed process (nothing works any more).
///
/// What was saved before is whole afterwards, and the next save succeeds.
struct InterruptedSavesTests {
  private static let configuration: TransformerConfiguration = {
    var configuration = SmallModels.configuration(.gpt2)
    configuration.layers = 1
    return configuration
  }()

  @Test(arguments: [(ENOSPC, false), (EIO, true)])
  func aCheckpointIsWholeOrNotThere(code: Int32, lasts: Bool) throws {
    let buffers = ["weights": try SmallModels.weights(Self.configuration)]
    var call = 0
    var strikes = true
    while strikes {
      try withScratchFolder { folder in
        do {
          let store = try CheckpointStore(runFolder: folder)
          try store.save(step: 1, buffers: buffers, state: ["moment": "before"])
          let faults = SystemFaults(call: call, code: code, lasts: lasts)
          var hasSaved = false
          do {
            try SystemFaults.$current.withValue(faults) {
              try store.save(step: 2, buffers: buffers, state: ["moment": "after"])
              hasSaved = true
              try store.prune(keeping: 1)
            }
          } catch let failure as FileFailure {
            #expect(failure.kind == .inputOutput, "\(failure)")
          }
          strikes = faults.hasStruck
          if hasSaved { #expect(try store.loadNewest()?.step == 2) }
        }
        // A new process: whatever was left behind is passed over in silence.
        let store = try CheckpointStore(runFolder: folder)
        let saved = try #require(try store.loadNewest())
        #expect(saved.passedOver.isEmpty)
        #expect(saved.state == ["moment": saved.step == 2 ? "after" : "before"])
        for (name, original) in buffers {
          let buffer = ParameterBuffer(zeros: original.layout)
          try saved.load(name, into: buffer)
          #expect(SmallModels.numbers(buffer) == SmallModels.numbers(original))
        }
        try store.save(step: 3, buffers: buffers, state: .null)
        try store.prune(keeping: 1)
        #expect(try Files.list(store.checkpointFolder) == ["step-00000003"])
      }
      call += 1
    }
    // The buffer, the state, the manifest, each removed, opened, written, synced, renamed, synced: at the least.
    #expect(call > 15)
  }

  @Test(arguments: [(ENOSPC, false), (EIO, true)])
  func aModelFolderIsOldOrNew(code: Int32, lasts: Bool) throws {
    func model(_ seed: UInt64) throws -> ModelFolder {
      ModelFolder(
        configuration: Self.configuration, weights: try SmallModels.weights(Self.configuration, seed: seed),
        generation: ["seed": .integer(Int(seed))], card: "# \(seed)\n")
    }
    let (old, new, next) = (try model(1), try model(2), try model(3))
    var call = 0
    var strikes = true
    while strikes {
      try withScratchFolder { folder in
        try old.write(to: folder)
        let faults = SystemFaults(call: call, code: code, lasts: lasts)
        var hasWritten = false
        do {
          try SystemFaults.$current.withValue(faults) { try new.write(to: folder) }
          hasWritten = true
        } catch let failure as FileFailure {
          #expect(failure.kind == .inputOutput, "\(failure)")
        }
        strikes = faults.hasStruck
        let read = try ModelFolder(reading: folder)
        let expected = read.generation == new.generation ? new : old
        #expect(!hasWritten || read.generation == new.generation)
        #expect(read.generation == expected.generation)
        #expect(SmallModels.numbers(read.weights) == SmallModels.numbers(expected.weights))
        try next.write(to: folder)
        #expect(SmallModels.numbers(try ModelFolder(reading: folder).weights) == SmallModels.numbers(next.weights))
        #expect(try Files.list(folder).filter { $0.hasPrefix(".staged") }.isEmpty)
      }
      call += 1
    }
    #expect(call > 25)
  }
}
