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
    package private(set) var expanded: Matrix
    /// After it: [T, I].
    package private(set) var activated: Matrix

    package init(_ layer: FeedForward, rows: Int, _ plan: inout Workspace.Planner) {
      expanded = plan.matrix(rows, layer.up.weight.rows)
      activated = plan.matrix(rows, layer.down.weight.columns)
    }

    /// The memory of the first rows.
    func first(_ rows: Int) -> Saved {
      var result = self
      (result.expanded, result.activated) = (expanded.first(rows), activated.first(rows))
      return result
    }
  }

  /// The gradients of what was saved: of the same shapes, and in one memory where there is no gate.
  package struct Scratch {
    package private(set) var expanded: Matrix, activated: Matrix

    package init(_ layer: FeedForward, rows: Int, _ plan: inout Workspace.Planner) {
      activated = plan.matrix(rows, layer.down.weight.columns)
      expanded = layer.isGated ? plan.matrix(rows, layer.up.weight.rows) : activated
    }

    /// The memory of the first rows.
    func first(_ rows: Int) -> Scratch {
      var result = self
      (result.expanded, result.activated) = (expanded.first(rows), activated.first(rows))
      return result
    }
  }

  /// x [T, D] to y [T, D].
  package func forward(_ x: Matrix, to y: Matrix, _ saved: Saved, _ pass: Pass) {
    if isGated {
      up.forward(x, to: saved.expanded, pass)
      pass.execution.gate(activation, saved.expanded, into: saved.activated)
    } else {
      up.forward(
        x, to: saved.expanded, activation: activation, activated: saved.activated,
        keepsDerivative: pass.isForTraining, pass)
    }
    down.forward(saved.activated, to: y, pass)
  }

  /// `xGradient` is written last, and may be the memory of `yGradient`.
  package func backward(
    _ yGradient: Matrix, x: Matrix, to xGradient: Matrix, accumulates: Bool = false, _ saved: Saved,
    _ scratch: Scratch, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    precondition(pass.isForTraining, "a backward pass behind one that was not for training")
    if isGated {
      down.backward(yGradient, x: saved.activated, to: scratch.activated, pass, gradients)
      pass.execution.gateBackward(activation, saved.expanded, yGradient: scratch.activated, into: scratch.expanded)
    } else {
      down.backward(
        yGradient, x: saved.activated, to: scratch.expanded, times: saved.expanded, pass, gradients)
    }
    up.backward(scratch.expanded, x: x, to: xGradient, accumulates: accumulates, pass, gradients)
  }
}
