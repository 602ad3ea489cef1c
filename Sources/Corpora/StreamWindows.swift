import Tensors

/// In which order windows are taken from a stream.
public enum WindowOrder: Sendable, Equatable {
  /// From the first to the last, the same in every epoch: for evaluation.
  case sequential
  /// Each epoch takes every window once, in an order and from a starting point of its own.
  case shuffled(seed: UInt64)
  /// Each window begins anywhere (nanoGPT's way); an epoch has as many windows as the others have.
  case random(seed: UInt64)
}

/// A stream cut into windows: for each number, one or two ranges of positions.
///
/// In a shuffled epoch the cuts begin at a random place, and the windows go round from the end of the stream to its
/// beginning; the one that does is parted there. So each epoch holds every position exactly once, and the borders
/// move from epoch to epoch.
///
/// Where borders are given, the windows are what stands between them, the same in every epoch.
struct StreamWindows: Sendable {
  let positions: Int
  let width: Int
  let order: WindowOrder
  /// Where windows begin, and where the last one ends; empty where all are of one width.
  let borders: [Int]
  var perEpoch: Int { borders.isEmpty ? (positions + width - 1) / width : borders.count - 1 }

  init(positions: Int, width: Int, order: WindowOrder, borders: [Int] = []) {
    precondition(positions > 0 && width > 0, "\(positions) positions cut into windows of \(width)")
    self.borders = borders
    self.positions = positions
    self.width = width
    self.order = order
  }

  /// The positions of a window, and those after the stream's end has been passed.
  func ranges(_ number: Int) -> (Range<Int>, Range<Int>) {
    let (epoch, index) = number.quotientAndRemainder(dividingBy: perEpoch)
    if !borders.isEmpty {
      var window = index
      if case .shuffled(let seed) = order {
        window = Permutation(of: perEpoch, Randomness(seed: seed).derive("window order", epoch))[index]
      }
      return (borders[window]..<borders[window + 1], 0..<0)
    }
    switch order {
    case .sequential:
      return (index * width..<min((index + 1) * width, positions), 0..<0)
    case .shuffled(let seed):
      let randomness = Randomness(seed: seed)
      let phase = Int(randomness.derive("window phase", epoch).seed % UInt64(positions))
      let window = Permutation(of: perEpoch, randomness.derive("window order", epoch))[index]
      let length = min((window + 1) * width, positions) - window * width
      let start = (phase + window * width) % positions
      let past = max(0, start + length - positions)
      return (start..<start + length - past, 0..<past)
    case .random(let seed):
      var generator = Randomness(seed: seed).derive("window start", number).generator
      let length = min(width, positions)
      let start = Int.random(in: 0...positions - length, using: &generator)
      return (start..<start + length, 0..<0)
    }
  }
}
