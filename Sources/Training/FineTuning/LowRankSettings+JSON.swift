import Files
import Transformers

extension LowRankSettings {
  /// For the state files of runs, by PEFT's names.
  var json: JSONValue {
    [
      "r": .integer(rank), "lora_alpha": .number(alpha), "lora_dropout": .number(dropout),
      "target_modules": .array(targets.map { .string($0) }),
    ]
  }

  /// Reads them back; nil where something is missing.
  init?(json: JSONValue) {
    guard let rank = json["r"]?.int, let alpha = json["lora_alpha"]?.double,
      let dropout = json["lora_dropout"]?.double, let targets = json["target_modules"]?.array
    else { return nil }
    self.init(rank: rank, alpha: alpha, dropout: dropout, targets: targets.compactMap(\.string))
  }
}
