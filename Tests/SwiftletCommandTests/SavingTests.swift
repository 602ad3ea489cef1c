import Foundation
import Testing

/// A training run is killed, interrupted, and left without room or folder, at moments that nobody chose: what was saved
/// before is whole, and the next sitting goes on from it.
@Suite(.serialized) struct SavingTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("TokenizationTests/Fixtures").path

  private let scratch: Scratch
  private let text: String
  private var folder: String { scratch.path("run") }

  init() throws {
    scratch = try Scratch()
    text = try scratch.write(Program.smallText, to: "text.txt")
  }

  /// A run that saves after every step, for as long as it is let.
  private func start(resumes: Bool, folder: String? = nil, largestFile: Int? = nil) throws -> RunningProgram {
    try RunningProgram(
      [
        "pretrain", "--corpus", text, "--tokenizer", Self.fixtures + "/bpe.model", "--out",
        folder ?? self.folder, "--preset", "nano", "--layers", "1", "--width", "16", "--heads", "2", "--context", "16",
        "--batch", "1", "--steps", "1000000", "--checkpoint-every", "1", "--threads", "1",
      ] + (resumes ? ["--resume"] : []), errorPath: scratch.path("errors"), largestFile: largestFile)
  }

  private func checkpoints(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder + "/training/checkpoints")) ?? []
  }

  /// The step of the newest checkpoint; 0 where there is none.
  private func newestStep(_ folder: String? = nil) -> Int {
    checkpoints(folder ?? self.folder).compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.max() ?? 0
  }

  /// Waits until there is a checkpoint of a later step than this.
  private func wait(forStepAfter step: Int, of program: RunningProgram) throws {
    for _ in 0..<60_000 {
      if newestStep() > step { return }
      if program.hasEnded { break }
      usleep(1000)
    }
    Issue.record("no checkpoint after step \(step): \(program.errors)")
    throw CancellationError()
  }

  /// A sitting that goes on where the last one was, and is asked to stop.
  private func expectGoesOn(after step: Int, signal: Int32 = SIGTERM) throws {
    let program = try start(resumes: true)
    try wait(forStepAfter: step, of: program)
    program.send(signal)
    #expect(program.wait() == 128 + signal)
    #expect(program.errors.contains("Goes on after step \(step)."), "\(program.errors)")
    #expect(!program.errors.contains("Passed over"), "\(program.errors)")
    #expect(program.errors.contains("Stopped and saved"), "\(program.errors)")
    #expect(checkpoints(folder).allSatisfy { $0.hasPrefix("step-") })
  }

  /// 50 times; `SWIFTLET_KILLS` sets another number.
  @Test func killedAtAnyMoment() throws {
    let kills = ProcessInfo.processInfo.environment["SWIFTLET_KILLS"].flatMap { Int($0) } ?? 50
    var step = 0
    for number in 0..<kills {
      let program = try start(resumes: number > 0)
      try wait(forStepAfter: step, of: program)
      usleep(UInt32.random(in: 0..<20_000))
      program.send(SIGKILL)
      #expect(program.wait() == -SIGKILL)
      if number > 0 { #expect(program.errors.contains("Goes on after step \(step)."), "\(program.errors)") }
      #expect(!program.errors.contains("Passed over"), "\(program.errors)")
      #expect(newestStep() > step)
      step = newestStep()
    }
    try expectGoesOn(after: step)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func asksToStop(signal: Int32) throws {
    let program = try start(resumes: false)
    try wait(forStepAfter: 2, of: program)
    program.send(signal)
    #expect(program.wait() == 128 + signal)
    #expect(program.errors.contains("Stopped and saved"))
    try expectGoesOn(after: newestStep(), signal: signal)
  }

  /// A limit on the size of files stands for a disk that is full at one write or another; which writes fail depends on the
  /// limit.
  @Test func noRoom() throws {
    let program = try start(resumes: false)
    try wait(forStepAfter: 1, of: program)
    program.send(SIGTERM)
    #expect(program.wait() == 128 + SIGTERM)
    let step = newestStep()
    for blocks in [0, 1, 2, 3, 4, 8, 16, 32] {
      let limited = try start(resumes: true, largestFile: blocks)
      _ = limited.wait()
      let lines = limited.errors.split(separator: "\n")
      #expect(["exit 73", "exit 74"].contains(lines.last), "\(blocks): \(limited.errors)")
      #expect(
        lines.contains { $0.hasPrefix("swiftlet: ") && $0.contains("limit on file sizes") },
        "\(blocks): \(limited.errors)")
      #expect(newestStep() >= step)
    }
    try expectGoesOn(after: newestStep())
  }

  @Test func theFolderIsRemoved() throws {
    let program = try start(resumes: false)
    try wait(forStepAfter: 1, of: program)
    // Under another name nothing can be put back into it while it is removed.
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.path("elsewhere"))
    try FileManager.default.removeItem(atPath: scratch.path("elsewhere"))
    #expect([73, 74].contains(program.wait()), "\(program.errors)")
    #expect(program.errors.split(separator: "\n").last?.contains("there is no such file or folder") == true)
  }

  @Test func aPlaceThatCannotBeWritten() throws {
    // Root may write anywhere but where the system itself says no.
    var path = "/proc/swiftlet-model"
    if getuid() != 0 {
      path = scratch.path("closed/model")
      try FileManager.default.createDirectory(
        atPath: scratch.path("closed"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
    }
    let program = try start(resumes: false, folder: path)
    #expect(program.wait() == 73, "\(program.errors)")
    #expect(
      program.errors.split(separator: "\n").last?.hasPrefix("swiftlet: Cannot create") == true, "\(program.errors)")
  }

  @Test func twoRunsInOneFolder() throws {
    let program = try start(resumes: false)
    try wait(forStepAfter: 1, of: program)
    let second = try RunningProgram(
      [
        "pretrain", "--corpus", text, "--tokenizer", Self.fixtures + "/bpe.model", "--out",
        folder,
        "--resume",
      ], errorPath: scratch.path("second"))
    #expect(second.wait() == 73)
    #expect(second.errors.contains("is in use by process"), "\(second.errors)")
    program.send(SIGINT)
    #expect(program.wait() == 130)
  }

  /// Memory does not grow with the steps: the middle of the run against its end.
  @Test func memoryStaysFlat() throws {
    #if os(Linux)
      let program = try RunningProgram(
        [
          "pretrain", "--corpus", text, "--tokenizer", Self.fixtures + "/bpe.model", "--out",
          folder, "--preset", "nano", "--layers", "1", "--width", "16", "--heads", "2", "--context", "16", "--batch",
          "1",
          "--steps", ProcessInfo.processInfo.environment["SWIFTLET_STEPS"] ?? "3000", "--evaluate-every", "500",
          "--threads", "1",
        ], errorPath: scratch.path("errors"))
      let samples = program.residentPages(every: 2000)
      #expect(program.wait() == 0, "\(program.errors)")
      try #require(samples.count >= 8)
      let second = samples[samples.count / 4..<samples.count / 2].max() ?? 0
      let last = samples[(samples.count * 3 / 4)...].max() ?? 0
      #expect(abs(Double(last) / Double(second) - 1) <= 0.02, "\(second) pages, then \(last)")
    #endif
  }
}

extension RunningProgram {
  /// The pages of memory that it has, read again and again until it ends.
  func residentPages(every microseconds: UInt32) -> [Int] {
    var samples: [Int] = []
    while let text = try? String(contentsOfFile: "/proc/\(identifier)/statm", encoding: .utf8) {
      let fields = text.split(separator: " ")
      guard fields.count > 1, let pages = Int(fields[1]), pages > 0 else { break }
      samples.append(pages)
      usleep(microseconds)
    }
    return samples
  }
}
