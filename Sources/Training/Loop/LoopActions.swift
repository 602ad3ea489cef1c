import Tensors

/// What a loop calls back, on the thread it runs on.
public struct LoopActions {
  /// Receives everything that happens.
  public var report: (TrainingEvent) -> Void
  /// Is given each new best model.
  public var keepBest: (ParameterBuffer, Evaluation) throws -> Void
  /// Makes a piece of text to show at an evaluation; nil for none.
  public var sample: (ParameterBuffer) throws -> String?

  /// Actions; by default none.
  public init(
    report: @escaping (TrainingEvent) -> Void = { _ in },
    keepBest: @escaping (ParameterBuffer, Evaluation) throws -> Void = { _, _ in },
    sample: @escaping (ParameterBuffer) throws -> String? = { _ in nil }
  ) {
    (self.report, self.keepBest, self.sample) = (report, keepBest, sample)
  }
}
