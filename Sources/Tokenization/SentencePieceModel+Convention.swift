import Files

/// How a class of Hugging Face's library numbers the pieces of a SentencePiece model, which is not always as they stand
/// in the file.
enum PieceConvention: Sendable, Hashable {
  /// As in the file: Llama.
  case plain
  /// As in the file, after the text was prepared: ALBERT.
  case albert(keepsAccents: Bool, lowercases: Bool)
  /// `<s>`, `<pad>`, `</s>` and `<unk>` first, the pieces of text behind them, `<mask>` last: XLM-RoBERTa.
  case xlmRoberta
  /// The same, with two places that are not used and the file's own `<s>` and `</s>` behind: CamemBERT.
  case camembert
  /// As in the file, and so many sentinels behind: T5.
  case t5(sentinels: Int)

  /// The convention of a class by its name, with or without `Fast`; nil for a class that is not known.
  ///
  /// - Parameter configuration: the content of `tokenizer_config.json`.
  init?(className: String, configuration: JSONValue) {
    switch className.hasSuffix("Fast") ? String(className.dropLast(4)) : className {
    case "PreTrainedTokenizer", "TokenizersBackend", "LlamaTokenizer", "CodeLlamaTokenizer": self = .plain
    case "AlbertTokenizer":
      self = .albert(
        keepsAccents: configuration["keep_accents"]?.bool ?? false,
        lowercases: configuration["do_lower_case"]?.bool ?? true)
    case "XLMRobertaTokenizer": self = .xlmRoberta
    case "CamembertTokenizer": self = .camembert
    case "T5Tokenizer": self = .t5(sentinels: configuration["extra_ids"]?.int ?? 100)
    default: return nil
    }
  }

  /// The class of a model's tokenizer where only `model_type` says which it is.
  static func className(modelType: String) -> String? {
    let names = [
      "llama": "LlamaTokenizer", "albert": "AlbertTokenizer", "xlm-roberta": "XLMRobertaTokenizer",
      "camembert": "CamembertTokenizer", "t5": "T5Tokenizer",
    ]
    return names[modelType]
  }
}

extension SentencePieceModel {
  /// The same model with its pieces in another order: the one of a class of Hugging Face's library.
  ///
  /// How a text is cut depends on pieces and scores only, so the identifiers are all that changes.
  func renumbered(by convention: PieceConvention) throws(TokenizerFailure) -> SentencePieceModel {
    var model = self
    func special(_ text: String, _ kind: PieceKind = .control) -> Piece { Piece(text: text, score: 0, kind: kind) }
    switch convention {
    case .plain: return self
    case .albert(let keepsAccents, let lowercases):
      guard keepsAccents || !characterMap.isEmpty else {
        throw .notPreparable("it takes accents away, for which the normalization table of NFKC is needed")
      }
      model.preparation = .plainQuotes
      if !keepsAccents { model.preparation.insert(.stripsAccents) }
      if lowercases { model.preparation.insert(.lowercases) }
      // A number and the comma behind it are kept apart.
      for (index, piece) in pieces.enumerated() where piece.kind == .normal && Self.isNumberWithComma(piece.text) {
        model.pieces[index].score -= 100
      }
      return model
    case .t5(let sentinels):
      guard sentinels >= 0, pieces.count + sentinels <= Self.mostPieces else {
        throw .pieceCount(pieces.count + max(sentinels, 0), limit: Self.mostPieces)
      }
      // The highest number comes first.
      model.pieces += (0..<sentinels).reversed().map { special("<extra_id_\($0)>") }
      return model
    case .xlmRoberta:
      try requireFairseqOrder()
      model.pieces = [special("<s>"), special("<pad>"), special("</s>"), special("<unk>", .unknown)]
      model.pieces += pieces.dropFirst(3)
    case .camembert:
      try requireFairseqOrder()
      model.pieces = [
        special("<s>NOTUSED"), special("<pad>"), special("</s>NOTUSED"), special("<unk>", .unknown),
        special("<unk>NOTUSED"),
      ]
      model.pieces += pieces.dropFirst()
    }
    model.pieces.append(special("<mask>"))
    model.unknownIdentifier = 3
    model.paddingIdentifier = 1
    model.paddingPiece = "<pad>"
    model.beginIdentifier = convention == .xlmRoberta ? 0 : 5
    model.endIdentifier = convention == .xlmRoberta ? 2 : 6
    return model
  }

  private func requireFairseqOrder() throws(TokenizerFailure) {
    let expected: [PieceKind] = [.unknown, .control, .control]
    guard pieces.prefix(3).map(\.kind) == expected, pieces[1].text == "<s>", pieces[2].text == "</s>" else {
      throw .pieceOrder(expected: "<unk>, <s> and </s> first")
    }
  }

  private static func isNumberWithComma(_ text: String) -> Bool {
    var scalars = text.unicodeScalars[...]
    guard scalars.count > 1, scalars.popLast() == ",", let last = scalars.last else { return false }
    return last.properties.numericType != nil && last.properties.numericType != .numeric
  }
}
