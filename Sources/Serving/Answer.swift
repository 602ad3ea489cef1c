import Swiftlet

/// The name that the server's library has for a type of its own, too.
typealias Content = JSONValue

/// What the service answers: JSON, or a stream of events.
package enum Answer: Sendable {
  /// A status and an object.
  case json(status: Int, JSONValue)
  /// Server-sent events, each an object; `[DONE]` comes after the last.
  case events(AsyncThrowingStream<JSONValue, any Error>)

  /// An error in OpenAI's shape.
  package static func error(status: Int, _ message: String, type: String? = nil, param: String? = nil) -> Answer {
    let usual =
      switch status {
      case 404: "not_found_error"
      case 405, 413, 400..<500: "invalid_request_error"
      case 503: "unavailable_error"
      default: "server_error"
      }
    return .json(
      status: status,
      [
        "error": [
          "message": .string(message), "type": .string(type ?? usual), "param": param.map { .string($0) } ?? .null,
          "code": .null,
        ]
      ])
  }
}

/// Why a request is refused.
struct RequestFailure: Failure {
  var status = 400
  var message: String
  var param: String?

  var kind: FailureKind { .badData }
  var description: String { message }
}
