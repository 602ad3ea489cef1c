/// What fine-tuning leaves beside a classifier's weights: n-grams that answer with it, and the temperature of their
/// confidences.
public struct ClassifierCompanions: Sendable {
  /// The n-grams; nil where they say nothing that the network does not say by itself.
  public var ensemble: NGramEnsemble?
  /// The temperature; nil where answers are values.
  public var calibration: ConfidenceCalibration?

  /// Fits both to a validation set.
  /// - Parameters:
  ///   - predictions: The network's answers to it.
  ///   - held: The set, with labels numbered as the network's.
  ///   - baseline: N-grams of the training set; nil leaves the network alone.
  public init(fitting predictions: Predictions, on held: LabelledData, baseline: NGramBaseline?) {
    self.init(
      fitting: predictions, on: held,
      ensemble: baseline.flatMap { NGramEnsemble(of: $0, beside: predictions, on: held) })
  }

  /// Fits the temperature to what an ensemble answers that was fitted before.
  public init(fitting predictions: Predictions, on held: LabelledData, ensemble: NGramEnsemble?) {
    self.ensemble = ensemble
    calibration = ConfidenceCalibration(fitting: predictions.joined(by: ensemble, of: held.rows))
  }

  /// Reads those of a folder; it may have neither.
  public init(folder: String) throws {
    ensemble = try NGramEnsemble(folder: folder)
    calibration = try ConfidenceCalibration.isThere(in: folder) ? ConfidenceCalibration(folder: folder) : nil
  }

  /// Writes them beside the weights that they were fitted to, in place of those that are there.
  public func write(to folder: String) throws {
    if let ensemble { try ensemble.write(to: folder) } else { try NGramEnsemble.remove(from: folder) }
    try calibration?.write(to: folder)
  }
}
