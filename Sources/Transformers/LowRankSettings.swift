/// The numbers of a low-rank adapter, by PEFT's names.
public struct LowRankSettings: Sendable, Equatable {
  /// The rank r: how many directions each matrix can learn.
  public var rank = 8
  /// What is learned weighs alpha / r.
  public var alpha = 16.0
  /// The probability with which an adapter does not see one of its inputs, for a whole batch.
  ///
  /// PEFT draws anew for each token; here a batch shares its draw, so that a step needs no more than the effective
  /// weights.
  public var dropout = 0.0
  /// Which matrices of the blocks are adapted, by the ends of their names as in `target_modules`; empty for all.
  public var targets: [String] = []

  /// Rank 8 with alpha 16 in all matrices of the blocks.
  public init(rank: Int = 8, alpha: Double = 16, dropout: Double = 0, targets: [String] = []) {
    (self.rank, self.alpha, self.dropout, self.targets) = (rank, alpha, dropout, targets)
  }

  /// alpha / r.
  public var scale: Float { Float(alpha / Double(rank)) }
}
