import KernelSupport

/// What attention reads and writes, as matrices.
public struct AttentionTensors: Sendable {
  /// [T, heads · headWidth], [S, keyHeads · headWidth] twice, and the result, like the queries.
  public var queries: Matrix, keys: Matrix, values: Matrix, output: Matrix
  /// [T, heads].
  public var logSumExp: Matrix

  /// All five.
  public init(queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix) {
    (self.queries, self.keys, self.values) = (queries, keys, values)
    (self.output, self.logSumExp) = (output, logSumExp)
  }
}

/// The shape of an attention, apart from its sequences.
public struct AttentionShape: Sendable, Equatable {
  /// Query heads, key/value heads (a divisor), and the width of each.
  public var heads: Int, keyHeads: Int, headWidth: Int
  /// Whether a token sees only itself and those before it.
  public var causal: Bool
  /// What scores are multiplied by: 1/√width.
  public var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// A shape.
  public init(heads: Int, keyHeads: Int, headWidth: Int, causal: Bool) {
    precondition(
      heads > 0 && keyHeads > 0 && heads % keyHeads == 0 && headWidth > 0, "attention of \(heads)/\(keyHeads) heads")
    (self.heads, self.keyHeads, self.headWidth, self.causal) = (heads, keyHeads, headWidth, causal)
  }
}

extension Execution {
  /// softmax(Q · Kᵀ · scale) · V, by heads, for each span.
  public func attend(_ tensors: AttentionTensors, _ shape: AttentionShape, spans: [SequenceSpan], dropout: Dropout) {
    spans.withUnsafeBufferPointer { spans in
      kernels.attend(arguments(tensors, shape, spans, dropout), on: pool)
    }
  }

  /// The gradients of attention's queries, keys and values (overwritten), from the gradient of its output.
  /// - Parameter rotary: By what queries and keys, whose rows are then numbered alike, had been turned: the gradients are of
  ///   those before.
  public func attendBackward(
    _ tensors: AttentionTensors, _ shape: AttentionShape, spans: [SequenceSpan], dropout: Dropout,
    outputGradient: Matrix, queryGradient: Matrix, keyGradient: Matrix, valueGradient: Matrix,
    turnedBy rotary: RotaryPositions? = nil
  ) {
    precondition(
      outputGradient.columns == tensors.queries.columns && queryGradient.columns == tensors.queries.columns
        && keyGradient.columns == tensors.keys.columns && valueGradient.columns == tensors.values.columns
        && queryGradient.rows >= tensors.queries.rows && keyGradient.rows >= tensors.keys.rows
        && valueGradient.rows >= tensors.values.rows && outputGradient.rows >= tensors.queries.rows,
      "attendBackward: gradients do not have their tensors' shapes")
    var gradients = AttentionGradients(
      output: outputGradient.pointer, outputStride: outputGradient.stride,
      queries: queryGradient.pointer, queryStride: queryGradient.stride,
      keys: keyGradient.pointer, keyStride: keyGradient.stride,
      values: valueGradient.pointer, valueStride: valueGradient.stride)
    spans.withUnsafeBufferPointer { spans in
      guard let rotary else {
        return kernels.attendBackward(arguments(tensors, shape, spans, dropout), gradients, on: pool)
      }
      precondition(
        rotary.headWidth == shape.headWidth && tensors.keys.rows == tensors.queries.rows, "attendBackward: rotation")
      rotary.withRotation(rows: tensors.queries.rows) { rotation in
        gradients.rotation = rotation
        kernels.attendBackward(arguments(tensors, shape, spans, dropout), gradients, on: pool)
      }
    }
  }

  private func arguments(
    _ t: AttentionTensors, _ s: AttentionShape, _ spans: UnsafeBufferPointer<SequenceSpan>, _ dropout: Dropout
  ) -> AttentionArguments {
    precondition(
      t.queries.columns == s.heads * s.headWidth && t.keys.columns == s.keyHeads * s.headWidth
        && t.values.columns == t.keys.columns && t.values.rows == t.keys.rows
        && t.output.columns == t.queries.columns && t.output.rows >= t.queries.rows
        && t.logSumExp.columns == s.heads && t.logSumExp.rows >= t.queries.rows && t.logSumExp.isContiguous,
      "attend: \(shape(t.queries)), \(shape(t.keys)), \(shape(t.values)) for \(s)")
    for span in spans {
      precondition(
        span.firstQuery >= 0 && span.queries >= 0 && span.firstQuery + span.queries <= t.queries.rows
          && span.firstKey >= 0 && span.keys >= 0 && span.firstKey + span.keys <= t.keys.rows
          && (!s.causal || span.keys >= span.queries),
        "attend: \(span) of \(t.queries.rows) queries and \(t.keys.rows) keys")
    }
    var arguments = AttentionArguments(
      spans: spans, heads: s.heads, keyHeads: s.keyHeads, headWidth: s.headWidth, scale: s.scale, causal: s.causal,
      queries: t.queries.pointer, queryStride: t.queries.stride, keys: t.keys.pointer, keyStride: t.keys.stride,
      values: t.values.pointer, valueStride: t.values.stride, output: t.output.pointer, outputStride: t.output.stride,
      logSumExp: t.logSumExp.pointer)
    arguments.dropout = dropout
    arguments.precision = precision
    return arguments
  }
}
