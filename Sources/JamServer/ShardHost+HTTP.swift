internal import HTTP
internal import Reactor
internal import Rooms
internal import Storage
internal import SyncProtocol
internal import WebSocket

/// From the request head to the room's door.
extension ShardHost {
  /// Who takes fewer bytes a millisecond is cut off before the end of an answer.
  static let slowestPerMS = 4

  func receiveHead(
    _ bytes: Span<UInt8>, on connection: Connection, _ peer: Peer
  ) -> Int {
    var knock = Knock()
    do throws(HTTPError) {
      guard let parsed = try RequestHead.parse(bytes, limits: hub.headLimits) else { return 0 }
      try answer(parsed.head, on: connection, peer, &knock)
      guard peer.phase == .awaitingBody else { return parsed.consumed }
      let rest = bytes.extracting(parsed.consumed..<bytes.count)
      return parsed.consumed + receiveBody(rest, on: connection, peer)
    } catch {
      knock.reason = error.reason
      respond(Response(error), on: connection, peer, to: knock)
      return bytes.count
    }
  }

  private func answer(
    _ head: RequestHead, on connection: Connection, _ peer: Peer, _ knock: inout Knock
  ) throws(HTTPError) {
    let route = Route(path: head.path)
    guard route.methods.contains(head.method) else {
      throw HTTPError(
        status: 405, reason: "only \(route.methods.joined(separator: " and ")) are served here",
        fields: [HeaderField("Allow", route.methods.joined(separator: ", "))])
    }
    peer.wantsHeadOnly = head.method == "HEAD"
    switch route {
    case .health:
      respond(hub.healthResponse(), on: connection, peer)
    case .index where hub.web == nil: respond(hub.indexResponse, on: connection, peer)
    case .index, .page: try serve(WebFiles.page, head, on: connection, peer)
    case .file(let path): try serve(path, head, on: connection, peer)
    case .authority:
      guard let authority = hub.authority else {
        throw HTTPError(
          status: 404, reason: "this hub has no certificate authority (see --tls-self-signed)")
      }
      respond(authority.response(to: head.fields), on: connection, peer)
    case .api(let call): try began(call, head, on: connection, peer)
    case .unknown: throw HTTPError(status: 404, reason: "there is nothing at this path")
    case .bad(let reason): throw HTTPError(status: 400, reason: reason)
    case .room(let room, let board):
      (knock.room, knock.board) = (room, board)
      let arrival = try checkUpgrade(head, to: room, board: board, &knock)
      peer.phase = .awaitingRoom
      connection.pauseReading(true)
      connection.move(to: shards[homeShard(of: room, among: shards.count)], carrying: arrival)
    }
  }

  /// A file of the web client.
  private func serve(
    _ path: String, _ head: RequestHead, on connection: Connection, _ peer: Peer
  ) throws(HTTPError) {
    guard let web = hub.web else {
      throw HTTPError(status: 404, reason: "this hub runs without the web client (see --web)")
    }
    guard let file = web[path] else {
      throw HTTPError(status: 404, reason: "there is nothing at this path")
    }
    respond(file.response(to: head.fields), on: connection, peer)
  }

  /// Pages of other sites may not use what a visitor's browser may.
  func checkOrigin(of head: RequestHead) throws(HTTPError) {
    let host = head.host.isEmpty ? nil : head.host
    // Of two nobody knows which one the browser wrote.
    let isOne = head.fields.all("origin").count <= 1
    guard isOne, hub.config.accepts(origin: head.fields.first("origin"), host: host) else {
      throw HTTPError(
        status: 403, reason: "pages of this origin may not connect (see --allowed-origin)")
    }
  }

  /// Everything that can be said without the room: the upgrade's form, its origin, the token.
  private func checkUpgrade(
    _ head: RequestHead, to room: RoomID, board: String, _ knock: inout Knock
  ) throws(HTTPError) -> Arrival {
    let handshake = try Handshake.check(head, subprotocols: [jamboreeSubprotocol])
    try checkOrigin(of: head)
    guard let token = try head.parameters()["token"] else {
      throw HTTPError(status: 401, reason: "the query parameter 'token' is missing")
    }
    let claims: Claims
    do throws(TokenError) {
      claims = try Tokens.check(
        token, key: hub.key, now: wallClockMicroseconds() / 1_000_000)
    } catch { throw HTTPError(status: 401, reason: error.reason) }
    knock.subject = claims.subject
    guard claims.opens(room) else {
      throw HTTPError(status: 403, reason: "the token is for another room")
    }
    guard hub.config.jams.contains(room.jam) else {
      throw HTTPError(status: 404, reason: "this hub has no jam '\(room.jam)'")
    }
    return Arrival(
      room: room, board: board,
      visitor: Visitor(
        subject: claims.subject, name: claims.name, role: claims.role,
        replays: claims.scope == .replay),
      dialect: handshake.subprotocol == nil ? .stock : .jamboree,
      response: handshake.response, expiresAt: claims.expiresAt)
  }

  /// Answers a plain request, or refuses an upgrade, and ends the connection.
  ///
  /// - Parameters:
  ///   - knock: Who wanted what, as far as that is known: for the log.
  ///   - most: Milliseconds after which a client that has not taken all of it is cut off.
  func respond(
    _ response: Response, on connection: Connection, _ peer: Peer, to knock: Knock = Knock(),
    within most: Int = .max
  ) {
    peer.phase = .done
    // By reference: all who open the page get the same bytes.
    connection.send(response.secured().serialized(headOnly: true))
    if response.hasBody, !peer.wantsHeadOnly, !response.body.isEmpty {
      connection.send(response.body)
    }
    let deadline = 2_000 + response.body.count / Self.slowestPerMS
    connection.closeAfterFlush(deadlineMS: min(deadline, most))
    if response.status >= 400, logBudget.take(now: context.nowNS) {
      var fields = knock.fields
      fields["status"] = "\(response.status)"
      fields["from"] = connection.peerAddress
      logger.info("refused a request", metadata: .fields(fields))
    }
  }
}

/// A request at the door, as the log tells of it. A subject is there only once its token was found
/// good; the token itself never is.
struct Knock {
  var room: RoomID?
  var board: String?
  var subject: String?
  var reason: String?

  var fields: [String: String] {
    var fields: [String: String] = [:]
    if let room { fields["room"] = "\(room)" }
    if let board { fields["board"] = board }
    if let subject { fields["sub"] = subject }
    if let reason { fields["reason"] = reason }
    return fields
  }
}

/// A room's home: the same for everyone, whichever shard accepted the socket.
func homeShard(of room: RoomID, among count: Int) -> Int {
  // FNV-1a: Swift's own hashes differ from run to run, and a log line should not.
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in room.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return Int(hash % UInt64(count))
}
