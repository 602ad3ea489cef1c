import Swiftlet
import TestSupport
import Testing

@Suite struct SentenceSettingsTests {
  /// Reads the settings of a folder with these files.
  private func settings(_ files: [String: String], poolingIsGiven: Bool = false) throws -> SentenceSettings {
    try withScratchFolder { folder in
      for (name, text) in files {
        let path = Files.path(folder, name)
        try Files.createFolder(Files.folder(of: path))
        try AtomicFile.write(Array(text.utf8), to: path)
      }
      return try SentenceSettings(folder: folder, poolingIsGiven: poolingIsGiven)
    }
  }

  @Test func aFolderWithoutSettingsPoolsByTheMean() throws {
    let settings = try settings([:])
    #expect(settings.pooling == .mean && settings.maximumTokens == nil && !settings.lowercases)
  }

  @Test(arguments: [
    (#"{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}"#, Pooling.mean),
    (#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#, .first),
    (#"{"pooling_mode_mean_tokens": false, "pooling_mode_lasttoken": true}"#, .last),
    (#"{"pooling_mode_mean_tokens": false, "pooling_mode_mean_sqrt_len_tokens": true}"#, .mean),
    (#"{"word_embedding_dimension": 8}"#, .mean),
  ])
  func poolsAsTheFolderSays(_ json: String, _ pooling: Pooling) throws {
    #expect(try settings(["1_Pooling/config.json": json]).pooling == pooling)
  }

  @Test func theModulesSayWherePoolingIs() throws {
    let files = [
      "modules.json": """
      [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "path": "2_Pooling", "type": "sentence_transformers.models.Pooling"},
       {"idx": 2, "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]
      """,
      "2_Pooling/config.json": #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#,
      "sentence_bert_config.json": #"{"max_seq_length": 256, "do_lower_case": true}"#,
    ]
    let settings = try settings(files)
    #expect(settings.pooling == .first && settings.maximumTokens == 256 && settings.lowercases)
  }

  @Test(arguments: [
    [
      "1_Pooling/config.json": #"{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}"#
    ],
    ["1_Pooling/config.json": #"{"pooling_mode_mean_tokens": false}"#],
    ["modules.json": #"[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]"#],
  ])
  func refusesWhatItCannotDoUnlessTheCallerChooses(_ files: [String: String]) throws {
    #expect(throws: SwiftletFailure.self) { try settings(files) }
    #expect(try settings(files, poolingIsGiven: true).pooling == .mean)
  }

  @Test func refusesTextsOfNoTokens() {
    #expect(throws: SwiftletFailure.self) { try settings(["sentence_bert_config.json": #"{"max_seq_length": 0}"#]) }
  }
}
