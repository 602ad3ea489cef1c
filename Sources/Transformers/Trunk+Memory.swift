import Layers
import Tensors

extension Trunk {
  /// The matrices of one pass through the trunk.
  package struct Memory {
    /// What each block reads, and what the last one leaves: [T, D] each; without training, two in turn.
    package private(set) var streams: [Matrix] = []
    /// Without training, one and the same for all blocks.
    package private(set) var blocks: [TransformerBlock.Saved] = []
    package private(set) var embeddings: Embeddings.Saved
    package private(set) var finalNorm: Normalization.Saved
    /// The result, [T, D].
    package private(set) var hidden: Matrix
    /// What a block adds, or a gradient on the way to it: [T, D].
    package private(set) var branch: Matrix
    /// The gradient of the stream: [T, D].
    package private(set) var gradient: Matrix
    /// The rows that are computed behind the last block's attention, if not all.
    package private(set) var selection: RowSelection.Memory

    /// Plans for so many rows.
    package init(_ trunk: Trunk, rows: Int, training: Bool, _ plan: inout Workspace.Planner) {
      let width = trunk.embeddings.tokens.columns
      streams.reserveCapacity(trunk.blocks.count + 1)
      blocks.reserveCapacity(trunk.blocks.count)
      for layer in 0...trunk.blocks.count {
        streams.append(training || layer < 2 ? plan.matrix(rows, width) : streams[layer - 2])
      }
      for block in trunk.blocks {
        if !training, let first = blocks.first {
          blocks.append(first)
        } else {
          blocks.append(TransformerBlock.Saved(block, rows: rows, &plan))
        }
      }
      embeddings = Embeddings.Saved(trunk.embeddings, rows: rows, &plan)
      finalNorm = Normalization.Saved(rows: trunk.finalNorm == nil ? 0 : rows, &plan)
      hidden = trunk.finalNorm == nil ? streams[trunk.blocks.count] : plan.matrix(rows, width)
      gradient = plan.matrix(training ? rows : 0, width)
      branch = plan.matrix(rows, width)
      selection = RowSelection.Memory(trunk.blocks[trunk.blocks.count - 1], rows: rows, &plan)
    }
  }
}
