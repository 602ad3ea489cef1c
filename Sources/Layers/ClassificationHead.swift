import KernelSupport
import Tensors

/// From the hidden states of some rows to a score for each label: output(dropout(tanh(dense(dropout(x))))), of which
/// GPT-2 and Llama have only the output, BERT no first dropout, and a classifier of tokens no dense layer.
///
/// Letters: N rows, D the width, L labels.
package struct ClassificationHead: Sendable {
  package let inputDropout: Float
  /// [D, D], followed by a hyperbolic tangent.
  package let dense: Linear?
  package let outputDropout: Float
  /// [L, D].
  package let output: Linear

  package init(inputDropout: Double = 0, dense: Linear? = nil, outputDropout: Double = 0, output: Linear) {
    (self.inputDropout, self.dense) = (Float(inputDropout), dense)
    (self.outputDropout, self.output) = (Float(outputDropout), output)
  }

  /// What a pass needs, forward and back.
  package struct Memory {
    /// [N, D]: the hidden states; before, and after the tangent.
    package var input: Matrix, dense: Matrix, features: Matrix
    /// [N, L].
    package var scores: Matrix
    /// [N, D].
    package var featureGradient: Matrix, inputGradient: Matrix

    /// Plans for a backward pass too, if `training`.
    package init(_ head: ClassificationHead, rows: Int, training: Bool, _ plan: inout Workspace.Planner) {
      let width = head.output.weight.columns
      let denseRows = head.dense == nil ? 0 : rows
      input = plan.matrix(rows, width)
      dense = plan.matrix(denseRows, width)
      features = head.dense == nil ? input : plan.matrix(rows, width)
      scores = plan.matrix(rows, head.output.weight.rows)
      featureGradient = plan.matrix(training ? rows : 0, width)
      inputGradient = training && head.dense != nil ? plan.matrix(rows, width) : featureGradient
    }

    /// The memory of the first rows.
    func first(_ count: Int) -> Memory {
      var result = self
      result.input = input.first(count)
      result.dense = dense.first(count)
      result.features = features.first(count)
      result.scores = scores.first(count)
      result.featureGradient = featureGradient.first(count)
      result.inputGradient = inputGradient.first(count)
      return result
    }
  }

  /// The scores of some rows of `hidden` [T, D]; the result [N, L] is in `memory`.
  package func forward(_ hidden: Matrix, rows: ArraySlice<Int32>, _ memory: Memory, _ pass: Pass) -> Matrix {
    let memory = memory.first(rows.count)
    pass.execution.gatherRows(hidden, rows, into: memory.input)
    drop(memory.input, inputDropout, .classifierInput, pass)
    if let dense {
      dense.forward(memory.input, to: memory.dense, finish: .activate(.tanh, result: memory.features), pass)
      drop(memory.features, outputDropout, .classifierOutput, pass)
    }
    output.forward(memory.features, to: memory.scores, pass)
    return memory.scores
  }

  /// Adds the gradient of the rows to `hiddenGradient` [T, D]; `memory.scores` holds that of the scores.
  package func backward(
    rows: ArraySlice<Int32>, hiddenGradient: Matrix, _ memory: Memory, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    let memory = memory.first(rows.count)
    output.backward(memory.scores, x: memory.features, to: memory.featureGradient, pass, gradients)
    if let dense {
      drop(memory.featureGradient, outputDropout, .classifierOutput, pass)
      pass.execution.activateBackward(
        .tanh, memory.dense, yGradient: memory.featureGradient, into: memory.featureGradient)
      dense.backward(memory.featureGradient, x: memory.input, to: memory.inputGradient, pass, gradients)
    }
    drop(memory.inputGradient, inputDropout, .classifierInput, pass)
    pass.execution.scatterRows(memory.inputGradient, rows, into: hiddenGradient)
  }

  private func drop(_ x: Matrix, _ probability: Float, _ place: DropoutSite.Place, _ pass: Pass) {
    let dropout = pass.dropout(probability, at: DropoutSite(place))
    if !dropout.isNone { pass.execution.dropout(dropout, x, into: x) }
  }
}
