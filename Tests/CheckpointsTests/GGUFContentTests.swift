import Checkpoints
import Files
import TestSupport
import Testing

@Suite("Hostile GGUF files")
struct GGUFContentTests {
  /// The bytes of a file that is put together piece by piece.
  private struct Builder {
    var bytes: [UInt8] = Array("GGUF".utf8)

    mutating func add<Word: FixedWidthInteger>(_ word: Word) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func add(_ text: String) {
      add(UInt64(text.utf8.count))
      bytes += text.utf8
    }
    mutating func head(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
      add(version)
      add(tensors)
      add(keys)
    }
    mutating func key(_ name: String, _ value: String) {
      add(name)
      add(UInt32(8))
      add(value)
    }
    mutating func key(_ name: String, _ value: UInt32) {
      add(name)
      add(UInt32(4))
      add(value)
    }
    /// An array of so many elements of a type, with their bytes.
    mutating func key(_ name: String, elements type: UInt32, _ count: UInt64, _ content: [UInt8]) {
      add(name)
      add(UInt32(9))
      add(type)
      add(count)
      bytes += content
    }
    mutating func key(_ name: String, _ texts: [String]) {
      key(name, elements: 8, UInt64(texts.count), [])
      texts.forEach { add($0) }
    }
    mutating func tensor(_ name: String, _ shape: [UInt64], type: UInt32 = 0, offset: UInt64) {
      add(name)
      add(UInt32(shape.count))
      shape.forEach { add($0) }
      add(type)
      add(offset)
    }
    mutating func pad(_ data: Int) {
      bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32 + data)
    }
  }

  /// A file of keys alone, the first of which name a vocabulary.
  private static func vocabulary(_ model: String, keys: UInt64, _ body: (inout Builder) -> Void) -> [UInt8] {
    build {
      $0.head(keys: keys + 1)
      $0.key("tokenizer.ggml.model", model)
      body(&$0)
    }
  }

  /// A file of one tensor.
  private static func tensor(_ name: String, _ shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) -> [UInt8] {
    build {
      $0.head(tensors: 1)
      $0.tensor(name, shape, type: type, offset: offset)
      $0.pad(64)
    }
  }

  /// A Llama-shaped model's keys, all but the last of them sound, and its table.
  private static func llama(_ body: (inout Builder) -> Void) -> [UInt8] {
    build {
      $0.head(tensors: 1, keys: 7)
      $0.key("general.architecture", "llama")
      $0.key("llama.context_length", 8)
      $0.key("llama.embedding_length", 4)
      $0.key("llama.block_count", 1)
      $0.key("llama.attention.head_count", 1)
      $0.key("llama.feed_forward_length", 4)
      body(&$0)
      $0.tensor("token_embd.weight", [4, 4], offset: 0)
      $0.pad(64)
    }
  }

  private static func build(_ body: (inout Builder) -> Void) -> [UInt8] {
    var builder = Builder()
    body(&builder)
    return builder.bytes
  }

  /// Files, and a word of the sentence that refuses each.
  private static let cases: [([UInt8], String)] = [
    ([], "not a GGUF"),
    (Array("GGUG".utf8) + [UInt8](repeating: 0, count: 40), "not a GGUF"),
    (build { $0.head(version: 1) }, "version 1"),
    (build { $0.head(version: 0x0300_0000) }, "version 50331648"),
    (build { $0.head(tensors: .max) }, "tensors, where at most"),
    (build { $0.head(keys: 1 << 40) }, "keys, where at most"),
    (build { $0.head(keys: 1) }, "longer than the file"),
    (
      build {
        $0.head(keys: 2)
        $0.key("general.name", "a")
        $0.key("general.name", "b")
      }, "\"general.name\" twice"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("", "a")
      }, "empty key"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(8))
        $0.add(UInt64.max)
      }, "bytes of a string"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(8))
        $0.add(UInt64(2))
        $0.bytes += [0xC3, 0x28]
      }, "not UTF-8"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(9))
        $0.add(UInt32(8))
        $0.add(UInt64(1) << 60)
      }, "elements of an array"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(9))
        $0.add(UInt32(9))
        $0.add(UInt64(0))
      }, "cannot be in one"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(13))
      }, "type 13"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(7))
        $0.add(UInt8(2))
      }, "truth value 2"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("general.alignment", "32")
      }, "power of two"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("general.alignment")
        $0.add(UInt32(4))
        $0.add(UInt32(24))
      }, "power of two"
    ),
    (
      build {
        $0.head(tensors: 2)
        $0.tensor("a", [8], offset: 0)
        $0.tensor("a", [8], offset: 32)
        $0.pad(64)
      }, "\"a\" twice"
    ),
    (
      build {
        $0.head(tensors: 2)
        $0.tensor("a", [8], offset: 0)
        $0.tensor("b", [8], offset: 0)
        $0.pad(64)
      }, "offset is 0, and 32 is expected"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [64], offset: 0)
        $0.pad(64)
      }, "ends at byte"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [8], offset: .max)
        $0.pad(64)
      }, "wrong place"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [0, 8], offset: 0)
        $0.pad(64)
      }, "dimension of 0"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [1 << 31, 1 << 31, 1 << 31, 1 << 31], offset: 0)
        $0.pad(64)
      }, "dimension of 2147483648"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [1 << 30, 1 << 30, 1 << 30, 1 << 30], offset: 0)
        $0.pad(64)
      }, "larger than the file"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [1, 1, 1, 1, 1], offset: 0)
        $0.pad(64)
      }, "5 dimensions"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [8], type: 2, offset: 0)
        $0.pad(64)
      }, "type 2"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [33], type: 8, offset: 0)
        $0.pad(64)
      }, "block of 32"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor(String(repeating: "a", count: 64), [8], offset: 0)
        $0.pad(64)
      }, "bytes of a string"
    ),
    (
      build {
        $0.head(tensors: 1)
        $0.tensor("a", [8], offset: 0)
        $0.pad(96)
      }, "belong to nothing"
    ),
    (build { $0.head() }, "general.architecture"),
    (
      build {
        $0.head(keys: 2)
        $0.key("general.architecture", "llama")
        $0.key("llama.attention.sliding_window", "8")
      }, "llama.attention.sliding_window"
    ),
    (
      build {
        $0.head(tensors: 1, keys: 5)
        $0.key("general.architecture", "llama")
        $0.key("llama.context_length", 8)
        $0.key("llama.embedding_length", 4)
        $0.key("llama.block_count", 1 << 24)
        $0.key("llama.attention.head_count", 1)
        $0.tensor("token_embd.weight", [4, 4], offset: 0)
        $0.pad(64)
      }, "\"llama.block_count\": 16777216, and at most 1"
    ),
    (tensor("a", []), "0 dimensions"), (tensor("", [8]), "name is empty"), (tensor("a\n", [8]), "control characters"),
    (tensor("a", [8], type: 31), "type 31"), (tensor("a", [8], type: .max), "type 4294967295"),
    (tensor("a", [8], offset: 32), "offset is 32, and 0 is expected"), (tensor("a", [8], offset: 33), "wrong place"),
    (tensor("a", [1 << 42, 1 << 42]), "dimension of 4398046511104"),
    (tensor("a", [.max]), "dimension of 1844674407370955"),
    (tensor("a", [1 << 20, 1 << 20, 1 << 20, 16]), "larger than the file"),
    (tensor("a", [32], type: 8) + [0], "belong to nothing"),
    (
      build {
        $0.head(keys: 1)
        $0.key(String(repeating: "k", count: 5000), "a")
      }, "5000 bytes of a string"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("general.alignment", 0)
      }, "power of two"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("general.alignment", 1 << 31)
      }, "power of two"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("k", elements: 4, 4, [1, 0, 0, 0])
      }, "elements of an array"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.key("k", elements: 13, 0, [])
      }, "type 13"
    ),
    (
      build {
        $0.head(keys: 1)
        $0.add("k")
        $0.add(UInt32(10))
        $0.add(UInt64.max)
      }, "too large"
    ),
    (vocabulary("bert", keys: 0) { _ in }, "\"bert\""),
    (vocabulary("llama", keys: 0) { _ in }, "0 tokens"),
    (vocabulary("llama", keys: 1) { $0.key("tokenizer.ggml.tokens", "a") }, "an array of strings"),
    (
      vocabulary("llama", keys: 1) { $0.key("tokenizer.ggml.tokens", elements: 4, 1, [0, 0, 0, 0]) },
      "an array of strings"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        // Bytes where floats of four bytes are meant.
        $0.key("tokenizer.ggml.scores", elements: 0, 2, [0, 0])
      }, "an array of numbers"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.scores", elements: 6, 1, [0, 0, 0, 0])
      }, "2 tokens, 1 scores"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.token_type", elements: 6, 2, [UInt8](repeating: 0, count: 8))
      }, "an array of integers"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.token_type", elements: 1, 2, [1, 0xFF])
      }, "token 1 is of the type -1"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.bos_token_id", .max)
      }, "an identifier below 2"
    ),
    (
      vocabulary("llama", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b", "c"])
        $0.key("tokenizer.ggml.bos_token_id", "one")
      }, "an integer"
    ),
    (
      vocabulary("llama", keys: 1) {
        $0.key("tokenizer.ggml.tokens", ["a", "b", String(repeating: "c", count: 2000)])
      },
      "vocabulary"
    ),
    (
      vocabulary("t5", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b", "c"])
        $0.key("tokenizer.ggml.precompiled_charsmap", elements: 0, 3, [0xFF, 0xFF, 0xFF])
      }, "vocabulary"
    ),
    (
      vocabulary("t5", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b", "c"])
        $0.key("tokenizer.ggml.precompiled_charsmap", elements: 2, 1, [0xFF, 0xFF])
      }, "an array of bytes"
    ),
    (
      vocabulary("gpt2", keys: 2) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.pre", "llama-bpe")
      }, "\"gpt-2\""
    ),
    (
      vocabulary("gpt2", keys: 3) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.pre", "gpt-2")
        $0.key("tokenizer.ggml.merges", ["a b c"])
      }, "merge 0 is not two pieces"
    ),
    (
      vocabulary("gpt2", keys: 3) {
        $0.key("tokenizer.ggml.tokens", ["a", "b"])
        $0.key("tokenizer.ggml.pre", "gpt-2")
        $0.key("tokenizer.ggml.merges", ["a b"])
      }, "merge 0 names a token"
    ),
    (llama { $0.key("llama.attention.layer_norm_rms_epsilon", "1e-5") }, "a number"),
    (llama { $0.key("llama.vocab_size", 4) }, "has no \"llama.attention.layer_norm_rms_epsilon\""),
    (llama { $0.key("llama.rope.freq_base", 0) }, "has no \"llama.attention.layer_norm_rms_epsilon\""),
    (
      build {
        $0.head(tensors: 1, keys: 2)
        $0.key("general.architecture", "gpt2")
        $0.key("gpt2.context_length", "8")
        $0.tensor("token_embd.weight", [4, 4], offset: 0)
        $0.pad(64)
      }, "an integer"
    ),
    (
      build {
        $0.head(tensors: 1, keys: 2)
        $0.key("general.architecture", "gpt2")
        $0.key("gpt2.context_length", 0)
        $0.tensor("token_embd.weight", [4, 4], offset: 0)
        $0.pad(64)
      }, "a size"
    ),
  ]

  @Test("Each fault is named", arguments: cases.indices)
  func faults(index: Int) throws {
    let (bytes, word) = Self.cases[index]
    try withScratchFolder { folder in
      let path = Files.path(folder, "a.gguf")
      try AtomicFile.write(bytes, to: path)
      let failure = try #require(#expect(throws: GGUFFileFailure.self) { try GGUFImport.read(path) })
      #expect(failure.description.contains(word), "\(failure.description)")
    }
  }

  @Test("No file that was cut off is read", arguments: ["llama.gguf", "gpt2.gguf"])
  func truncations(name: String) throws {
    let bytes = try Files.read(Fixture.path(name))
    try withScratchFolder { folder in
      let path = Files.path(folder, "a.gguf")
      // The last tensor may lack the bytes that only fill up its end.
      for length in Array(stride(from: 0, to: bytes.count - 64, by: 61)) + [bytes.count - 64] {
        try AtomicFile.write(Array(bytes.prefix(length)), to: path)
        #expect(throws: (any Error).self, "\(length)") { try GGUFImport.read(path) }
      }
    }
  }

  @Test(
    "A file with a flipped bit is refused in a sentence, or is still a model", arguments: ["llama.gguf", "gpt2.gguf"])
  func flippedBits(name: String) throws {
    let bytes = try Files.read(Fixture.path(name))
    try withScratchFolder { folder in
      let path = Files.path(folder, "a.gguf")
      var refused = 0
      // Densely in the head, sparsely in the numbers.
      for place in Array(stride(from: 0, to: 2_000, by: 5)) + Array(stride(from: 2_000, to: bytes.count, by: 997)) {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try AtomicFile.write(changed, to: path)
        do {
          _ = try GGUFImport.read(path)
        } catch let failure as any Failure {
          refused += 1
          #expect(!failure.description.isEmpty)
        }
      }
      #expect(refused > 100)
    }
  }
}
