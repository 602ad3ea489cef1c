import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C: the first asks the operation that runs to end in good order, the second ends the program at once, with exit
/// code 130.
///
/// SIGTERM asks in the same way, with exit code 143.
public enum Interrupts {
  private static let count = Atomic<Int>(0)
  private static let endsProgram = Atomic<Bool>(true)
  private static let lastSignal = Atomic<Int32>(SIGINT)

  /// Catches the signals from now on.
  ///
  /// A write to a pipe that nobody reads fails from now on instead of ending the program; `StandardStream` knows what
  /// to do then.
  ///
  /// - Parameter endsAtSecond: whether a second Ctrl-C ends the program. At a prompt it does not: whoever presses twice
  ///   does not mean to lose the session.
  public static func install(endsAtSecond: Bool = true) {
    // The variables exist before a handler can ask for them.
    reset()
    endsProgram.store(endsAtSecond, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = handle
      #else
        action.__sigaction_handler.sa_handler = handle
      #endif
      sigemptyset(&action.sa_mask)
      // No SA_RESTART: a wait for input ends, and can look at the flag.
      action.sa_flags = 0
      sigaction(number, &action, nil)
    }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Begins an operation: interruptions of earlier ones are forgotten.
  public static func reset() { count.store(0, ordering: .relaxed) }

  /// Whether the operation that runs is to end.
  public static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

  /// Whether the whole program is to end: SIGTERM asked for it.
  public static var isTerminating: Bool { lastSignal.load(ordering: .relaxed) == SIGTERM }

  /// Asks the operation that runs to end, as a signal would.
  public static func request() { count.add(1, ordering: .relaxed) }

  /// What a program ends with that did as it was asked: 128 and the number of the signal.
  public static var exitCode: Int32 { 128 + lastSignal.load(ordering: .relaxed) }

  private static let handle: @convention(c) (Int32) -> Void = { number in
    // Only what is safe in a signal handler.
    let savedError = errno
    lastSignal.store(number, ordering: .relaxed)
    let isSecond = count.add(1, ordering: .relaxed).oldValue > 0
    if isSecond, number != SIGINT || endsProgram.load(ordering: .relaxed) {
      Terminal.restore()
      _exit(128 + number)
    }
    errno = savedError
  }
}
