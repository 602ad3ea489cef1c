import KernelSupport
import Tensors

/// RMSNorm of each head's queries and keys, before they are turned, as in Qwen3.
///
/// Henry et al. 2020. Scores cannot grow with the projections' weights.
package struct HeadNorms: Sendable {
  /// [d] each.
  package let queryWeight: Parameter, keyWeight: Parameter
  /// What is added before the root is taken.
  package let epsilon: Float

  /// Norms with the given names in the state dict; they begin as plain ones.
  package init(
    _ layout: inout ParameterLayout, queries: String, keys: String, headWidth: Int, epsilon: Double, depth: Int
  ) {
    func vector(_ name: String) -> Parameter {
      layout.vector(
        [.init(name: name + ".weight", rows: 0..<headWidth, isVector: true)], count: headWidth, .ones, depth: depth)
    }
    (queryWeight, keyWeight) = (vector(queries), vector(keys))
    self.epsilon = Float(epsilon)
  }

  /// What the backward pass needs; empty without norms.
  package struct Saved {
    /// Before the norm: [T, H · d] and [T, G · d].
    package let queries: Matrix, keys: Matrix
    /// 1/√(…): [T, H] and [T, G].
    package let queryInverse: Matrix, keyInverse: Matrix

    package init(_ norms: HeadNorms?, _ shape: AttentionShape, rows: Int, _ plan: inout Workspace.Planner) {
      let rows = norms == nil ? 0 : rows
      queries = plan.matrix(rows, shape.heads * shape.headWidth)
      keys = plan.matrix(rows, shape.keyHeads * shape.headWidth)
      queryInverse = plan.matrix(rows, shape.heads)
      keyInverse = plan.matrix(rows, shape.keyHeads)
    }
  }

  /// Both in place.
  package func forward(queries: Matrix, keys: Matrix, _ saved: Saved, _ pass: Pass) {
    pass.execution.headNorm(
      queries, weight: pass.weights[queryWeight], epsilon: epsilon, before: saved.queries, inverse: saved.queryInverse)
    pass.execution.headNorm(
      keys, weight: pass.weights[keyWeight], epsilon: epsilon, before: saved.keys, inverse: saved.keyInverse)
  }

  /// The gradients come as those of the results, and leave as those of what was normalised.
  package func backward(
    queries: Matrix, keys: Matrix, _ saved: Saved, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    pass.execution.headNormBackward(
      queries, weight: pass.weights[queryWeight], before: saved.queries, inverse: saved.queryInverse,
      weightGradient: gradients[queryWeight])
    pass.execution.headNormBackward(
      keys, weight: pass.weights[keyWeight], before: saved.keys, inverse: saved.keyInverse,
      weightGradient: gradients[keyWeight])
  }
}
