import Tensors

/// A model's weights with an adapter in effect, and the way back for gradients; see `LowRankAdapter`.
public final class AdaptedWeights {
  /// What learns.
  public let adapter: LowRankAdapter
  /// The weights of the model, with the adapter that was last put in.
  public let effective: ParameterBuffer
  private let base: ParameterBuffer
  /// Of each target: what each input weighs, [1, inputs]: alpha / r, or 0 where it is dropped; and A times that.
  private let factors: [MatrixStorage]
  private let scaled: [MatrixStorage]
  /// Bᵀ · dW.
  private let products: [MatrixStorage]

  /// Takes the memory: a second copy of the model's weights.
  public init(_ adapter: LowRankAdapter, base: ParameterBuffer) {
    (self.adapter, self.base) = (adapter, base)
    effective = ParameterBuffer(zeros: base.layout)
    effective.copy(from: base)
    factors = adapter.targets.map { MatrixStorage(rows: 1, columns: $0.a.columns) }
    scaled = adapter.targets.map { MatrixStorage(rows: $0.a.rows, columns: $0.a.columns) }
    products = adapter.targets.map { MatrixStorage(rows: $0.a.rows, columns: $0.a.columns) }
  }

  /// Puts an adapter's numbers into effect.
  /// - Parameter dropoutSeed: What its dropout is derived from; nil drops nothing.
  public func put(_ weights: ParameterBuffer, dropoutSeed: UInt64?, execution: Execution) {
    let execution = execution.exact
    for (index, target) in adapter.targets.enumerated() {
      draw(index, dropoutSeed)
      let (factor, a, product) = (factors[index].matrix, weights[target.a], scaled[index].matrix)
      for row in 0..<a.rows {
        for column in 0..<a.columns {
          product.pointer[row * product.stride + column] =
            factor.pointer[column] * a.pointer[row * a.stride + column]
        }
      }
      let (w, original) = (effective[target.full].rows(target.rows), base[target.full].rows(target.rows))
      for row in 0..<w.rows { w.copyRow(row, from: original, row: row) }
      execution.linearInputGradient(weights[target.b], weight: product, into: w, accumulates: true)
    }
    for (full, own) in adapter.heads {
      for row in 0..<own.rows { effective[full].copyRow(row, from: weights[own], row: row) }
    }
  }

  /// Adds the gradients of an adapter's numbers, from those of the effective weights that were put in last.
  public func addGradients(
    from full: ParameterBuffer, of weights: ParameterBuffer, to gradients: ParameterBuffer, execution: Execution
  ) {
    let execution = execution.exact
    for (index, target) in adapter.targets.enumerated() {
      let dW = full[target.full].rows(target.rows)
      execution.linear(dW, weight: scaled[index].matrix, into: gradients[target.b], accumulates: true)
      let (factor, product, dA) = (factors[index].matrix, products[index].matrix, gradients[target.a])
      product.clear()
      execution.linearWeightGradient(weights[target.b], input: dW, into: product)
      for row in 0..<dA.rows {
        for column in 0..<dA.columns {
          dA.pointer[row * dA.stride + column] +=
            factor.pointer[column] * product.pointer[row * product.stride + column]
        }
      }
    }
    for (whole, own) in adapter.heads {
      let (source, target) = (full[whole], gradients[own])
      for index in 0..<target.count { target.pointer[index] += source.pointer[index] }
    }
  }

  private func draw(_ index: Int, _ seed: UInt64?) {
    let (factor, probability) = (factors[index].matrix, adapter.settings.dropout)
    guard let seed, probability > 0 else {
      for column in 0..<factor.columns { factor.pointer[column] = adapter.settings.scale }
      return
    }
    var random = Randomness(seed: seed).derive("adapter dropout", index).generator
    let kept = adapter.settings.scale / Float(1 - probability)
    for column in 0..<factor.columns { factor.pointer[column] = random.uniform() < probability ? 0 : kept }
  }
}

extension Execution {
  /// The same in 32 bits: an adapter's product is too small a part of the work to be rounded.
  fileprivate var exact: Execution {
    var result = self
    result.precision = .fp32
    return result
  }
}
