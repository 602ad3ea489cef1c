import CInstructions
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The two words of a closure, which are valid while it is: `withoutActuallyEscaping` would allocate a box for each run.
@_silgen_name("swiftlet_task_of")
private func words(of action: (Int, Int) -> Void) -> swiftlet_task

/// What the pool and its threads share: the job at hand, and how to wait for the next one.
///
/// A job is announced by one atomic word, `ticket`: the job's number and how many of its tasks are left. Taking a
/// task is a compare-and-swap that lowers that number. A thread that comes late finds zero tasks left or another
/// job's number, so it can never take a task of a job that is over, and nobody has to wait for sleepers to notice a
/// job that others have finished.
///
/// Waiting threads spin for tens of microseconds, as the operations of a training step follow each other faster
/// than that, then sleep. With more threads than processors they give their time away instead of spinning.
///
/// Sendable: `body` and `tasks` are written before `ticket` announces the job, and read only by threads that took
/// one of its tasks, before the job ends; everything else is atomic, constant or behind `mutex`.
final class ThreadTeam: @unchecked Sendable {
  /// What the current thread is doing for a team.
  enum Role: Equatable {
    /// It runs a task, as the worker of this number.
    case worker(Int)
    /// It has the team for itself and is not in a task.
    case owner

    var worker: Int {
      switch self {
      case .worker(let number): number
      case .owner: 0
      }
    }
  }

  /// A stack of what the current thread is in, by way of thread-local storage.
  private struct Frame {
    var team: ObjectIdentifier
    var role: Role
    var outer: UnsafeMutableRawPointer?
  }

  private let ticket = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopping = Atomic<Bool>(false)

  private var job: UInt64 = 0
  private var tasks = 0
  private var body = swiftlet_task()

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let callers = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var members: [pthread_t] = []
  private let isCrowded: Bool

  /// The place of `Frame` in each thread's storage.
  private static let frameKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Starts `workers - 1` threads; should the system refuse one, the others do its share.
  init(workers: Int) {
    isCrowded = workers > ThreadPool.processorCount
    pthread_mutex_init(mutex, nil)
    pthread_mutex_init(callers, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
    guard workers > 1 else { return }
    // Signals are for the program's own threads: a terminal's read must be interrupted, not a kernel.
    var everySignal = sigset_t()
    var previous = sigset_t()
    sigfillset(&everySignal)
    pthread_sigmask(SIG_SETMASK, &everySignal, &previous)
    for number in 1..<workers { start(number) }
    pthread_sigmask(SIG_SETMASK, &previous, nil)
  }

  deinit {
    pthread_cond_destroy(done)
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(callers)
    pthread_mutex_destroy(mutex)
    for pointer in [wake, done] { pointer.deallocate() }
    for pointer in [mutex, callers] { pointer.deallocate() }
  }

  /// Ends the threads and waits for them.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    for member in members { pthread_join(member, nil) }
  }

  // MARK: Callers

  /// Waits until no other caller uses the team.
  func acquire() { pthread_mutex_lock(callers) }

  /// Lets the next caller in.
  func release() { pthread_mutex_unlock(callers) }

  /// What the current thread does for this team at the moment.
  var roleOfThisThread: Role? {
    let team = ObjectIdentifier(self)
    var next = pthread_getspecific(Self.frameKey)
    while let frame = next?.assumingMemoryBound(to: Frame.self) {
      if frame.pointee.team == team { return frame.pointee.role }
      next = frame.pointee.outer
    }
    return nil
  }

  /// Does `action` in the given role.
  func play<Result>(_ role: Role, _ action: () -> Result) -> Result {
    let outer = pthread_getspecific(Self.frameKey)
    var frame = Frame(team: ObjectIdentifier(self), role: role, outer: outer)
    return withUnsafeMutablePointer(to: &frame) { pointer in
      pthread_setspecific(Self.frameKey, pointer)
      defer { pthread_setspecific(Self.frameKey, outer) }
      return action()
    }
  }

  /// Runs the tasks together with the other threads; the caller has the team for itself.
  func share(tasks count: Int, _ action: (Int, Int) -> Void) {
    precondition(count < 1 << 32, "\(count) tasks in one run")
    (tasks, body) = (count, words(of: action))
    finished.store(0, ordering: .relaxed)
    job = (job &+ 1) & 0xFFFF_FFFF
    ticket.store(job << 32 | UInt64(count), ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
    play(.worker(0)) { takeTasks(worker: 0) }
    // Until then the closure, which is the caller's, is there.
    waitForOthers(count)
    body = swiftlet_task()
  }

  private func waitForOthers(_ count: Int) {
    if spin(microseconds: 100, until: { finished.load(ordering: .acquiring) == count }) { return }
    pthread_mutex_lock(mutex)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while finished.load(ordering: .sequentiallyConsistent) != count { pthread_cond_wait(done, mutex) }
    callerSleeps.store(false, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }

  // MARK: Threads

  /// Takes tasks of the current job until none is left.
  private func takeTasks(worker: Int) {
    var seen = ticket.load(ordering: .acquiring)
    while seen & 0xFFFF_FFFF != 0 {
      let (taken, now) = ticket.weakCompareExchange(
        expected: seen, desired: seen &- 1, ordering: .acquiringAndReleasing)
      guard taken else {
        seen = now
        continue
      }
      // The job cannot end before this task does, so what is read here belongs to it.
      let count = tasks
      swiftlet_call_task(body, count - Int(seen & 0xFFFF_FFFF), worker)
      if finished.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue == count,
        callerSleeps.load(ordering: .sequentiallyConsistent)
      {
        pthread_mutex_lock(mutex)
        pthread_cond_signal(done)
        pthread_mutex_unlock(mutex)
      }
      seen = ticket.load(ordering: .acquiring)
    }
  }

  private var hasNews: Bool {
    ticket.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF != 0
      || stopping.load(ordering: .sequentiallyConsistent)
  }

  private func work(_ number: Int) {
    play(.worker(number)) {
      while true {
        if !spin(microseconds: 50, until: { hasNews }) {
          pthread_mutex_lock(mutex)
          sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
          while !hasNews { pthread_cond_wait(wake, mutex) }
          sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
          pthread_mutex_unlock(mutex)
        }
        if stopping.load(ordering: .sequentiallyConsistent) { return }
        takeTasks(worker: number)
      }
    }
  }

  /// Waits actively until the condition holds; false if it did not in the given time.
  private func spin(microseconds: Int, until condition: () -> Bool) -> Bool {
    if condition() { return true }
    let end = Self.nanoseconds() + microseconds * 1000
    repeat {
      for _ in 0..<16 {
        if condition() { return true }
        if isCrowded { sched_yield() } else { swiftlet_pause() }
      }
    } while Self.nanoseconds() < end
    return false
  }

  private static func nanoseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int(now.tv_sec) * 1_000_000_000 + Int(now.tv_nsec)
  }

  /// What a new thread is told.
  private final class Start {
    let team: ThreadTeam
    let number: Int
    init(_ team: ThreadTeam, _ number: Int) { (self.team, self.number) = (team, number) }
  }

  private func start(_ number: Int) {
    let start = Unmanaged.passRetained(Start(self, number))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, Self.entry, start.toOpaque())
    guard status == 0 else {
      start.release()
      return
    }
    #if canImport(Darwin)
      if let thread { members.append(thread) }
    #else
      members.append(thread)
    #endif
  }

  #if canImport(Darwin)
    private static let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
      let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
      start.team.work(start.number)
      return nil
    }
  #else
    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
      guard let argument else { return nil }
      let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
      start.team.work(start.number)
      return nil
    }
  #endif
}
