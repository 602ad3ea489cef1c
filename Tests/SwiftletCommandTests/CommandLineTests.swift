import Foundation
import Testing

/// How the program speaks to shells: help, errors in one sentence, exit codes.
@Suite struct CommandLineTests {
  private static let commands = [
    "demo", "doctor", "corpus stats", "corpus check", "corpus build", "tokenizer train", "tokenizer encode",
    "tokenizer decode", "tokenizer inspect", "pretrain", "finetune", "evaluate", "classify", "fill", "embed",
    "generate", "repl", "convert", "prune", "bench train", "bench attention",
    "bench matmul", "bench generate", "bench classify", "serve", "verify-resume",
  ]

  @Test(arguments: commands)
  func helpBeginsWithTwoExamples(_ command: String) throws {
    let run = try Program.run(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(run.status == 0)
    let beginning = run.output.components(separatedBy: "USAGE:")[0]
    #expect(beginning.contains("Examples:"))
    #expect(beginning.components(separatedBy: "swiftlet \(command.split(separator: " ")[0])").count > 2, "\(beginning)")
  }

  @Test(arguments: [
    "corpus stats", "corpus check", "corpus build", "tokenizer train", "tokenizer encode", "tokenizer decode",
    "tokenizer inspect", "pretrain", "finetune", "evaluate", "classify", "fill", "embed", "generate", "convert",
    "prune", "serve", "verify-resume",
  ])
  func commandsWithoutTheirArgumentsAreUsageErrors(_ command: String) throws {
    let run = try Program.run(command.split(separator: " ").map(String.init), input: Data())
    #expect(run.status == 64 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: ") && run.errors.contains("Usage: swiftlet \(command)"))
  }

  @Test(arguments: [
    (["generate", "--nonsense"], 64),
    (["generate", "--model", "/no/such/folder", "--prompt", "a"], 66),
    (["generate", "--model", "/dev/null", "--prompt", "a"], 66),
    (["corpus", "stats", "--corpus", "/no/such/file"], 66),
    (["tokenizer", "inspect", "--tokenizer", "/no/such/file"], 66),
  ])
  func exitCodes(_ arguments: [String], _ status: Int) throws {
    let run = try Program.run(arguments)
    #expect(Int(run.status) == status && run.output.isEmpty, "\(run.errors)")
    if status != 64 { #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)") }
  }

  @Test(arguments: [
    ("train W1", ["workload", "milliseconds_per_step", "tokens_per_second", "peak_gflops"]),
    ("attention a2", ["shape", "forward_milliseconds", "both_milliseconds", "forward_gflops", "both_gflops"]),
    ("generate 15m --weights q4 --tokens 2", ["workload", "tokens_per_second", "memory_limit_tokens_per_second"]),
    ("classify W1", ["workload", "milliseconds_per_step", "texts_per_second", "tokens_per_second"]),
  ])
  func benchmarksPrintTheirFigures(_ benchmark: String, _ keys: [String]) throws {
    let run = try Program.run(
      ["bench"] + benchmark.split(separator: " ").map(String.init) + ["--seconds", "0.01", "--threads", "1", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let figures = try #require(run.objects.last)
    for key in keys { #expect(figures[key] != nil, "\(key) in \(figures)") }
    #expect((figures["tokens_per_second"] ?? figures["both_gflops"]) as? Double ?? 0 > 0)
  }

  @Test func benchmarksThatDoNotExist() throws {
    let run = try Program.run("bench", "classify", "W9")
    #expect(run.status == 64 && run.errors.contains("W1, W2, W3, W4, W5"), "\(run.errors)")
  }

  /// What would have no effect is not passed over.
  @Test(arguments: [
    ("evaluate --model m --data d --documents lines", "--documents"),
    ("evaluate --model m --data d --no-document-marks", "--no-document-marks"),
    ("evaluate --model m --corpus c --mistakes 3", "--mistakes"),
    ("evaluate --model m --corpus c --label-column x", "labelled files"),
    ("evaluate --model m --corpus c --pseudo-log-likelihood --no-document-marks", "--no-document-marks"),
    ("prune m --sparsity 0.5 --train t --out o --documents lines", "--documents"),
    ("prune m --sparsity 0.5 --corpus c --out o --labels value", "labelled files"),
    ("finetune --model m --train t --out o --task language --text-column x", "labelled files"),
    ("verify-resume --run r --corpus c --format tsv", "labelled files"),
    ("verify-resume --run r --train t --documents lines", "--documents"),
    ("classify --model m --file f --pair p", "--pair"),
    ("classify --model m --skip-bad-rows text", "labelled files"),
    ("pretrain --corpus c --tokenizer t --out o --mask-share 0.2", "--mask-share"),
    ("pretrain --corpus c --tokenizer t --out o --objective masked --masked-batches 0.5", "--masked-batches"),
    ("pretrain --corpus c --tokenizer t --out o --objective masked --no-next-sentence", "--recipe bert"),
    ("pretrain --corpus c --tokenizer t --out o --recipe bert --random-windows", "--random-windows"),
    ("pretrain --corpus c --tokenizer t --out o --objective masked --no-document-marks", "--no-document-marks"),
    ("convert m o --to hf --no-document-marks", "--no-document-marks"),
  ])
  func optionsWithoutEffectAreUsageErrors(_ command: String, _ named: String) throws {
    let run = try Program.run(command.split(separator: " ").map(String.init))
    #expect(run.status == 64 && run.errors.contains(named), "\(run.errors)")
  }

  @Test func textsThatAreNone() throws {
    let scratch = try Scratch()
    let binaries = scratch.path("binaries")
    try FileManager.default.createDirectory(atPath: binaries, withIntermediateDirectories: true)
    try Data((0...255).map { UInt8($0) }).write(to: URL(fileURLWithPath: binaries + "/a.bin"))
    let invalid = scratch.path("invalid.txt")
    try Data([97, 98, 255, 10]).write(to: URL(fileURLWithPath: invalid))
    for (path, status, words) in [
      (try scratch.write("", to: "empty.txt"), 65 as Int32, "holds no text"), (binaries, 66, "There is no text"),
      (invalid, 65, "at byte 2"),
    ] {
      let run = try Program.run("tokenizer", "train", "--corpus", path, "--out", scratch.path("my.model"))
      #expect(run.status == status && run.errors.contains(words), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path("my.model")))
    }
    let run = try Program.run("corpus", "stats", "--corpus", invalid, "--repair", "--json")
    #expect(run.status == 0 && run.objects.first?["documents"] as? Int == 1)
  }

  @Test func kernelsThatDoNotExist() throws {
    let run = try Program.run("doctor", environment: ["SWIFTLET_KERNELS": "nonsense"])
    #expect(run.status == 64 && run.errors.contains("nonsense"))
  }

  @Test func placesThatCannotBeWritten() throws {
    let scratch = try Scratch()
    let text = try scratch.write("a small bird that sings\n", to: "a.txt")
    let run = try Program.run(
      "tokenizer", "train", "--corpus", text, "--vocab-size", "270", "--out", scratch.path("a.txt/my.model"))
    #expect([73, 74].contains(run.status), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").last?.hasPrefix("swiftlet: ") == true)
  }
}
