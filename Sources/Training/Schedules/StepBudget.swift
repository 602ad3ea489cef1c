/// How many steps a run has, and how far along it is at each of them.
///
/// A run that is given minutes instead of steps counts on a number of steps, and corrects it while it learns how
/// fast the machine is. Every correction is kept, and saved with the run: the progress, and with it the learning
/// rate, goes on smoothly from where it was and reaches 1 exactly at the last step; a resumed run sees the same.
public struct StepBudget: Sendable, Equatable {
  /// A decision: from `step` on, with `progress` reached, the run is to have `total` steps.
  public struct Decision: Sendable, Equatable {
    /// When it was made.
    public var step: Int
    /// How far the run was, from 0 to 1.
    public var progress: Double
    /// How many steps the run is to have from now on.
    public var total: Int
  }

  /// The decisions in order; the first is made at step 0.
  public private(set) var decisions: [Decision]

  /// A run of so many steps, at least one.
  public init(total: Int) { decisions = [Decision(step: 0, progress: 0, total: max(1, total))] }

  init?(decisions: [Decision]) {
    guard let first = decisions.first, first.step == 0, first.progress == 0 else { return nil }
    for (earlier, later) in zip(decisions, decisions.dropFirst()) where later.step <= earlier.step { return nil }
    guard decisions.allSatisfy({ $0.total > $0.step && (0..<1).contains($0.progress) }) else { return nil }
    self.decisions = decisions
  }

  /// How many steps the run has, as far as is known now.
  public var total: Int { decisions.last?.total ?? 1 }

  /// How much of the run is done before a step (counted from 0): 0 at step 0, 1 at step `total`.
  public func progress(at step: Int) -> Double {
    // The decision that counts for a step is the last one made at or before it.
    guard let decision = decisions.last(where: { $0.step <= step }) ?? decisions.first else { return 0 }
    if step >= decision.total { return 1 }
    let part = Double(step - decision.step) / Double(decision.total - decision.step)
    return decision.progress + (1 - decision.progress) * part
  }

  /// Decides at a step that the run is to have another number of steps, at least one more.
  public mutating func correct(at step: Int, total: Int) {
    let total = max(total, step + 1)
    guard total != self.total, let last = decisions.last, step >= last.step else { return }
    let decision = Decision(step: step, progress: min(progress(at: step), 1 - 1e-9), total: total)
    if last.step == step { decisions.removeLast() }
    decisions.append(decision)
  }
}
