/// Masked windows for a causal model: attention goes both ways, and a hidden token is predicted from the position
/// before it, as the next token is (masked next-token prediction, Charpentier & Samuel 2024).
public struct MaskedNextTokens: LanguageBatchMaker {
  /// Where windows and masks come from.
  public let windows: MaskedWindows

  /// The windows of a masked model.
  public init(_ windows: MaskedWindows) { self.windows = windows }

  /// Windows in an epoch.
  public var sequencesPerEpoch: Int { windows.sequencesPerEpoch }
  /// The most tokens that `sequences` windows can have.
  public func maximumTokens(sequences: Int) -> Int { windows.maximumTokens(sequences: sequences) }
  /// The most sequences that `sequences` windows can become.
  public func maximumSequences(sequences: Int) -> Int { windows.maximumSequences(sequences: sequences) }

  /// Appends one window, with its targets a row earlier: before a hidden token there is always the one that begins.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let first = batch.targets.rows.count
    windows.append(number, to: &batch)
    for index in first..<batch.targets.rows.count { batch.targets.rows[index] -= 1 }
    batch.batch.attention = .bidirectional
  }
}

/// Windows of both objectives for one causal model: batches of next tokens and batches of masked ones in turn.
///
/// A batch has one direction of attention, so batches are filled with ranges of `batch` numbers that begin at a
/// multiple of it. Each objective goes through its own windows in its own order.
public struct HybridWindows: LanguageBatchMaker {
  /// The next token.
  public let causal: CausalWindows
  /// Masked ones.
  public let masked: MaskedNextTokens
  /// Windows in a batch.
  public let batch: Int
  /// The share of batches that are masked.
  public let maskedShare: Double

  /// Both, in batches of so many windows.
  public init(causal: CausalWindows, masked: MaskedNextTokens, batch: Int, maskedShare: Double) {
    (self.causal, self.masked, self.batch, self.maskedShare) = (causal, masked, max(1, batch), maskedShare)
  }

  /// As many windows as the causal objective has.
  public var sequencesPerEpoch: Int { causal.sequencesPerEpoch }

  /// The most tokens that `sequences` windows can have.
  public func maximumTokens(sequences: Int) -> Int {
    max(causal.maximumTokens(sequences: sequences), masked.maximumTokens(sequences: sequences))
  }

  /// The most sequences that `sequences` windows can become.
  public func maximumSequences(sequences: Int) -> Int {
    max(causal.maximumSequences(sequences: sequences), masked.maximumSequences(sequences: sequences))
  }

  /// Appends a window of the objective whose turn it is.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let (index, offset) = number.quotientAndRemainder(dividingBy: self.batch)
    let before = maskedBatches(before: index)
    if maskedBatches(before: index + 1) > before {
      masked.append(before * self.batch + offset, to: &batch)
    } else {
      causal.append((index - before) * self.batch + offset, to: &batch)
    }
  }

  /// How many of the first batches are masked; spread evenly.
  private func maskedBatches(before index: Int) -> Int { Int((Double(index) * maskedShare).rounded(.down)) }
}
