import CSentencePiece
import Files

extension Tokenizer {
  /// The version of the SentencePiece library in use, or the path of its file where that cannot be told.
  ///
  /// The library does not say its version itself; `sentencepiece.pc`, which is installed beside it, does.
  public static let libraryVersion: String = {
    guard let name = csentencepiece_library_path() else { return "unknown" }
    let path = String(cString: name)
    let description = Files.path(Files.folder(of: path), "pkgconfig/sentencepiece.pc")
    let text = (try? Files.readText(description, limit: 1 << 16)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("Version:") }
    return line.map { String($0.dropFirst("Version:".count).drop { $0 == " " }) } ?? path
  }()
}
