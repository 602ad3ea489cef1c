/// The threads that share the work of a kernel.
///
/// Nothing else in the package starts threads for arithmetic.
///
/// Sendable: threads meet only in `ThreadTeam`, whose shared state is atomic or behind its mutex. Callers from
/// several threads are served one after the other, and scratch memory belongs to one worker each.
public final class ThreadPool: @unchecked Sendable {
  /// How many threads work, the caller's own among them.
  public let threads: Int

  private let team: ThreadTeam
  private let scratchMemory: ScratchMemory

  /// Makes a pool of the given number of threads, at least one; the threads sleep until there is work.
  public init(threads: Int) {
    self.threads = max(1, threads)
    self.team = ThreadTeam(workers: self.threads)
    self.scratchMemory = ScratchMemory(workers: self.threads)
  }

  deinit { team.stop() }

  /// Calls `body` once for each task in `0 ..< tasks`, from any of the threads, and returns when all are done.
  ///
  /// Tasks are handed out as threads become free, so a result may depend on the partition into tasks, and never
  /// on which thread ran one. Partition by sizes alone, not by `threads`: then the sums are the same for any
  /// number of threads. A call from inside a task of the same pool runs its tasks there and then, one after the
  /// other; calls from different threads wait for each other.
  /// - Parameter body: Receives the task, and the number of the worker (`0 ..< threads`) for per-thread scratch.
  public func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard tasks > 0 else { return }
    if let role = team.roleOfThisThread {
      guard role == .owner, tasks > 1, threads > 1 else {
        for task in 0..<tasks { body(task, role.worker) }
        return
      }
      team.share(tasks: tasks, body)
      return
    }
    team.acquire()
    defer { team.release() }
    if tasks == 1 || threads == 1 {
      team.play(.worker(0)) {
        for task in 0..<tasks { body(task, 0) }
      }
    } else {
      team.share(tasks: tasks, body)
    }
  }

  /// Keeps other threads from using the pool during `body`, which may use the scratch memory of worker 0 outside
  /// of `run`, too, and call `run` as often as it likes.
  public func exclusively<Result>(_ body: () -> Result) -> Result {
    if team.roleOfThisThread != nil { return body() }
    team.acquire()
    defer { team.release() }
    return team.play(.owner, body)
  }

  /// Scratch memory of one worker, at least `bytes` long and 64-byte aligned; its contents last until the next
  /// request of the same worker and slot.
  ///
  /// Nothing is allocated unless the request is the largest so far. Ask inside of a task with the task's worker, or
  /// with worker 0 inside of `exclusively`.
  /// - Parameter slot: One of `ScratchMemory.slots` independent pieces that each worker has.
  public func scratch(worker: Int, slot: Int = 0, bytes: Int) -> UnsafeMutableRawPointer {
    scratchMemory.pointer(worker: worker, slot: slot, bytes: bytes)
  }
}
