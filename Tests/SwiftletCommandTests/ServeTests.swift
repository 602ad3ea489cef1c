import Foundation
import Swiftlet
import Testing

/// `serve` as other programs reach it.
@Suite struct ServeTests {
  @Test func answersOverASocket() throws {
    let scratch = try Scratch()
    let model = try smallModel(in: scratch)
    let port = try #require(LoopbackClient.freePort())
    let arguments = ["serve", "--model", model, "--port", "\(port)"]
    let server = try RunningProgram(arguments, errorPath: scratch.path("errors"))
    let client = LoopbackClient(port: port)
    func answer(_ request: String, _ headersAndBody: String = "\r\n", then more: [UInt8] = []) -> String {
      client.exchange(Array("\(request)\r\nHost: x\r\nConnection: close\r\n\(headersAndBody)".utf8), then: more)
    }

    var text = answer("GET /health HTTP/1.1")
    try #require(text.hasPrefix("HTTP/1.1 200 ") && text.contains(#""ok""#), "\(text) \(server.errors)")
    let body = #"{"prompt": "In the", "max_tokens": 4, "temperature": 0}"#
    func sized(_ body: String) -> String { "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }
    let completions = "POST /v1/completions HTTP/1.1"
    text = answer(completions, sized(body))
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("completion_tokens"), "\(text)")
    // The same in chunks, of which the lengths are hexadecimal.
    let chunk = "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
    text = answer(completions, "Transfer-Encoding: chunked\r\n\r\n\(chunk)")
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("completion_tokens"), "\(text)")
    text = answer(completions, sized(#"{"prompt": "In", "max_tokens": 3, "stream": true}"#))
    #expect(text.contains("text/event-stream") && text.contains("data: {") && text.contains("data: [DONE]"), "\(text)")
    text = answer("GET /nothing HTTP/1.1")
    #expect(text.hasPrefix("HTTP/1.1 404 "), "\(text)")

    // Too long: announced, and found out on the way.
    text = answer(
      completions, "Content-Length: 1048577\r\n\r\n", then: [UInt8](repeating: 0x20, count: 1_048_577))
    #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains("1048577 bytes"), "\(text)")
    let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
    text = answer(completions, "Transfer-Encoding: chunked\r\n\r\n", then: (0..<64).flatMap { _ in piece })
    #expect(text.hasPrefix("HTTP/1.1 413 "), "\(text)")

    // It still answers; a second server finds the port taken, and says so.
    text = answer("GET /v1/models HTTP/1.1")
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains(#""model""#), "\(text)")
    let second = try Program.run(arguments)
    #expect(second.status == 69 && second.errors.contains("port \(port)"), "\(second.errors)")
    server.send(SIGINT)
    #expect(server.wait() != 0)
  }
}
