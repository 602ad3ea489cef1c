import CInstructions

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ThreadPool {
  /// How many processors this process may use: those of the machine, fewer where its affinity (`taskset`) or the
  /// quota of its control group (a container's) says so.
  public static let processorCount: Int = {
    let allowed = Int(swiftlet_allowed_processors())
    let count = allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return max(1, min(count, quotaCount ?? count))
  }()

  /// The quota of a version 2 control group, `cpu.max`: microseconds of processor time in a period, or "max".
  private static var quotaCount: Int? {
    #if os(Linux)
      guard let file = fopen("/sys/fs/cgroup/cpu.max", "r") else { return nil }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 64)
      guard fgets(&line, Int32(line.count), file) != nil else { return nil }
      let words = line.prefix { $0 != 0 }.split { $0 == 32 || $0 == 10 }
        .map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }
      guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), period > 0 else { return nil }
      return max(1, (quota + period - 1) / period)
    #else
      return nil
    #endif
  }
}
