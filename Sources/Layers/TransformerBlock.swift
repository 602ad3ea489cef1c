import KernelSupport
import Tensors

/// Attention and a feed-forward layer, each added to what came in, with a norm before or after it.
package struct TransformerBlock: Sendable {
  /// Where the norms are.
  package enum NormPosition: Sendable {
    /// x + part(norm(x)): GPT-2, Llama.
    case before
    /// norm(x + part(x)): the first Transformer, BERT.
    case after
  }

  package let normPosition: NormPosition
  package let attentionNorm: Normalization
  package let attention: SelfAttention
  package let feedForwardNorm: Normalization
  package let feedForward: FeedForward
  /// The dropout of what is added.
  package let dropout: Float

  package init(
    _ normPosition: NormPosition, attentionNorm: Normalization, attention: SelfAttention,
    feedForwardNorm: Normalization, feedForward: FeedForward, dropout: Double
  ) {
    self.normPosition = normPosition
    (self.attentionNorm, self.attention) = (attentionNorm, attention)
    (self.feedForwardNorm, self.feedForward) = (feedForwardNorm, feedForward)
    self.dropout = Float(dropout)
  }

  /// x [T, D] to y [T, D], or to y [N, D] of the rows of a selection.
  package func forward(
    _ x: Matrix, to y: Matrix, _ saved: Saved, _ scratch: Scratch, selection: RowSelection? = nil, _ pass: Pass
  ) {
    let saved = selection.map { saved.behindAttention($0.rows.count) } ?? saved
    let branch = scratch.branch.first(y.rows)
    if let selection { selection.gather(x, into: selection.stream, pass) }
    let residual = selection?.stream ?? x
    switch normPosition {
    case .before:
      attentionNorm.forward(x, to: saved.attentionInput, saved.attentionNorm, pass)
      attention.forward(saved.attentionInput, to: branch, saved.attention, selection: selection, pass)
      feedForwardNorm.forward(
        adding: branch, attentionDropout(pass), to: residual, sum: saved.attentionSum, to: saved.feedForwardInput,
        saved.feedForwardNorm, pass)
      feedForward.forward(saved.feedForwardInput, to: branch, saved.feedForward, pass)
      pass.execution.dropout(feedForwardDropout(pass), branch, residual: saved.attentionSum, into: y)

    case .after:
      attention.forward(x, to: branch, saved.attention, selection: selection, pass)
      attentionNorm.forward(
        adding: branch, attentionDropout(pass), to: residual, sum: saved.attentionSum, to: saved.feedForwardInput,
        saved.attentionNorm, pass)
      feedForward.forward(saved.feedForwardInput, to: branch, saved.feedForward, pass)
      feedForwardNorm.forward(
        adding: branch, feedForwardDropout(pass), to: saved.feedForwardInput, sum: saved.feedForwardSum, to: y,
        saved.feedForwardNorm, pass)
    }
  }

  /// `gradient` [T, D] comes as that of y, and leaves as that of x; with a selection, that of y comes in its `stream`.
  package func backward(
    _ gradient: Matrix, x: Matrix, _ saved: Saved, _ scratch: Scratch, selection: RowSelection? = nil, _ pass: Pass,
    _ gradients: ParameterBuffer
  ) {
    let attentionBranch = scratch.branch
    let saved = selection.map { saved.behindAttention($0.rows.count) } ?? saved
    let scratch = selection.map { scratch.behindAttention($0.rows.count) } ?? scratch
    let branch = scratch.branch
    // Of the rows behind attention: at first of y, then of the sum.
    let rowGradient = selection?.stream ?? gradient
    switch normPosition {
    case .before:
      feedForward.backward(
        pass.gradient(rowGradient, behind: feedForwardDropout(pass), in: scratch.dropped), x: saved.feedForwardInput,
        to: branch, saved.feedForward, scratch.feedForward, pass, gradients)
      feedForwardNorm.backward(
        branch, x: saved.attentionSum, to: rowGradient, accumulates: true, saved.feedForwardNorm, pass, gradients)
      attention.backward(
        pass.gradient(rowGradient, behind: attentionDropout(pass), in: scratch.dropped), x: saved.attentionInput,
        to: attentionBranch, saved.attention, scratch.attention, selection: selection, pass, gradients)
      if let selection { selection.scatter(rowGradient, into: gradient, pass) }
      attentionNorm.backward(
        attentionBranch, x: x, to: gradient, accumulates: true, saved.attentionNorm, pass, gradients)

    case .after:
      feedForwardNorm.backward(
        rowGradient, x: saved.feedForwardSum, to: branch, saved.feedForwardNorm, pass, gradients)
      feedForward.backward(
        pass.gradient(branch, behind: feedForwardDropout(pass), in: scratch.dropped), x: saved.feedForwardInput,
        to: branch, accumulates: true, saved.feedForward, scratch.feedForward, pass, gradients)
      attentionNorm.backward(branch, x: saved.attentionSum, to: rowGradient, saved.attentionNorm, pass, gradients)
      if let selection { selection.scatter(rowGradient, into: gradient, pass) }
      attention.backward(
        pass.gradient(rowGradient, behind: attentionDropout(pass), in: scratch.dropped), x: x,
        to: gradient, accumulates: true, saved.attention, scratch.attention, selection: selection, pass, gradients)
    }
  }

  private func attentionDropout(_ pass: Pass) -> Dropout {
    pass.dropout(dropout, at: DropoutSite(layer: attention.layer, .attentionOutput))
  }

  private func feedForwardDropout(_ pass: Pass) -> Dropout {
    pass.dropout(dropout, at: DropoutSite(layer: attention.layer, .feedForwardOutput))
  }
}
