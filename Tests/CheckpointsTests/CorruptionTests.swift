import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

/// Every file that a run leaves, cut off at every length and with a thousand bits flipped: it is found out, and named.
struct CorruptionTests {
  private static let configuration: TransformerConfiguration = {
    var configuration = SmallModels.configuration(.gpt2)
    (configuration.layers, configuration.width, configuration.headWidth, configuration.innerWidth) = (1, 4, 2, 4)
    (configuration.heads, configuration.keyHeads) = (2, 2)
    return configuration
  }()

  /// Calls `body` with each damaged version of a file in its place, and puts the whole one back.
  ///
  /// - Parameter flips: how many single bits are flipped; long files are cut at as many lengths.
  private func forEachDamage(to path: String, flips: Int, _ body: (String) throws -> Void) throws {
    let whole = try Files.read(path)
    // In place, as a disk would do it; the lengths stay those that a writer left.
    func put(_ bytes: [UInt8]) throws { try AppendingFile(path, keeping: 0).append(bytes) }
    var random = RandomGenerator(seed: UInt64(whole.count))
    for _ in 0..<flips {
      var changed = whole
      let (place, bit) = (Int.random(in: 0..<whole.count, using: &random), Int.random(in: 0..<8, using: &random))
      changed[place] ^= 1 << bit
      try put(changed)
      try body("bit \(bit) of byte \(place)")
    }
    for length in stride(from: 0, to: whole.count, by: max(1, whole.count / 1500)) {
      try put(Array(whole[..<length]))
      try body("cut at \(length)")
    }
    try put(whole)
  }

  @Test func aModelFolder() throws {
    try withScratchFolder { folder in
      let tokenizer = try SmallModels.tokenizer()
      try ModelFolder(
        configuration: Self.configuration, weights: try SmallModels.weights(Self.configuration), tokenizer: tokenizer,
        generation: ["temperature": 0.5]
      ).write(to: folder)
      for name in ["config.json", "generation_config.json", "manifest.json", "model.safetensors", "tokenizer.model"] {
        try forEachDamage(to: Files.path(folder, name), flips: 1000) { damage in
          do {
            _ = try ModelFolder(reading: folder)
            Issue.record("\(name), \(damage): not found out")
          } catch let failure as any Failure {
            if failure.kind != .badData || !failure.description.contains(name) {
              Issue.record("\(name), \(damage): \(failure)")
            }
          }
        }
      }
      #expect(try ModelFolder(reading: folder).configuration == Self.configuration)
    }
  }

  @Test func aCheckpoint() throws {
    try withScratchFolder { folder in
      let store = try CheckpointStore(runFolder: folder)
      for step in [1, 2] {
        let weights = try SmallModels.weights(Self.configuration, seed: UInt64(step))
        try store.save(step: step, buffers: ["weights": weights, "moment1": weights], state: ["step": .integer(step)])
      }
      let newest = Files.path(store.checkpointFolder, "step-00000002")
      for name in try Files.list(newest) {
        try forEachDamage(to: Files.path(newest, name), flips: 1000) { damage in
          let saved = try #require(try store.loadNewest())
          let named = saved.passedOver.count == 1 && saved.passedOver[0].contains("step-00000002/\(name)")
          if saved.step != 1 || !named { Issue.record("\(name), \(damage): \(saved.passedOver)") }
        }
      }
      #expect(try store.loadNewest()?.step == 2)
    }
  }
}
