import Console
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.serialized) struct InterruptsTests {
  @Test("A signal asks the operation to end, and the next operation does not know of it")
  func signal() {
    Interrupts.install()
    #expect(!Interrupts.isPending)
    // To the process, not to this thread: worker threads have their signals blocked.
    kill(getpid(), SIGINT)
    for _ in 0..<200 where !Interrupts.isPending { usleep(5000) }
    #expect(Interrupts.isPending)
    Interrupts.reset()
    #expect(!Interrupts.isPending)
  }
}
