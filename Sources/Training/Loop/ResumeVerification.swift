import Checkpoints
import Files

/// Compares a run that is never stopped with the same run stopped and taken up again after every step: the losses, and
/// the SHA-256 of all that it leaves.
///
/// ```swift
/// let outcome = try ResumeVerification(steps: 20, scratchFolder: folder) { folder, resumes, actions, shouldStop in
///   try run(in: folder, resumes, actions).run(until: shouldStop)
/// }.run()
/// ```
public struct ResumeVerification {
  /// Prepares a run in a folder, a new one or one that goes on, and lets it run until it is told to stop.
  public typealias Sitting = (
    _ folder: String, _ resumes: Bool, _ actions: LoopActions, _ shouldStop: () -> Bool
  ) throws -> Void

  /// What was found to be the same.
  public struct Outcome: Sendable, Equatable {
    /// Steps of the run; early stopping may have ended it before its budget.
    public let steps: Int
    /// How often it was stopped.
    public let stops: Int
    /// The SHA-256 of the model and of each buffer of the last checkpoint, by their names.
    public let sums: [String: String]
  }

  private let steps: Int
  private let scratchFolder: String
  private let sitting: Sitting

  /// - Parameters:
  ///   - steps: How many steps the run's settings give it.
  ///   - scratchFolder: Where the two runs are written.
  public init(steps: Int, scratchFolder: String, sitting: @escaping Sitting) {
    (self.steps, self.scratchFolder, self.sitting) = (steps, scratchFolder, sitting)
  }

  /// Runs both.
  ///
  /// Throws `TrainingFailure.notReproduced` where they differ.
  ///
  /// - Parameter progress: Is told the steps done, of two runs.
  public func run(progress: (_ steps: Int) -> Void = { _ in }) throws -> Outcome {
    let straightFolder = Files.path(scratchFolder, "straight")
    let haltingFolder = Files.path(scratchFolder, "halting")
    let straight = try losses(in: straightFolder, resumes: false, stop: .max)
    let total = straight.last?.step ?? 0
    progress(total)
    var halting: [Loss] = []
    for stop in 1...max(total, 1) {
      halting += try losses(in: haltingFolder, resumes: stop > 1, stop: stop)
      progress(total + stop)
    }
    halting += try losses(in: haltingFolder, resumes: true, stop: .max)

    if let (one, _) = zip(straight, halting).first(where: { $0 != $1 }) {
      throw TrainingFailure.notReproduced(what: "the loss after step \(one.step)")
    }
    guard straight.count == halting.count else { throw TrainingFailure.notReproduced(what: "the number of steps") }
    let (sums, haltingSums) = (try Self.sums(straightFolder), try Self.sums(haltingFolder))
    for (name, sum) in sums.sorted(by: { $0.key < $1.key }) where haltingSums[name] != sum {
      throw TrainingFailure.notReproduced(what: "the SHA-256 of \(name)")
    }
    return Outcome(steps: total, stops: total, sums: sums)
  }

  /// A loss, of a step or of an evaluation after it.
  private struct Loss: Equatable {
    var step: Int
    var value: Double
  }

  private func losses(in folder: String, resumes: Bool, stop: Int) throws -> [Loss] {
    var losses: [Loss] = []
    var done = 0
    let actions = LoopActions(report: { event in
      switch event {
      case .resumed(let step, _): done = step
      case .step(let report):
        losses.append(Loss(step: report.step, value: report.loss))
        done = report.step
      case .evaluated(let step, let evaluation, _, _): losses.append(Loss(step: step, value: evaluation.loss))
      default: break
      }
    })
    try sitting(folder, resumes, actions) { done >= stop }
    return losses
  }

  private static func sums(_ folder: String) throws -> [String: String] {
    let name = "model.safetensors"
    var sums = [name: try SHA256.digest(ofFile: Files.path(folder, name)).description]
    guard let newest = try CheckpointStore(runFolder: folder).loadNewest() else { return sums }
    for buffer in newest.buffers {
      let path = Files.path(newest.folder, buffer + ".safetensors")
      sums[buffer] = try SHA256.digest(ofFile: path).description
    }
    return sums
  }
}
