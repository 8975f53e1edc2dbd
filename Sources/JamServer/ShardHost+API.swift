internal import HTTP
internal import Reactor
internal import Rooms
internal import WebSocket

/// Requests to the JSON API: the body, then the question, then the answer.
extension ShardHost {
  /// Who has not taken an answer by then is cut off.
  static let answerMilliseconds = 10_000

  /// The head of a request to the API has come.
  func began(
    _ call: APICall, _ head: RequestHead, on connection: Connection, _ peer: Peer
  ) throws(HTTPError) {
    var request = APIRequest(
      call: call, authorization: head.fields.first("authorization"),
      address: connection.peerAddress)
    guard head.method == "POST" else {
      request.fields = head.fields
      ask(request, on: connection, peer)
      return
    }
    request.isPost = true
    try checkOrigin(of: head)
    let length = try bodyLength(of: head, call)
    if length > 0, head.minorVersion == 1, head.fields.contains("expect", token: "100-continue") {
      connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    peer.request = PendingRequest(request, bodyLength: length)
    peer.phase = .awaitingBody
  }

  /// Only what says how long it is, and is short.
  private func bodyLength(of head: RequestHead, _ call: APICall) throws(HTTPError) -> Int {
    switch head.body {
    case .length(let count):
      guard count <= JamAPI.bodyMax else {
        throw HTTPError(status: 413, reason: "the body is over \(JamAPI.bodyMax) bytes")
      }
      return count
    case .none:
      if case .renewal = call.resource { return 0 }
      if head.fields.first("content-length") != nil { return 0 }
    case .chunked: break
    }
    throw HTTPError(status: 411, reason: "a body must come with Content-Length")
  }

  /// Bytes of a body. What comes behind it is of no interest: the connection closes.
  func receiveBody(_ bytes: Span<UInt8>, on connection: Connection, _ peer: Peer) -> Int {
    guard let pending = peer.request else { return bytes.count }
    guard bytes.count >= pending.bodyLength else {
      connection.wantedBytes = pending.bodyLength
      return 0
    }
    var request = pending.request
    request.body = (0..<pending.bodyLength).map { bytes[$0] }
    peer.request = nil
    ask(request, on: connection, peer)
    return bytes.count
  }

  private func ask(_ request: APIRequest, on connection: Connection, _ peer: Peer) {
    peer.phase = .awaitingAnswer
    let (shard, id) = (context.shard, connection.id)
    hub.api.answer(request, now: now) { answer in
      shard.async { context in
        guard let host = context.handler as? ShardHost, let connection = context.connection(id),
          let peer = connection.owner as? Peer, peer.phase == .awaitingAnswer
        else { return }
        switch answer {
        case .success(let response):
          host.respond(response, on: connection, peer, within: ShardHost.answerMilliseconds)
        case .failure(let error):
          host.respond(
            error.response, on: connection, peer, to: Knock(reason: error.reason))
        }
      }
    }
  }
}

/// A request whose body has not come whole.
final class PendingRequest {
  let request: APIRequest
  let bodyLength: Int

  init(_ request: APIRequest, bodyLength: Int) {
    self.request = request
    self.bodyLength = bodyLength
  }
}
