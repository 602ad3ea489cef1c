import Foundation
import Testing

/// Every command is given what it cannot use: it ends with a code of the table and a sentence, never by a signal.
@Suite struct BadConditionsTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("TokenizationTests/Fixtures").path
  private static let text: String = {
    let path = NSTemporaryDirectory() + "swiftlet-bad-conditions.txt"
    _ = FileManager.default.createFile(atPath: path, contents: Data(Program.smallText.utf8))
    return path
  }()
  private static let tokenizer = fixtures + "/bpe.model"

  /// Commands with the place of the file that is bad (`?`), and a place where they may write (`>`).
  private static let commands: [[String]] = [
    ["corpus", "stats", "--corpus", "?"], ["corpus", "check", "--corpus", "?"],
    ["corpus", "stats", "--corpus", text, "--tokenizer", "?"],
    ["corpus", "build", "--corpus", "?", "--tokenizer", tokenizer, "--out", ">"],
    ["tokenizer", "train", "--corpus", "?", "--out", ">"], ["tokenizer", "encode", "--tokenizer", "?"],
    ["tokenizer", "decode", "--tokenizer", "?"], ["tokenizer", "inspect", "--tokenizer", "?"],
    ["pretrain", "--corpus", "?", "--tokenizer", tokenizer, "--preset", "nano", "--steps", "1", "--out", ">"],
    ["pretrain", "--corpus", text, "--tokenizer", "?", "--preset", "nano", "--steps", "1", "--out", ">"],
    ["pretrain", "--corpus", text, "--tokenizer", tokenizer, "--config", "?", "--steps", "1", "--out", ">"],
    ["pretrain", "--corpus", text, "--tokenizer", tokenizer, "--resume", "--out", "?"],
    ["finetune", "--model", "?", "--train", text, "--out", ">"],
    ["finetune", "--model", ">", "--train", "?", "--out", ">"],
    ["evaluate", "--model", "?", "--corpus", text], ["evaluate", "--model", "?", "--data", text],
    ["classify", "--model", "?", "a"], ["fill", "--model", "?", "a"], ["embed", "--model", "?", "a"],
    ["generate", "--model", "?", "--prompt", "a"], ["repl", "--model", "?"], ["serve", "--model", "?"],
    ["convert", "?", ">", "--to", "hf"], ["convert", "?", ">", "--to", "gguf"],
    ["verify-resume", "--run", "?", "--corpus", text],
  ]

  @Test(arguments: commands)
  func badInput(_ command: [String]) throws {
    let scratch = try Scratch()
    let folder = scratch.path("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      try Data(bytes).write(to: URL(fileURLWithPath: scratch.path(name)))
      return scratch.path(name)
    }
    let inputs = [
      scratch.path("missing"), folder, try file("empty", []), try file("byte", [0x7B]), try file("zero", [0]),
      try file("binary", (0...255).map { UInt8($0) }),
    ]
    for input in inputs {
      let arguments = command.map { $0 == "?" ? input : $0 == ">" ? scratch.path("out") : $0 }
      let run = try Program.run(arguments)
      // One byte is a text, if a short one.
      let isText = input.hasSuffix("byte") && command.contains("--corpus") && run.status == 0
      #expect(isText || [64, 65, 66, 73].contains(run.status), "\(arguments): \(run.status) \(run.errors)")
      guard run.status != 0 else { continue }
      #expect(run.output.isEmpty, "\(arguments): \(run.output)")
      let isSaid = run.errors.split(separator: "\n").contains { $0.hasPrefix("swiftlet: ") }
      #expect(
        isSaid || run.errors.hasPrefix("Error: "), "\(arguments): \(run.errors)")
    }
  }

  /// Runs a line of the shell in which `$P` is the program, `$T` a tokenizer and `$L` a text.
  private func shell(_ line: String, in scratch: Scratch) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.environment = ["PATH": "/usr/bin:/bin", "P": Program.path, "T": Self.tokenizer, "L": Self.text]
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.root)
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  @Test func namesThatAreNotUTF8() throws {
    let scratch = try Scratch()
    let argument = try shell(
      #"printf 'a text\n' > $'bad\xff.txt'; "$P" corpus stats --corpus $'bad\xff.txt'"#, in: scratch)
    #expect(argument.status == 64 && argument.output.contains("Argument 4"), "\(argument)")
    let listed = try shell(#""$P" corpus stats --corpus ."#, in: scratch)
    #expect(listed.status == 66 && listed.output.contains("not valid UTF-8"), "\(listed)")
  }

  @Test func standardOutputThatIsClosedOrFull() throws {
    let scratch = try Scratch()
    let cut = try shell(
      #"yes 'a small bird that sings' 2>/dev/null | head -50000 2>/dev/null | "$P" tokenizer encode --tokenizer "$T" | true; exit ${PIPESTATUS[2]}"#,
      in: scratch)
    #expect(cut.status == 141 && cut.output.isEmpty, "\(cut)")
    let closed = try shell(#""$P" tokenizer inspect --tokenizer "$T" >&-"#, in: scratch)
    #expect(closed.status == 74 && closed.output.hasPrefix("swiftlet: Cannot write standard output"), "\(closed)")
    if FileManager.default.fileExists(atPath: "/dev/full") {
      let full = try shell(#""$P" tokenizer inspect --tokenizer "$T" > /dev/full"#, in: scratch)
      #expect(full.status == 74 && full.output.hasPrefix("swiftlet: Cannot write standard output"), "\(full)")
    }
    // A file that is opened while the streams are closed does not get their numbers, and with them the results.
    let train = try shell(
      #""$P" tokenizer train --corpus "$L" --vocab-size 300 --out my.model <&- >&- 2>&-; "$P" tokenizer inspect --tokenizer my.model > list"#,
      in: scratch)
    #expect(train.status == 0, "\(train)")
  }

  @Test func noHomeAndNoTerminal() throws {
    let scratch = try Scratch()
    let run = try shell(
      #"for v in '' 'LANG=C' 'TERM=' 'HOME=/no/such'; do env -i PATH=/bin $v "$P" tokenizer inspect --tokenizer "$T" > list || exit; done"#,
      in: scratch)
    #expect(run.status == 0, "\(run)")
  }

  @Test func aTerminalOfTwentyColumns() throws {
    let scratch = try Scratch()
    let arguments = [
      "pretrain", "--corpus", Self.text, "--tokenizer", Self.tokenizer, "--out", scratch.path("run"), "--preset",
      "nano",
      "--layers", "1", "--context", "16", "--batch", "1", "--steps", "20", "--threads", "1",
    ]
    let training = try #require(PseudoTerminal(Program.path, arguments, environment: ["TERM": "xterm"], columns: 20))
    #expect(training.waitForExit(seconds: 60) == 0, "\(training.shown)")
    let prompt = try #require(
      PseudoTerminal(
        Program.path, ["repl", "--model", scratch.path("run"), "--threads", "1"], environment: ["TERM": "xterm"],
        columns: 20))
    try #require(prompt.wait(for: ">>> "), "\(prompt.shown)")
    prompt.type("/help and a line that is much longer than twenty columns \u{9CE5}\u{9CE5}\u{9CE5}\r")
    prompt.settle()
    prompt.type("\u{4}")
    #expect(prompt.waitForExit(seconds: 20) == 0, "\(prompt.shown)")
  }
}
