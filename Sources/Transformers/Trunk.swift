import Layers
import Tensors

/// A transformer without a head: embeddings, blocks, and a last norm where norms come first.
package struct Trunk: Sendable {
  package let embeddings: Embeddings
  package let blocks: [TransformerBlock]
  package let finalNorm: Normalization?

  /// The batch's tokens to hidden states [T, D].
  package func forward(_ memory: Memory, _ scratch: TransformerBlock.Scratch, _ pass: Pass) -> Matrix {
    embeddings.forward(to: memory.streams[0], memory.embeddings, pass)
    for (layer, block) in blocks.enumerated() {
      block.forward(
        memory.streams[layer], to: memory.streams[layer + 1], memory.blocks[layer], scratch, pass)
    }
    finalNorm?.forward(memory.streams[blocks.count], to: memory.hidden, memory.finalNorm, pass)
    return memory.hidden
  }

  /// From the gradient of the hidden states, `memory.hiddenGradient`, to those of all parameters whose depth is at
  /// least `frozenDepth`.
  package func backward(
    _ memory: Memory, _ scratch: TransformerBlock.Scratch, frozenDepth: Int, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    finalNorm?.backward(
      memory.hiddenGradient, x: memory.streams[blocks.count], to: memory.gradient, memory.finalNorm, pass, gradients)
    for layer in blocks.indices.reversed() {
      guard layer + 1 >= frozenDepth else { return }
      blocks[layer].backward(
        memory.gradient, x: memory.streams[layer], memory.blocks[layer], scratch, pass, gradients)
    }
    guard frozenDepth <= 0 else { return }
    embeddings.backward(memory.gradient, memory.embeddings, scratch: memory.branch, pass, gradients)
  }
}
