import KernelSupport
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  /// An atomic number that several tasks may hold.
  private final class Counter: Sendable {
    private let storage = Atomic<Int>(0)
    var value: Int { storage.load(ordering: .sequentiallyConsistent) }
    @discardableResult func add(_ number: Int) -> Int {
      storage.wrappingAdd(number, ordering: .sequentiallyConsistent).newValue
    }
  }

  /// One counter for each task, as an array of atomics cannot be made.
  private final class Counts: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Int>
    let count: Int
    init(_ count: Int) {
      (self.count, pointer) = (count, .allocate(capacity: count))
      pointer.initialize(repeating: 0, count: count)
    }
    deinit { pointer.deallocate() }
    var all: [Int] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
  }

  @Test(arguments: [1, 2, 4, 7], [0, 1, 2, 3, 17, 1000])
  func everyTaskRunsOnce(threads: Int, tasks: Int) {
    let pool = ThreadPool(threads: threads)
    let counts = Counts(max(tasks, 1))
    for _ in 0..<20 {
      pool.run(tasks: tasks) { task, worker in
        #expect(worker >= 0 && worker < threads)
        counts.pointer[task] += 1
      }
    }
    #expect(counts.all == Array(repeating: tasks == 0 ? 0 : 20, count: max(tasks, 1)))
  }

  @Test func thousandsOfSmallRunsLoseNothing() {
    let pool = ThreadPool(threads: 4)
    let total = Counter()
    for run in 0..<20_000 {
      pool.run(tasks: run % 9) { task, _ in total.add(task + 1) }
    }
    let expected = (0..<20_000).reduce(0) { $0 + ($1 % 9) * ($1 % 9 + 1) / 2 }
    #expect(total.value == expected)
  }

  @Test func sleepersWakeUp() async throws {
    let pool = ThreadPool(threads: 3)
    let total = Counter()
    for _ in 0..<20 {
      try await Task.sleep(for: .milliseconds(2))
      pool.run(tasks: 10) { _, _ in total.add(1) }
    }
    #expect(total.value == 200)
  }

  @Test func severalThreadsReallyWork() {
    let pool = ThreadPool(threads: 2)
    let arrived = Counter()
    // Each task waits for the other, so one thread alone would never finish.
    pool.run(tasks: 2) { _, _ in
      arrived.add(1)
      while arrived.value < 2 {}
    }
    #expect(arrived.value == 2)
  }

  @Test(arguments: [1, 3]) func nestedRunsAreSerialOnTheSameWorker(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let counts = Counts(6 * 5)
    pool.run(tasks: 6) { outer, worker in
      var before = -1
      pool.run(tasks: 5) { inner, innerWorker in
        #expect(innerWorker == worker)
        #expect(inner == before + 1)
        before = inner
        counts.pointer[outer * 5 + inner] += 1
      }
    }
    #expect(counts.all == Array(repeating: 1, count: 30))
  }

  @Test func callersOnSeveralThreadsAreServedInTurn() async {
    let pool = ThreadPool(threads: 3)
    let inside = Counter()
    let sums = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
      for _ in 0..<4 {
        group.addTask {
          let sum = Counter()
          for _ in 0..<500 {
            pool.exclusively {
              #expect(inside.add(1) == 1)
              pool.run(tasks: 4) { task, _ in sum.add(task) }
              inside.add(-1)
            }
            pool.run(tasks: 5) { task, _ in sum.add(task) }
          }
          return sum.value
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == Array(repeating: 500 * (6 + 10), count: 4))
  }

  @Test func poolsInsideEachOtherKeepTheirWorkers() {
    let outer = ThreadPool(threads: 2)
    let inner = ThreadPool(threads: 2)
    let total = Counter()
    outer.run(tasks: 4) { _, worker in
      inner.run(tasks: 3) { _, _ in total.add(1) }
      outer.run(tasks: 2) { _, again in
        #expect(again == worker)
        total.add(1)
      }
    }
    #expect(total.value == 4 * 5)
  }

  @Test func scratchIsAlignedKeptAndSeparate() {
    let pool = ThreadPool(threads: 2)
    pool.exclusively {
      let first = pool.scratch(worker: 0, slot: 0, bytes: 100)
      let other = pool.scratch(worker: 0, slot: 1, bytes: 100)
      let neighbour = pool.scratch(worker: 1, slot: 0, bytes: 100)
      #expect(Set([first, other, neighbour]).count == 3)
      for pointer in [first, other, neighbour] { #expect(Int(bitPattern: pointer) % 64 == 0) }
      #expect(pool.scratch(worker: 0, slot: 0, bytes: 64) == first)
      let larger = pool.scratch(worker: 0, slot: 0, bytes: 1 << 20)
      larger.initializeMemory(as: UInt8.self, repeating: 1, count: 1 << 20)
      #expect(Int(bitPattern: larger) % 64 == 0)
      #expect(pool.scratch(worker: 0, slot: 0, bytes: 1 << 19) == larger)
    }
  }

  @Test func manyPoolsComeAndGo() {
    for threads in 1...40 {
      let pool = ThreadPool(threads: threads % 5 + 1)
      let total = Counter()
      pool.run(tasks: threads) { _, _ in total.add(1) }
      #expect(total.value == threads)
    }
  }

  @Test func processorsAreCounted() {
    #expect(ThreadPool.processorCount >= 1)
    #expect(ThreadPool.processorCount <= 4096)
    #expect(ThreadPool(threads: -3).threads == 1)
  }
}
