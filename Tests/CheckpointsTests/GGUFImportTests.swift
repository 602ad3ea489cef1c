import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Tokenization
import Transformers

@Suite("GGUF and llama2.c files of others")
struct GGUFImportTests {
  /// What transformers computed: see `Fixtures/make_format_fixtures.py`.
  private func check(_ folder: ModelFolder, _ name: String) throws {
    let expected = try SafetensorsFile(Fixture.path(name + ".safetensors"))
    let tokens = try #require(try expected.floats(of: "tokens")).map { Int32($0) }
    let found = try ModelComparison.outputs(
      folder.configuration, folder.weights, TokenBatch([tokens]), KernelChoice.reference.execution()
    ).joined()
    let wanted = try #require(try expected.floats(of: "expected"))
    #expect(found.count == wanted.count)
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-4 })
  }

  @Test("Tensors of every type give the logits of transformers", arguments: ["llama.gguf", "gpt2.gguf"])
  func ggufLogits(name: String) throws { try check(GGUFImport.read(Fixture.path(name)), name) }

  @Test("llama2.c checkpoints give the logits of transformers", arguments: ["llama.bin", "llama-tied.bin"])
  func binLogits(name: String) throws {
    let (configuration, weights) = try LlamaBin.read(Fixture.path(name))
    try check(ModelFolder(configuration: configuration, weights: weights), name)
  }

  @Test("The vocabulary is SentencePiece's, without the rows that pad it")
  func vocabulary() throws {
    let folder = try GGUFImport.read(Fixture.path("llama.gguf"))
    let tokenizer = try #require(folder.tokenizer)
    #expect(tokenizer.vocabularySize == 288 && folder.configuration.vocabularySize == 300)
    #expect(
      tokenizer.encode("ab a\u{E9}").map { tokenizer.piece($0) } == ["\u{2581}", "ab", "\u{2581}a", "<0xC3>", "<0xA9>"])
    #expect(folder.configuration.beginToken == 1 && folder.configuration.endTokens == [2])
    #expect(folder.configuration.normEpsilon == 1e-5 && folder.configuration.rotary.base == 500)
    #expect(try GGUFImport.read(Fixture.path("gpt2.gguf")).tokenizer == nil)
  }

  @Test("A llama2.c checkpoint of another length or with impossible sizes is refused")
  func damagedBin() throws {
    let bytes = try Files.read(Fixture.path("llama.bin"))
    try withScratchFolder { folder in
      let path = Files.path(folder, "a.bin")
      for length in [0, 27, 28, bytes.count - 4, bytes.count + 4] {
        try AtomicFile.write(Array((bytes + [0, 0, 0, 0]).prefix(length)), to: path)
        #expect(throws: LlamaBinFailure.self) { try LlamaBin.read(path) }
      }
      for field in 0..<7 {
        for value: Int32 in [0, -1, .max, .min, 3] {
          var changed = bytes
          withUnsafeBytes(of: value.littleEndian) { changed.replaceSubrange(4 * field..<4 * field + 4, with: $0) }
          try AtomicFile.write(changed, to: path)
          #expect(throws: (any Error).self, "\(field) \(value)") { try LlamaBin.read(path) }
        }
      }
    }
  }
}
