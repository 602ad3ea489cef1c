/// Memory that each worker of a pool keeps between tasks, so that a warm step allocates nothing.
///
/// Sendable: a worker asks only for its own pieces.
final class ScratchMemory: @unchecked Sendable {
  /// How many independent pieces a worker has.
  static let slots = 16

  private struct Piece {
    var pointer: UnsafeMutableRawPointer?
    var bytes = 0
  }

  private let workers: Int
  private let pieces: UnsafeMutablePointer<Piece>

  init(workers: Int) {
    self.workers = workers
    pieces = .allocate(capacity: workers * Self.slots)
    pieces.initialize(repeating: Piece(), count: workers * Self.slots)
  }

  deinit {
    for index in 0..<workers * Self.slots { pieces[index].pointer?.deallocate() }
    pieces.deallocate()
  }

  /// At least `bytes` bytes at a multiple of 64, of undefined contents where the piece had to grow.
  func pointer(worker: Int, slot: Int, bytes: Int) -> UnsafeMutableRawPointer {
    precondition(worker >= 0 && worker < workers, "worker \(worker) of \(workers)")
    precondition(slot >= 0 && slot < Self.slots, "scratch slot \(slot) of \(Self.slots)")
    let piece = worker * Self.slots + slot
    if let pointer = pieces[piece].pointer, pieces[piece].bytes >= bytes { return pointer }
    pieces[piece].pointer?.deallocate()
    // Whole pages, and the neighbours of two workers never share a cache line.
    let size = (max(bytes, 1) + 4095) / 4096 * 4096
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    pieces[piece] = Piece(pointer: pointer, bytes: size)
    return pointer
  }
}
