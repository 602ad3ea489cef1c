import KernelSupport
import Layers
import TestSupport
import Tensors
import Testing

/// A layer on its own, whose backward is compared with differences of its forward.
///
/// Its parameters are drawn at random, and its loss is the sum of the result times fixed random numbers, in 64 bits.
///
/// The second method is the derivative by four points, (8 · (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h, for every
/// single number. Its error is the rounding of forward's 32 bits, some 1e-7 · |f| / h, and a fifth derivative times h⁴,
/// which is large where a norm divides by a small deviation: with h = 2⁻⁷ the first is near 1e-4 for losses of size 10,
/// and the second below it. A wrong term would be wrong by its whole size.
final class LayerBench {
  static let tolerance: Float = 1e-3
  private static let step: Float = 0x1p-7

  let weights: ParameterBuffer
  let gradients: ParameterBuffer
  let rows: BatchRows
  private var random = RandomGenerator(seed: 11)
  private var kept: [MatrixStorage] = []
  private var workspaces: [Workspace] = []

  init(_ layout: ParameterLayout, lengths: [Int] = [5, 1, 3], tokens: Int = 7) {
    weights = ParameterBuffer(zeros: layout)
    gradients = ParameterBuffer(zeros: layout)
    var rows = BatchRows(tokens: lengths.reduce(0, +), sequences: lengths.count)
    for (sequence, length) in lengths.enumerated() {
      rows.append(
        tokens: (0..<length).map { Int32(($0 * 3 + sequence) % tokens) }[...],
        segments: (0..<length).map { Int32($0 * 2 / length) }[...], firstPosition: 0)
    }
    self.rows = rows
    for entry in layout.entries {
      let values = weights[entry.parameter]
      for index in 0..<values.count {
        let begin: Float = entry.initialization == .ones ? 1 : 0
        values.pointer[index] = begin + Float(random.normal()) * 0.4
      }
    }
  }

  func pass(_ kernels: KernelChoice, dropoutSeed: UInt64? = nil, rotary: RotaryTable? = nil) -> Pass {
    Pass(
      weights: weights, execution: kernels.execution(), rows: rows, dropoutSeed: dropoutSeed, rotary: rotary,
      isForTraining: true)
  }

  /// A matrix of random numbers, or of zeros.
  func matrix(_ rows: Int, _ columns: Int, deviation: Float = 1) -> Matrix {
    let storage = MatrixStorage(rows: rows, columns: columns)
    kept.append(storage)
    for index in 0..<rows * columns { storage.matrix.pointer[index] = Float(random.normal()) * deviation }
    return storage.matrix
  }

  /// Memory for what a layer saves.
  func plan<Plan>(_ plan: (inout Workspace.Planner) -> Plan) -> Plan {
    let (workspace, result) = Workspace.make(plan)
    workspaces.append(workspace)
    return result
  }

  /// The sum of the products of two matrices' numbers.
  func loss(_ y: Matrix, _ projection: Matrix) -> Double {
    var sum = 0.0
    for index in 0..<y.count { sum += Double(y.pointer[index]) * Double(projection.pointer[index]) }
    return sum
  }

  /// Compares a gradient with differences of the loss, number by number.
  func check(
    _ name: String, _ values: Matrix, _ gradient: Matrix, _ location: SourceLocation = #_sourceLocation,
    loss: () -> Double
  ) {
    var largest: Float = 0, worst: (index: Int, found: Float, expected: Float) = (0, 0, 0)
    for index in 0..<values.count {
      let value = values.pointer[index]
      func f(_ offset: Float) -> Double {
        values.pointer[index] = value + offset
        return loss()
      }
      let h = Self.step
      let derivative = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * Double(h))
      values.pointer[index] = value
      let found = gradient.pointer[index], expected = Float(derivative)
      largest = max(largest, abs(expected))
      if !(abs(found - expected) <= abs(worst.found - worst.expected)) { worst = (index, found, expected) }
    }
    #expect(
      abs(worst.found - worst.expected) <= Self.tolerance * max(largest, 1),
      "\(name)[\(worst.index)]: \(worst.found), by differences \(worst.expected)", sourceLocation: location)
  }

  /// Compares the gradients of all parameters.
  func checkParameters(_ location: SourceLocation = #_sourceLocation, loss: () -> Double) {
    for entry in weights.layout.entries {
      check(entry.name, weights[entry.parameter], gradients[entry.parameter], location, loss: loss)
    }
  }
}
