/// The temperature that belongs to a classifier, in `calibration.json` beside its weights, whose hash it remembers.
public struct ConfidenceCalibration: Sendable, Equatable {
  /// What scores are divided by.
  public var scaling: TemperatureScaling
  /// How many texts it was fitted to.
  public var rows: Int

  private static let file = FolderCompanion("calibration.json")

  /// Fits a temperature to the answers to a validation set; nil where there are no probabilities.
  public init?(fitting predictions: Predictions) {
    guard let scaling = TemperatureScaling(fitting: predictions) else { return nil }
    (self.scaling, rows) = (scaling, predictions.count)
  }

  /// Whether a folder has one.
  static func isThere(in folder: String) throws -> Bool { try file.path(in: folder) != nil }

  /// Reads that of a model's or an adapter's folder.
  /// - Throws: `SwiftletFailure.calibration` where there is none, or where the weights are not those it was fitted to.
  public init(folder: String) throws {
    let name = Self.file.name
    guard let json = try Self.file.read(from: folder) else {
      throw SwiftletFailure.calibration(
        folder: folder, reason: "it has no \(name), which fine-tuning with a validation set writes")
    }
    guard let temperature = json["temperature"]?.double, temperature > 0, temperature.isFinite,
      let rows = json["rows"]?.int, let hash = json["weights_sha256"]?.string
    else {
      throw SwiftletFailure.calibration(folder: folder, reason: "\(name) lacks a temperature, rows or a hash")
    }
    guard hash == (try Self.hash(folder)) else {
      throw SwiftletFailure.calibration(folder: folder, reason: "\(name) was made for other weights")
    }
    (scaling, self.rows) = (TemperatureScaling(temperature: temperature), rows)
  }

  /// Writes it beside the weights that it was fitted to.
  public func write(to folder: String) throws {
    let json: JSONValue = [
      "temperature": .number(scaling.temperature), "rows": .integer(rows),
      "weights_sha256": .string(try Self.hash(folder)),
    ]
    try Self.file.write(json, to: folder)
  }

  private static func hash(_ folder: String) throws -> String {
    guard let hash = try FolderCompanion.weightsHash(of: folder) else {
      throw SwiftletFailure.calibration(folder: folder, reason: "it has no weights in a single file")
    }
    return hash
  }
}
