import Tensors

extension TransformerBlock {
  /// What the backward pass needs; without one, all blocks of a model share it.
  package struct Saved {
    package let attention: SelfAttention.Saved
    package let attentionNorm: Normalization.Saved
    package let feedForward: FeedForward.Saved
    package let feedForwardNorm: Normalization.Saved
    /// norm(x), with norms before: [T, D].
    package let attentionInput: Matrix
    /// x + attention: [T, D].
    package private(set) var attentionSum: Matrix
    /// The norm of that sum, wherever norms are: [T, D].
    package private(set) var feedForwardInput: Matrix
    /// feedForwardInput + feed-forward, with norms after: [T, D].
    package private(set) var feedForwardSum: Matrix

    package init(_ block: TransformerBlock, rows: Int, _ plan: inout Workspace.Planner) {
      let width = block.attentionNorm.weight.columns
      attention = SelfAttention.Saved(block.attention, rows: rows, &plan)
      attentionNorm = Normalization.Saved(rows: rows, &plan)
      feedForward = FeedForward.Saved(block.feedForward, rows: rows, &plan)
      feedForwardNorm = Normalization.Saved(rows: rows, &plan)
      attentionInput = plan.matrix(block.normPosition == .before ? rows : 0, width)
      attentionSum = plan.matrix(rows, width)
      feedForwardInput = plan.matrix(rows, width)
      feedForwardSum = plan.matrix(block.normPosition == .after ? rows : 0, width)
    }

    /// The same with room for only so many rows behind attention.
    func behindAttention(_ rows: Int) -> Saved {
      var result = self
      result.attentionSum = attentionSum.first(rows)
      result.feedForwardInput = feedForwardInput.first(rows)
      result.feedForwardSum = feedForwardSum.first(rows)
      return result
    }
  }

  /// What is not needed any more when a block is done: one for all blocks.
  package struct Scratch {
    /// What is to be added, or its gradient: [T, D].
    package private(set) var branch: Matrix
    /// A gradient behind a dropout: [T, D]; empty without one.
    package private(set) var dropped: Matrix
    package let attention: SelfAttention.Scratch
    package let feedForward: FeedForward.Scratch

    /// Plans for a backward pass too, if `training`; the gradients inside of the two parts use the same memory.
    package init(
      _ block: TransformerBlock, branch: Matrix, rows: Int, training: Bool, _ plan: inout Workspace.Planner
    ) {
      let width = block.attentionNorm.weight.columns
      self.branch = branch
      dropped = plan.matrix(training && block.dropout > 0 ? rows : 0, width)
      attention = plan.temporarily { plan in
        SelfAttention.Scratch(block.attention, rows: training ? rows : 0, &plan)
      }
      feedForward = FeedForward.Scratch(block.feedForward, rows: training ? rows : 0, &plan)
    }

    /// The same with room for only so many rows behind attention.
    func behindAttention(_ rows: Int) -> Scratch {
      var result = self
      result.branch = branch.first(rows)
      result.dropped = dropped.first(rows)
      return result
    }
  }
}
