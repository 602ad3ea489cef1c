import FlyingFox
import FlyingSocks
import Foundation
import Swiftlet

/// The routes behind a socket of this machine.
///
/// It listens on the loopback address alone: whoever wants to reach it from elsewhere puts a proxy with authentication
/// and encryption before it.
public struct Server: Sendable {
  private let routes: Routes
  private let server: HTTPServer

  /// A server of a model folder.
  public init(folder: String, port: UInt16, execution: Execution) throws {
    routes = Routes(try Engine(folder: folder, execution: execution))
    server = HTTPServer(
      address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 30, logger: .disabled)
  }

  /// Serves until the task is cancelled.
  public func run() async throws {
    let routes = routes
    await server.appendRoute("*") { request in
      // A body that says how long it is is refused by that; what is sent of it is not kept.
      let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
      if announced > Routes.largestBody {
        return Self.response(
          .error(status: 413, "The body has \(announced) bytes, and at most \(Routes.largestBody) are read."))
      }
      // One that comes in chunks does not; it is read until it is too long.
      var body: [UInt8] = []
      for try await piece in request.bodySequence {
        body += piece
        if body.count > Routes.largestBody { break }
      }
      return Self.response(
        await routes.answer(method: request.method.rawValue, path: request.path, body: body))
    }
    try await server.run()
  }

  private static let phrases = [
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 413: "Content Too Large",
    500: "Internal Server Error",
  ]

  private static func response(_ answer: Answer) -> HTTPResponse {
    switch answer {
    case .json(let status, let value):
      return HTTPResponse(
        statusCode: HTTPStatusCode(status, phrase: phrases[status] ?? ""),
        headers: [.contentType: "application/json"], body: Data(value.bytes()))
    case .events(let stream):
      return HTTPResponse(
        statusCode: .ok,
        headers: [.contentType: "text/event-stream; charset=utf-8", HTTPHeader("Cache-Control"): "no-cache"],
        body: HTTPBodySequence(from: EventBytes(stream: stream)))
    }
  }
}

/// Events as the bytes of `text/event-stream`.
private struct EventBytes: AsyncBufferedSequence {
  typealias Element = UInt8

  let stream: AsyncThrowingStream<Content, any Error>

  func makeAsyncIterator() -> Iterator { Iterator(events: stream.makeAsyncIterator()) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    var events: AsyncThrowingStream<Content, any Error>.Iterator
    var rest: ArraySlice<UInt8> = []
    var isDone = false

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
      if rest.isEmpty {
        guard !isDone else { return nil }
        do {
          if let event = try await events.next() {
            rest = Self.frame(event.serialized())
          } else {
            isDone = true
            rest = Self.frame("[DONE]")
          }
        } catch {
          // The status has been sent: the trouble is an event like the others.
          isDone = true
          let message = (error as? any Failure)?.description ?? "\(error)"
          rest = Self.frame(
            Content.object(["error": ["message": .string(message), "type": "server_error"]]).serialized())
        }
      }
      let part = rest.prefix(count)
      rest = rest.dropFirst(count)
      return part
    }

    private static func frame(_ text: String) -> ArraySlice<UInt8> { Array("data: \(text)\n\n".utf8)[...] }
  }
}
