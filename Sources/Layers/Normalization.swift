import KernelSupport
import Tensors

/// LayerNorm or RMSNorm, over the columns of each row.
///
/// Ba, Kiros and Hinton 2016; Zhang and Sennrich 2019.
package struct Normalization: Sendable {
  /// Which of the two.
  package enum Kind: Sendable {
    /// (x - mean) / √(variance + ε) · weight + bias.
    case layer
    /// x / √(mean of squares + ε) · weight.
    case rootMeanSquare
  }

  /// What the backward pass needs.
  package struct Saved {
    /// One number a row: the mean, and 1/√(…).
    package let mean: Matrix, inverse: Matrix

    package init(rows: Int, _ plan: inout Workspace.Planner) {
      mean = plan.matrix(rows, 1)
      inverse = plan.matrix(rows, 1)
    }
  }

  /// [D].
  package let weight: Parameter
  /// [D], of a LayerNorm.
  package let bias: Parameter?
  /// What is added before the root is taken.
  package let epsilon: Float

  /// A norm of the given name in the state dict; it begins as the plain one.
  package init(
    _ layout: inout ParameterLayout, _ name: String, _ kind: Kind, width: Int, epsilon: Double, depth: Int
  ) {
    func tensor(_ suffix: String) -> [ParameterLayout.Tensor] {
      [.init(name: name + suffix, rows: 0..<width, isVector: true)]
    }
    weight = layout.vector(tensor(".weight"), count: width, .ones, depth: depth)
    bias = kind == .layer ? layout.vector(tensor(".bias"), count: width, .zeros, depth: depth) : nil
    self.epsilon = Float(epsilon)
  }

  /// y = norm(x).
  package func forward(_ x: Matrix, to y: Matrix, _ saved: Saved, _ pass: Pass) {
    normalize(x, residual: nil, sum: nil, to: y, saved, pass)
  }

  /// "Add & norm": sum = residual + dropout(x), y = norm(sum).
  package func forward(
    adding x: Matrix, _ dropout: Dropout, to residual: Matrix, sum: Matrix, to y: Matrix, _ saved: Saved, _ pass: Pass
  ) {
    if dropout.isNone {
      normalize(x, residual: residual, sum: sum, to: y, saved, pass)
    } else {
      pass.execution.dropout(dropout, x, residual: residual, into: sum)
      normalize(sum, residual: nil, sum: nil, to: y, saved, pass)
    }
  }

  private func normalize(
    _ x: Matrix, residual: Matrix?, sum: Matrix?, to y: Matrix, _ saved: Saved, _ pass: Pass
  ) {
    if let bias {
      pass.execution.layerNorm(
        x, residual: residual, sum: sum, weight: pass.weights[weight], bias: pass.weights[bias], epsilon: epsilon,
        into: y, mean: saved.mean, inverse: saved.inverse)
    } else {
      pass.execution.rmsNorm(
        x, residual: residual, sum: sum, weight: pass.weights[weight], epsilon: epsilon, into: y,
        inverse: saved.inverse)
    }
  }

  /// The gradient of what was normalised, written or added to `xGradient`, from that of the result.
  package func backward(
    _ yGradient: Matrix, x: Matrix, to xGradient: Matrix, accumulates: Bool = false, _ saved: Saved, _ pass: Pass,
    _ gradients: ParameterBuffer
  ) {
    if let bias {
      pass.execution.layerNormBackward(
        x, weight: pass.weights[weight], mean: saved.mean, inverse: saved.inverse, yGradient: yGradient,
        into: xGradient, accumulates: accumulates, weightGradient: gradients[weight], biasGradient: gradients[bias])
    } else {
      pass.execution.rmsNormBackward(
        x, weight: pass.weights[weight], inverse: saved.inverse, yGradient: yGradient, into: xGradient,
        accumulates: accumulates, weightGradient: gradients[weight])
    }
  }
}
