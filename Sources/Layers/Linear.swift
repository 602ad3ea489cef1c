import KernelSupport
import Tensors

/// y = x · Wᵀ + b.
package struct Linear: Sendable {
  /// [outputs, inputs].
  package let weight: Parameter
  /// [outputs].
  package let bias: Parameter?

  /// A layer over parameters that exist: a language head that shares the embedding's table.
  package init(weight: Parameter, bias: Parameter?) {
    self.weight = weight
    self.bias = bias
  }

  /// A new layer, whose rows are those of the named parts, one below the other.
  /// - Parameters:
  ///   - layout: Where its parameters go.
  ///   - parts: The state dict's names, without `.weight` and `.bias`, each with its number of outputs.
  ///   - inputs: The width of x.
  ///   - hasBias: Whether there is a bias; it begins with zeros.
  ///   - isTransposed: Whether the checkpoint stores [inputs, outputs].
  ///   - initialization: How the weight begins.
  ///   - depth: The layer it belongs to.
  ///   - maps: The rows of each map between hidden states, where that is not one for each part; none for a head.
  package init(
    _ layout: inout ParameterLayout, _ parts: KeyValuePairs<String, Int>, inputs: Int, hasBias: Bool,
    isTransposed: Bool = false, _ initialization: Initialization, depth: Int, maps: [Range<Int>]? = nil
  ) {
    var weights: [ParameterLayout.Tensor] = [], biases: [ParameterLayout.Tensor] = []
    var outputs = 0
    for (name, count) in parts {
      let rows = outputs..<outputs + count
      weights.append(.init(name: name + ".weight", rows: rows, isTransposed: isTransposed))
      biases.append(.init(name: name + ".bias", rows: rows, isVector: true))
      outputs += count
    }
    weight = layout.matrix(
      weights, rows: outputs, columns: inputs, initialization, depth: depth,
      maps: maps ?? weights.map(\.rows))
    bias = hasBias ? layout.vector(biases, count: outputs, .zeros, depth: depth) : nil
  }

  /// x [T, inputs] to y [T, outputs], and what is done with y. (No backward pass follows where weights are as they are
  /// stored.)
  package func forward(_ x: Matrix, to y: Matrix, finish: LinearFinish = .none, _ pass: Pass) {
    let bias = bias.map { pass.weights[$0] }
    if let stored = pass.stored?[weight] {
      pass.execution.linear(x, weight: stored, bias: bias, into: y, finish: finish)
    } else if let stored = pass.weights.stored?[weight] {
      pass.execution.linear(x, weight: stored, bias: bias, into: y, finish: finish, widened: true)
    } else {
      pass.execution.linear(x, weight: pass.weights[weight], bias: bias, into: y, finish: finish)
    }
  }

  /// Adds to the parameters' gradients, and writes the input's, or what that is turned into; it is written last, so it may
  /// be the memory of anything that is not needed any more, but not that of `yGradient`.
  package func backward(
    _ yGradient: Matrix, x: Matrix, to xGradient: Matrix?, accumulates: Bool = false,
    finish: InputGradientFinish = .none, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    let (dW, isZero) = gradients.target(weight)
    pass.execution.linearWeightGradient(
      yGradient, input: x, into: dW, accumulates: !isZero, bias: bias.map { gradients[$0] })
    guard let xGradient else { return }
    pass.execution.linearInputGradient(
      yGradient, weight: pass.weights[weight], into: xGradient, accumulates: accumulates, finish: finish)
  }
}
