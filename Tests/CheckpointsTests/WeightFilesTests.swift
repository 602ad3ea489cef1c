import Checkpoints
import Files
import TestSupport
import Testing
import Transformers

struct WeightFilesTests {
  /// Writes a model in two files with an index.
  private func writeShards(_ folder: String, changing change: (inout JSONObject) -> Void = { _ in }) throws {
    let path = Files.path(folder, "model.safetensors")
    try SafetensorsWriter.write(try SmallModels.weights(SmallModels.configuration(.gpt2)), to: path)
    let tensors = try SmallModels.tensors(path)
    try Files.remove(path)
    var map = JSONObject()
    for (number, part) in [tensors[..<5], tensors[5...]].enumerated() {
      let name = "model-0000\(number + 1)-of-00002.safetensors"
      try SafetensorsWriter.write(Array(part), to: Files.path(folder, name))
      for tensor in part { map[tensor.name] = .string(name) }
    }
    change(&map)
    let index: JSONValue = ["metadata": ["total_size": 1], "weight_map": .object(map)]
    try AtomicFile.write(index.bytes(), to: Files.path(folder, "model.safetensors.index.json"))
  }

  @Test func readsShards() throws {
    try withScratchFolder { folder in
      let configuration = SmallModels.configuration(.gpt2)
      try writeShards(folder)
      let loader = try WeightLoader(try WeightFiles(folder: folder), family: .gpt2)
      let loaded = try loader.load(try Transformer(configuration).layout).weights
      #expect(SmallModels.numbers(loaded) == SmallModels.numbers(try SmallModels.weights(configuration)))
    }
  }

  @Test(arguments: [
    ("../model-00001-of-00002.safetensors", "plain name"), ("/etc/passwd", "plain name"), ("x.bin", "plain name"),
    ("", "plain name"), ("a\0.safetensors", "plain name"), ("missing.safetensors", "no file \"missing.safetensors\""),
    ("model-00002-of-00002.safetensors", "which is not listed"),
  ])
  func refusesBadFileNames(name: String, reason: String) throws {
    try withScratchFolder { folder in
      try writeShards(folder) { $0[$0.keys[0]] = .string(name) }
      #expect(sentence(folder).contains(reason))
    }
  }

  @Test func refusesAnUnlistedTensor() throws {
    try withScratchFolder { folder in
      try writeShards(folder) { $0[$0.keys[0]] = nil }
      #expect(sentence(folder).contains("which is not listed"))
    }
  }

  @Test func refusesAListedTensorThatIsNotThere() throws {
    try withScratchFolder { folder in
      try writeShards(folder) { $0["ghost"] = "model-00002-of-00002.safetensors" }
      #expect(sentence(folder).contains("has no tensor \"ghost\""))
    }
  }

  @Test(arguments: ["[]", "{}", #"{"weight_map":[]}"#, #"{"weight_map":{}}"#, #"{"weight_map":{"a":1}}"#])
  func refusesABadIndex(text: String) throws {
    try withScratchFolder { folder in
      try AtomicFile.write(text, to: Files.path(folder, "model.safetensors.index.json"))
      #expect(sentence(folder).contains("does not list weights files as it should"))
    }
  }

  @Test func saysWhereThereAreNoWeights() throws {
    try withScratchFolder { folder in
      try AtomicFile.write("", to: Files.path(folder, "pytorch_model.bin"))
      #expect(sentence(folder).contains("no model.safetensors"))
    }
  }

  private func sentence(_ folder: String) -> String {
    do {
      _ = try WeightFiles(folder: folder)
      return "none"
    } catch {
      return "\(error)"
    }
  }
}
