#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
import Synchronization

/// Makes a call into the system that returns a negative number when it fails, again and again while signals interrupt
/// it.
///
/// All calls that change something on the disk go through here, so that a test can make each of them fail.
func systemCall<Result: SignedInteger>(_ body: () -> Result) -> Result {
  while true {
    let result: Result
    if let faults = SystemFaults.current, faults.strikes() {
      errno = faults.code
      result = -1
    } else {
      result = body()
    }
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Calls into the system that fail on purpose: for tests of what remains on the disk when one does.
///
/// ```swift
/// SystemFaults.$current.withValue(SystemFaults(call: 3, code: ENOSPC, lasts: false)) { … }
/// ```
package final class SystemFaults: Sendable {
  /// The faults of the running task; none outside of tests.
  @TaskLocal package static var current: SystemFaults?

  /// The error that the call reports.
  let code: Int32
  private let failingCall: Int
  private let lasts: Bool
  private let calls = Atomic<Int>(0)

  /// - Parameters:
  ///   - call: the number of the call that fails, from 0.
  ///   - code: what it reports, a number of `errno`'s.
  ///   - lasts: whether all later calls fail, too: then nothing can be tidied up, as if the process were killed.
  package init(call: Int, code: Int32, lasts: Bool) {
    (self.failingCall, self.code, self.lasts) = (call, code, lasts)
  }

  /// Whether the call has come that fails.
  package var hasStruck: Bool { calls.load(ordering: .relaxed) > failingCall }

  func strikes() -> Bool {
    let number = calls.add(1, ordering: .relaxed).oldValue
    return number == failingCall || (lasts && number > failingCall)
  }
}
