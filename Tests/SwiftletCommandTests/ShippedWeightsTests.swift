import Foundation
import Swiftlet
import Testing

/// The tokenizer and the models that come with the project are whole, and do what their cards say.
@Suite struct ShippedWeightsTests {
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  @Test("Every file is what the manifest says, and at most 20 MB")
  func files() throws {
    let manifest = try String(contentsOfFile: Self.project + "/Weights/SHA256SUMS", encoding: .utf8)
    let lines = manifest.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    for name in ["bible", "glosses", "kinds"] {
      #expect(lines.contains { $0.last == "Weights/\(name)/model.safetensors" })
    }
    for line in lines {
      let path = Self.project + "/" + (try #require(line.last))
      let sum = try SHA256.digest(ofFile: path).description
      #expect(try Files.byteCount(of: path) <= 20_000_000 && sum == line.first, "\(line)")
    }
  }

  @Test("The prompt without a model's name starts the generator, from any folder")
  func prompt() throws {
    let scratch = try Scratch()
    let run = try Program.run(
      "repl", "--temperature", "0", "--max-tokens", "12", "--threads", "1", input: "And God said,\n",
      in: scratch.root)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 1 && run.output.count > 20, "\(run.output)")
    // The same words again: greedy, and of whole characters.
    let again = try Program.run(
      "generate", "--model", Self.project + "/Weights/bible", "--prompt", "And God said,", "--temperature", "0",
      "--max-tokens", "12", "--threads", "2")
    #expect(again.status == 0 && !again.output.contains("\u{FFFD}"), "\(again.errors)")
  }

  @Test("The classifier knows what it was shown to know, and the masked model what comes between")
  func understanding() throws {
    let texts = [
      ("a small yellow bird that sings", "animal"), ("a tall tree with edible nuts", "plant"),
      ("a person who teaches children", "person"), ("a city in the south of Italy", "location"),
    ]
    for (text, label) in texts {
      let run = try Program.run("classify", "--model", Self.project + "/Weights/kinds", "--json", text)
      #expect(run.objects.first?["label"] as? String == label, "\(text): \(run.output)\(run.errors)")
    }
    let run = try Program.run(
      "fill", "--model", Self.project + "/Weights/glosses", "--json", "bird: a small <mask> with wings")
    #expect(run.status == 0, "\(run.errors)")
  }
}
