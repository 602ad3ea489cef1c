import Layers
import Tensors

/// A transformer without a head: embeddings, blocks, and a last norm where norms come first.
package struct Trunk: Sendable {
  package let embeddings: Embeddings
  package let blocks: [TransformerBlock]
  package let finalNorm: Normalization?

  /// The batch's tokens to hidden states [T, D], or [N, D] of the rows of the pass's selection.
  package func forward(_ memory: Memory, _ scratch: TransformerBlock.Scratch, _ pass: Pass) -> Matrix {
    embeddings.forward(to: memory.streams[0], memory.embeddings, pass)
    for (layer, block) in blocks.enumerated() {
      let selection = selection(layer, pass)
      block.forward(
        memory.streams[layer], to: rows(memory.streams[layer + 1], selection), memory.blocks[layer], scratch,
        selection: selection, pass)
    }
    let hidden = rows(memory.hidden, pass.selection)
    finalNorm?.forward(rows(memory.streams[blocks.count], pass.selection), to: hidden, memory.finalNorm, pass)
    return hidden
  }

  /// Where the gradient of the hidden states goes before `backward`: of their shape.
  package func hiddenGradient(_ memory: Memory, _ pass: Pass) -> Matrix {
    finalNorm == nil ? streamGradient(memory, pass) : rows(memory.branch, pass.selection)
  }

  /// That of what leaves the last block.
  private func streamGradient(_ memory: Memory, _ pass: Pass) -> Matrix { pass.selection?.stream ?? memory.gradient }

  /// The last block's.
  private func selection(_ layer: Int, _ pass: Pass) -> RowSelection? {
    layer == blocks.count - 1 ? pass.selection : nil
  }

  private func rows(_ matrix: Matrix, _ selection: RowSelection?) -> Matrix {
    selection.map { matrix.first($0.rows.count) } ?? matrix
  }

  /// From the gradient of the hidden states, at its place, to those of all parameters whose depth is at
  /// least `frozenDepth`.
  package func backward(
    _ memory: Memory, _ scratch: TransformerBlock.Scratch, frozenDepth: Int, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    finalNorm?.backward(
      hiddenGradient(memory, pass), x: rows(memory.streams[blocks.count], pass.selection),
      to: streamGradient(memory, pass), memory.finalNorm, pass, gradients)
    for layer in blocks.indices.reversed() {
      guard layer + 1 >= frozenDepth else { return }
      blocks[layer].backward(
        memory.gradient, x: memory.streams[layer], memory.blocks[layer], scratch, selection: selection(layer, pass),
        pass, gradients)
    }
    guard frozenDepth <= 0 else { return }
    embeddings.backward(memory.gradient, memory.embeddings, scratch: memory.branch, pass, gradients)
  }
}
