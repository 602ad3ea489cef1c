import Tensors

/// The distributions that a new model's parameters are drawn from: all of them, in one place.
///
/// r is the configuration's `initializerRange`, 0.02 in every paper; norms begin as ones, biases as zeros.
///
/// | family | embeddings, matrices | what a block adds (attention's output, feed-forward's second matrix) |
/// |---|---|---|
/// | gpt2 | N(0, r) | N(0, r / √(2 · layers)), as 2 · layers of them are added up (Radford et al. 2019) |
/// | llama | N(0, r) | N(0, r) |
/// | bert, roberta | N(0, r), cut off at 2r (Devlin et al. 2019) | the same |
struct InitialDistributions {
  /// Embeddings and matrices.
  let matrix: Initialization
  /// Matrices whose result is added to the hidden states.
  let residual: Initialization

  init(_ configuration: TransformerConfiguration) {
    let deviation = Float(configuration.initializerRange)
    switch configuration.family {
    case .gpt2:
      matrix = .normal(deviation: deviation)
      residual = .normal(deviation: deviation / Float(2 * configuration.layers).squareRoot())
    case .llama:
      matrix = .normal(deviation: deviation)
      residual = matrix
    case .bert, .roberta:
      matrix = .truncatedNormal(deviation: deviation)
      residual = matrix
    }
  }
}
