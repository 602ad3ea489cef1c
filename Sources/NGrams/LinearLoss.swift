import Corpora
import Tensors

/// The loss of a linear classifier on the rows that it learns from: its mean, the penalty, and their gradient.
///
/// Rows are scored by all threads, each row by one; then each column's gradient is summed over its rows, in their order,
/// so that the bits do not depend on the number of threads.
///
/// Letters: K outputs.
struct LinearLoss {
  private let rows: SparseRows
  /// The same numbers, column by column.
  private let columns: SparseRows
  private let kind: LabelKind
  private let outputs: Int
  /// What each output should be, [rows, K].
  private let targets: [Float]
  /// The factor of ½ · ‖W‖².
  private let decay: Double
  private let execution: Execution
  /// The derivatives of each row's loss by its scores, [rows, K], and these losses.
  private var slopes: [Float], losses: [Double]

  /// The rows or columns of a task.
  private static let rowsOfTask = 256, columnsOfTask = 4096

  init(
    _ rows: SparseRows, columns: Int, kind: LabelKind, outputs: Int, targets: [Float], decay: Double,
    execution: Execution
  ) {
    (self.rows, self.columns) = (rows, rows.transposed(columns: columns))
    (self.kind, self.outputs, self.targets) = (kind, outputs, targets)
    (self.decay, self.execution) = (decay, execution)
    slopes = [Float](repeating: 0, count: rows.count * outputs)
    losses = [Double](repeating: 0, count: rows.count)
  }

  /// The value at `weights`, [columns, K] and then K intercepts; `gradient` is overwritten.
  mutating func value(_ weights: [Float], gradient: inout [Float]) -> Double {
    scoreRows(weights)
    let share = Float(1 / Double(max(1, rows.count)))
    sumColumns(weights, share: share, into: &gradient)
    let penalized = columns.count * outputs
    for output in 0..<outputs { gradient[penalized + output] = 0 }
    for row in 0..<rows.count {
      for output in 0..<outputs { gradient[penalized + output] += share * slopes[row * outputs + output] }
    }
    let intercepts = weights[penalized...].reduce(0.0) { $0 + Double($1 * $1) }
    return losses.reduce(0, +) * Double(share)
      + decay / 2 * (LimitedMemoryMinimizer.dot(weights, weights) - intercepts)
  }

  private mutating func scoreRows(_ weights: [Float]) {
    let (rows, targets, kind, outputs) = (rows, targets, kind, outputs)
    slopes.withUnsafeMutableBufferPointer { slopes in
      losses.withUnsafeMutableBufferPointer { losses in
        // Each task writes its own rows.
        nonisolated(unsafe) let (slopes, losses) = (slopes, losses)
        execution.pool.run(tasks: (rows.count + Self.rowsOfTask - 1) / Self.rowsOfTask) { task, _ in
          for row in task * Self.rowsOfTask..<min((task + 1) * Self.rowsOfTask, rows.count) {
            let range = row * outputs..<(row + 1) * outputs
            let scores = UnsafeMutableBufferPointer(rebasing: slopes[range])
            LinearClassifier.score(rows, row, weights, into: scores)
            losses[row] = Self.differentiate(scores, targets[range], kind)
          }
        }
      }
    }
  }

  /// Turns the scores of a row into the derivatives of its loss by them, and returns the loss.
  private static func differentiate(
    _ scores: UnsafeMutableBufferPointer<Float>, _ targets: ArraySlice<Float>, _ kind: LabelKind
  ) -> Double {
    var loss = 0.0
    if kind == .single, scores.count > 1 {
      LinearClassifier.softmax(scores)
      for (output, target) in targets.enumerated() where target == 1 {
        loss -= logarithm(max(Double(scores[output]), 1e-45))
        scores[output] -= 1
      }
      return loss
    }
    for (output, target) in targets.enumerated() {
      let score = scores[output]
      if kind == .value {
        scores[output] = score - target
        loss += Double((score - target) * (score - target)) / 2
      } else {
        loss += Double(max(score, 0) - score * target) + logarithm(1 + exponential(-Double(abs(score))))
        scores[output] = LinearClassifier.sigmoid(score) - target
      }
    }
    return loss
  }

  private func sumColumns(_ weights: [Float], share: Float, into gradient: inout [Float]) {
    let (columns, slopes, outputs, decay) = (columns, slopes, outputs, Float(decay))
    gradient.withUnsafeMutableBufferPointer { gradient in
      // Each task writes its own columns.
      nonisolated(unsafe) let gradient = gradient
      execution.pool.run(tasks: (columns.count + Self.columnsOfTask - 1) / Self.columnsOfTask) { task, _ in
        slopes.withUnsafeBufferPointer { slopes in
          for column in task * Self.columnsOfTask..<min((task + 1) * Self.columnsOfTask, columns.count) {
            let sums = UnsafeMutableBufferPointer(rebasing: gradient[column * outputs..<(column + 1) * outputs])
            for output in 0..<outputs { sums[output] = 0 }
            for entry in columns.starts[column]..<columns.starts[column + 1] {
              let (value, start) = (columns.values[entry] * share, Int(columns.columns[entry]) * outputs)
              for output in 0..<outputs { sums[output] += value * slopes[start + output] }
            }
            for output in 0..<outputs { sums[output] += decay * weights[column * outputs + output] }
          }
        }
      }
    }
  }
}
