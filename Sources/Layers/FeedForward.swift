import KernelSupport
import Tensors

/// Two layers with a function between them, on each token alone: down(f(up(x))); or, gated (Shazeer 2020),
/// down(f(gate(x)) · up(x)).
package struct FeedForward: Sendable {
  /// [I, D]; gated: gate and up, one below the other, [2I, D].
  package let up: Linear
  /// [D, I].
  package let down: Linear
  /// f.
  package let activation: Activation
  /// Whether there is a gate.
  package let isGated: Bool

  package init(up: Linear, down: Linear, activation: Activation, isGated: Bool) {
    (self.up, self.down, self.activation, self.isGated) = (up, down, activation, isGated)
  }

  /// What the backward pass needs, and the shape of its gradients.
  package struct Saved {
    /// The function's derivative: [T, I]; gated, what is before the function: [T, 2I].
    package let expanded: Matrix
    /// After it: [T, I].
    package let activated: Matrix

    package init(_ layer: FeedForward, rows: Int, _ plan: inout Workspace.Planner) {
      expanded = plan.matrix(rows, layer.up.weight.rows)
      activated = plan.matrix(rows, layer.down.weight.columns)
    }
  }

  /// The gradient of what `up` makes: [T, I]; gated, [T, 2I].
  package struct Scratch {
    package let expanded: Matrix

    package init(_ layer: FeedForward, rows: Int, _ plan: inout Workspace.Planner) {
      expanded = plan.matrix(rows, layer.up.weight.rows)
    }
  }

  /// x [T, D] to y [T, D]; what is saved may have room for more rows.
  package func forward(_ x: Matrix, to y: Matrix, _ saved: Saved, _ pass: Pass) {
    let (expanded, activated) = (saved.expanded.first(x.rows), saved.activated.first(x.rows))
    up.forward(
      x, to: expanded,
      finish: isGated
        ? .gate(activation, result: activated)
        : .activate(activation, result: activated, keepsDerivative: pass.isForTraining), pass)
    down.forward(activated, to: y, pass)
  }

  /// `xGradient` is written last, and may be the memory of `yGradient`.
  package func backward(
    _ yGradient: Matrix, x: Matrix, to xGradient: Matrix, accumulates: Bool = false, _ saved: Saved,
    _ scratch: Scratch, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    precondition(pass.isForTraining, "a backward pass behind one that was not for training")
    let (expanded, activated) = (saved.expanded.first(x.rows), saved.activated.first(x.rows))
    let expandedGradient = scratch.expanded.first(x.rows)
    down.backward(
      yGradient, x: activated, to: expandedGradient,
      finish: isGated ? .gate(activation, of: expanded) : .multiply(by: expanded), pass, gradients)
    up.backward(expandedGradient, x: x, to: xGradient, accumulates: accumulates, pass, gradients)
  }
}
