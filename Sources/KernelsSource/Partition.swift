import KernelSupport

// How kernels divide their work: by sizes alone, so that results do not depend on the number of threads.

/// Fewer numbers than this are not worth waking a thread for: a few microseconds of work.
private let grain = 16_384

/// The slot of the pool's scratch memory that holds partial sums.
private let partialSumSlot = 15

/// Blocks of a run of numbers, each a multiple of the longest vector.
@inline(always) func forEachBlock(
  of count: Int, on pool: ThreadPool, _ body: (_ start: Int, _ count: Int) -> Void
) {
  let tasks = (count &+ grain &- 1) / grain
  if tasks <= 1 { return body(0, count) }
  pool.run(tasks: tasks) { task, _ in body(task &* grain, min(grain, count &- task &* grain)) }
}

/// Blocks of rows, each large enough to be a task.
@inline(always) func forEachRowBlock(
  rows: Int, columns: Int, on pool: ThreadPool, _ body: (_ rows: Range<Int>, _ worker: Int) -> Void
) {
  let rowsPerTask = max(1, grain / max(columns, 1))
  let tasks = (rows &+ rowsPerTask &- 1) / rowsPerTask
  pool.run(tasks: tasks) { task, worker in
    body(task &* rowsPerTask..<min(rows, (task &+ 1) &* rowsPerTask), worker)
  }
}

/// Sums over rows: each block of rows adds to a buffer of `columns` · `buffers` zeros of its own, and the buffers
/// are added to the results in the order of the blocks.
@inline(always) func sumOverRows(
  rows: Int, columns: Int, into results: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>?),
  on pool: ThreadPool, _ body: (_ rows: Range<Int>, _ partial: UnsafeMutablePointer<Float>) -> Void
) {
  let buffers = results.1 == nil ? 1 : 2
  // At most 32 blocks, so that the final sum stays small beside the work.
  let rowsPerBlock = max(max(grain / max(columns, 1), (rows &+ 31) / 32), 1)
  let blocks = (rows &+ rowsPerBlock &- 1) / rowsPerBlock
  let width = columns &* buffers
  pool.exclusively {
    let partials = pool.scratch(worker: 0, slot: partialSumSlot, bytes: blocks &* width &* 4)
      .assumingMemoryBound(to: Float.self)
    pool.run(tasks: blocks) { block, _ in
      let partial = partials + block &* width
      partial.update(repeating: 0, count: width)
      body(block &* rowsPerBlock..<min(rows, (block &+ 1) &* rowsPerBlock), partial)
    }
    for block in 0..<blocks {
      let partial = partials + block &* width
      addPlain(partial, to: results.0, count: columns)
      if let second = results.1 { addPlain(partial + columns, to: second, count: columns) }
    }
  }
}

/// y += x.
@inline(always) private func addPlain(
  _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
) {
  forEachVector(count) { place, count in
    store(load(y + place, count: count) + load(x + place, count: count), y + place, count: count)
  }
}

/// Every `step`-th number from `next` on, below `end`: `stride` as a type of this module (see `min` in Vector.swift).
struct Steps: Sequence, IteratorProtocol {
  fileprivate var place: Int
  fileprivate let end: Int, step: Int

  /// The next number, if it is below the end.
  @inline(always) mutating func next() -> Int? {
    if place >= end { return nil }
    defer { place &+= step }
    return place
  }
}

/// Every `step`-th number from `start` on, below `end`.
@inline(always) func steps(from start: Int, to end: Int, by step: Int) -> Steps {
  Steps(place: start, end: end, step: step)
}

extension Range<Int> {
  /// How many numbers it has.
  ///
  /// The library's `count` leaves a weak copy in each variant, which the linker may share between them.
  @inline(always) var length: Int { upperBound &- lowerBound }
}
