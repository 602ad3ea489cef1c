import Foundation
import Serving
import Swiftlet
import TestSupport
import Testing

/// The routes behind a socket, as other programs reach them.
@Suite struct ServerTests {
  @Test func answersOverASocket() async throws {
    let port = try #require(LoopbackClient.freePort())
    let server = try withScratchFolder { folder in
      let path = Files.path(folder, "model")
      try RandomModel.write(to: path)
      return try Server(folder: path, port: port, execution: Execution())
    }
    let serving = Task { try await server.run() }
    defer { serving.cancel() }
    let client = LoopbackClient(port: port)
    func answer(_ request: String, _ body: [UInt8] = [], then more: [UInt8] = []) async -> String {
      await client.exchange(Array("\(request)\r\nHost: x\r\nConnection: close\r\n".utf8) + body, then: more)
    }

    var text = await answer("GET /health HTTP/1.1", Array("\r\n".utf8))
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains(#""ok""#), "\(text)")

    let body = #"{"prompt": "a small", "max_tokens": 4, "temperature": 0}"#
    func sized(_ body: String) -> [UInt8] { Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8) }
    let completions = "POST /v1/completions HTTP/1.1"
    let whole = await answer(completions, sized(body))
    #expect(whole.hasPrefix("HTTP/1.1 200 ") && whole.contains("completion_tokens"), "\(whole)")
    // The same in chunks, of which the lengths are hexadecimal.
    text = await answer(
      completions, Array("Transfer-Encoding: chunked\r\n\r\n\(hex(body.utf8.count))\r\n\(body)\r\n0\r\n\r\n".utf8))
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("completion_tokens"), "\(text)")
    let stream = await answer(completions, sized(#"{"prompt": "a", "max_tokens": 3, "stream": true}"#))
    #expect(stream.contains("text/event-stream") && stream.contains("data: {") && stream.contains("data: [DONE]"))

    text = await answer("GET /nothing HTTP/1.1", Array("\r\n".utf8))
    #expect(text.hasPrefix("HTTP/1.1 404 "), "\(text)")
    // Too long: announced, and found out on the way.
    text = await answer(
      completions, Array("Content-Length: 1048577\r\n\r\n".utf8), then: [UInt8](repeating: 0x20, count: 1_048_577))
    #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains("1048577 bytes"), "\(text)")
    let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
    text = await answer(
      completions, Array("Transfer-Encoding: chunked\r\n\r\n".utf8), then: (0..<64).flatMap { _ in piece })
    #expect(text.hasPrefix("HTTP/1.1 413 "), "\(text)")

    // It still answers.
    text = await answer("GET /v1/models HTTP/1.1", Array("\r\n".utf8))
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains(#""model""#), "\(text)")
  }

  private func hex(_ number: Int) -> String { String(number, radix: 16) }
}
