import Swiftlet
import TestSupport
import Testing

@Suite struct TextEmbedderFolderTests {
  @Test func theFolderSaysHowTextsBecomeVectors() throws {
    try withScratchFolder { folder in
      let text = "a small bird that sings, a large fish that swims, a stone that lies\n"
      let tokenizer = try Tokenizer.train(from: [text], options: TokenizerTrainingOptions(vocabularySize: 290))
        .tokenizer
      let configuration = TransformerConfiguration.preset(
        .nano, family: .bert, vocabularySize: tokenizer.vocabularySize, context: 32)
      let weights = try Transformer(configuration).initialWeights(seed: 1)
      try ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer).write(to: folder)
      let plain = try TextEmbedder(folder: folder)
      #expect(plain.pooling == .mean && plain.maximumTokens == nil)

      try Files.createFolder(Files.path(folder, "1_Pooling"))
      try AtomicFile.write(
        Array(#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#.utf8),
        to: Files.path(folder, "1_Pooling/config.json"))
      try AtomicFile.write(
        Array(#"{"max_seq_length": 3, "do_lower_case": true}"#.utf8),
        to: Files.path(folder, "sentence_bert_config.json"))
      let embedder = try TextEmbedder(folder: folder)
      #expect(embedder.pooling == .first)
      #expect(try TextEmbedder(folder: folder, pooling: .last).pooling == .last)
      // Three tokens are read, and two of them stand around the text.
      let vector = try embedder.embed("a small bird")
      #expect(try embedder.embed("A LARGE fish") == vector)
      #expect(try plain.embed("a small bird") != vector)
      #expect(try plain.embed("A LARGE fish") != plain.embed("a large fish"))
    }
  }
}
