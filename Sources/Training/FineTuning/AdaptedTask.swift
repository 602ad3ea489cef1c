import Tensors
import Transformers

/// Training of an adapter in place of a whole model: the loop sees the adapter's numbers only.
final class AdaptedTask: TrainingTask {
  let inner: any TrainingTask
  let adapted: AdaptedWeights
  private let fullGradients: ParameterBuffer

  /// A task on the effective weights, which needs the gradients of the blocks and of the head.
  init(_ inner: any TrainingTask, _ adapter: LowRankAdapter, base: ParameterBuffer) {
    self.inner = inner
    adapted = AdaptedWeights(adapter, base: base)
    fullGradients = ParameterBuffer(zeros: base.layout)
  }

  /// The bytes of the copies of the model that it holds.
  static func byteCount(_ layout: ParameterLayout) -> Int { 2 * layout.bufferCount * MemoryLayout<Float>.stride }

  /// The model's weights with an adapter's numbers in effect; the next call overwrites them.
  func effective(_ weights: ParameterBuffer, execution: Execution) -> ParameterBuffer {
    adapted.put(weights, dropoutSeed: nil, execution: execution)
    return adapted.effective
  }

  var model: Transformer { inner.model }
  var microBatchesPerEpoch: Double { inner.microBatchesPerEpoch }
  var tokensPerMicroBatch: Int { inner.tokensPerMicroBatch }
  var activationBytes: Int { inner.activationBytes + Self.byteCount(model.layout) }
  var teacherBytes: Int { inner.teacherBytes }
  var validationTokens: Int { inner.validationTokens }

  func addGradients(
    ofMicroBatch number: Int, weights: ParameterBuffer, gradients: ParameterBuffer, dropoutSeed: UInt64,
    execution: Execution
  ) throws -> MicroBatchResult {
    adapted.put(weights, dropoutSeed: dropoutSeed, execution: execution)
    fullGradients.clear()
    let result = try inner.addGradients(
      ofMicroBatch: number, weights: adapted.effective, gradients: fullGradients, dropoutSeed: dropoutSeed,
      execution: execution)
    adapted.addGradients(from: fullGradients, of: weights, to: gradients, execution: execution)
    return result
  }

  func evaluate(weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool) throws -> Evaluation? {
    try inner.evaluate(weights: effective(weights, execution: execution), execution: execution, shouldStop: shouldStop)
  }
}
