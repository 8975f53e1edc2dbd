internal import Lib0
internal import Reactor
internal import Rooms
internal import SyncProtocol
internal import WebSocket

/// Frames in, frames out.
extension ShardHost {
  /// Bytes of one message of the control channel.
  static let controlLimit = 64 * 1024
  /// Bytes of answers that may wait before more requests are read.
  static let answerLimit = 1 << 20
  /// Bytes of a state vector: that of a board with all the client ids that it may have, of which
  /// each takes 16 at most with its clock, and a count. Some wait for a long time.
  static let stateVectorLimit = 16 * RoomLimits.clientIDs + 8

  func receiveFrames(
    _ bytes: inout MutableSpan<UInt8>, on connection: Connection, _ peer: Peer
  ) -> Int {
    var offset = 0
    // What another session of the same subject has run up, or one before, is paid back first.
    if let pause = peer.subjectShare?.pause(at: context.nowNS) {
      hold(connection, peer, milliseconds: Int(pause / 1_000_000))
      return 0
    }
    meter = CostMeter()
    while peer.phase == .open, offset < bytes.count {
      let event: MessageReader.Event
      do throws(WebSocketError) {
        guard let next = try peer.reader?.next(&bytes, at: &offset) else { return bytes.count }
        event = next
      } catch {
        close(connection, peer, code: error.closeCode.rawValue, reason: error.reason)
        return bytes.count
      }
      switch event {
      case .needMore(let total):
        connection.wantedBytes = total
        noteUnfinished(of: peer, kept: bytes.count - offset)
        _ = chargeFrames(connection, peer)
        return offset
      case .message(let isText, let range):
        peer.progress.ended()
        receive(bytes.span.extracting(range), isText: isText, on: connection, peer)
        if charge(connection, peer) { return offset }
      case .assembled(let isText, let payload):
        peer.progress.ended()
        receive(payload.span, isText: isText, on: connection, peer)
        if charge(connection, peer) { return offset }
      case .ping(let range):
        answerPing(bytes.span.extracting(range), on: connection, peer)
        if chargeFrames(connection, peer) { return offset }
      case .pong:
        peer.isPinged = false
        if chargeFrames(connection, peer) { return offset }
      case .close(let code, _):
        connection.send(FrameWriter.close(code))
        connection.closeAfterFlush(deadlineMS: 2_000)
        leave(peer, connection)
        return bytes.count
      }
    }
    guard peer.phase == .open else { return bytes.count }
    noteUnfinished(of: peer, kept: 0)
    return offset
  }

  /// Everything that came was read: notes what is there of a message whose end is not.
  private func noteUnfinished(of peer: Peer, kept: Int) {
    peer.progress.reached(kept + (peer.reader?.assembledBytes ?? 0), now: context.nowNS)
  }

  /// One waiting pong is enough, for the newest ping (RFC 6455 5.5.3): a flood of pings to a peer
  /// that does not read costs nothing, and one behind a big answer is not forgotten.
  private func answerPing(_ payload: Span<UInt8>, on connection: Connection, _ peer: Peer) {
    if connection.queuedBytes < 4_096 {
      connection.send(FrameWriter.pong(payload), isDroppable: false)
      return
    }
    if peer.deferredPing == nil, !connection.isStuck { answerNextTurn(connection.id) }
    peer.deferredPing = payload.indices.map { payload[$0] }
  }

  /// Charges for the message just handled; true if the session has to wait before the next.
  private func charge(_ connection: Connection, _ peer: Peer) -> Bool {
    let share = peer.charge(meter.lap())
    guard peer.phase == .open else { return false }
    // What waits stays one: with what comes behind it a peer that never reads could fill memory.
    if peer.lag.deferred != nil { return true }
    if connection.queuedBytes - connection.droppableBytes > Self.answerLimit {
      // It has asked for a lot: the rest is read once that is on its way.
      connection.pauseReading(true)
      if !connection.isStuck { answerNextTurn(connection.id) }
      return true
    }
    if noteFilling(by: peer) { peer.isHeldBack = true }
    let wait = peer.isHeldBack ? ArchiveBacklog.lookAgainMilliseconds : nil
    guard let milliseconds = share.map({ Int($0 / 1_000_000) }) ?? wait else { return false }
    hold(connection, peer, milliseconds: milliseconds)
    if share != nil { noteShare(connection, peer, milliseconds: milliseconds) }
    return true
  }

  /// Charges for what is no message: control frames, and parts of a message whose end has not come.
  /// True if the session has to wait before the next.
  private func chargeFrames(_ connection: Connection, _ peer: Peer) -> Bool {
    guard let pause = peer.charge(meter.lap()), peer.phase == .open else { return false }
    hold(connection, peer, milliseconds: Int(pause / 1_000_000))
    noteShare(connection, peer, milliseconds: Int(pause / 1_000_000))
    return true
  }

  private func noteShare(_ connection: Connection, _ peer: Peer, milliseconds: Int) {
    guard logBudget.take(now: context.nowNS) else { return }
    logger.notice(
      "a session takes more than its share and has to wait",
      metadata: .fields(
        whereabouts(of: connection, peer).merging(["ms": "\(milliseconds)"]) { $1 }))
  }

  /// Reads no further from a session for a while.
  private func hold(_ connection: Connection, _ peer: Peer, milliseconds: Int) {
    peer.isWaiting = true
    connection.pauseReading(true)
    scheduleResume(Self.resumeTokenBit | connection.id.rawValue, afterMS: milliseconds)
  }

  /// Counted from this moment: the turn, by whose beginning timers go, may have been a long one.
  func scheduleResume(_ token: UInt64, afterMS milliseconds: Int) {
    let late = Int((monotonicNanoseconds() - context.nowNS) / 1_000_000)
    context.schedule(afterMS: milliseconds + late, token: token)
  }

  /// Answers pings and step 1s that waited, once this turn's frames are on their way.
  private func answerNextTurn(_ id: ConnectionID) {
    context.shard.async { context in
      guard let host = context.handler as? ShardHost, let connection = context.connection(id),
        let peer = connection.owner as? Peer, !connection.isStuck, peer.phase == .open
      else { return }
      host.answerDeferred(connection, peer)
    }
  }

  /// The queue is empty: the ping and the step 1 that waited for it are answered, and what came
  /// behind them is read.
  func answerDeferred(_ connection: Connection, _ peer: Peer) {
    if let ping = peer.deferredPing {
      peer.deferredPing = nil
      connection.send(FrameWriter.pong(ping.span), isDroppable: false)
    }
    if let live = peer.live, let (board, vector) = peer.lag.deferred {
      peer.lag.deferred = nil
      touch(live)
      var meter = CostMeter()
      answer(vector, board, on: connection, live)
      // What it owes is asked for after its next message.
      _ = peer.charge(meter.lap())
    }
    readOn(connection, peer)
  }

  private func answer(
    _ stateVector: [UInt8], _ board: String?, on connection: Connection, _ live: LiveRoom
  ) {
    live.room?.receive(
      .syncStep1(stateVector: stateVector), board: board, from: connection.session, now: now,
      &effects)
    perform(live)
  }

  /// Reads from a session again, unless there is another reason not to.
  func readOn(_ connection: Connection, _ peer: Peer) {
    guard peer.phase == .open, !peer.isWaiting, peer.lag.deferred == nil else { return }
    connection.pauseReading(false)
  }

  private func receive(
    _ payload: Span<UInt8>, isText: Bool, on connection: Connection, _ peer: Peer
  ) {
    guard let live = peer.live else { return }
    touch(live)
    if isText {
      receiveControl(payload, on: connection, peer, live)
      return
    }
    do throws(DecodingError) {
      var board: String?
      let message: ClientMessage
      switch peer.dialect {
      case .stock: message = try ClientMessage(stock: payload)
      case .jamboree: (board, message) = try ClientMessage.addressed(payload)
      }
      if case .syncStep1(let vector) = message {
        guard vector.count <= Self.stateVectorLimit else {
          let reason = "a state vector of \(vector.count) bytes, over \(Self.stateVectorLimit)"
          close(connection, peer, code: 4400, reason: "malformed message: \(reason)")
          return
        }
        if connection.queuedBytes > 0, peer.lag.answered.contains(board ?? "") {
          // One sync answer at a time for each board: who asks without reading waits.
          peer.lag.deferred = (board, vector)
          connection.pauseReading(true)
          if !connection.isStuck { answerNextTurn(connection.id) }
          return
        }
        answer(vector, board, on: connection, live)
        return
      }
      live.room?.receive(message, board: board, from: connection.session, now: now, &effects)
    } catch {
      close(connection, peer, code: 4400, reason: "malformed message: \(error)")
      return
    }
    perform(live)
  }

  private func receiveControl(
    _ payload: Span<UInt8>, on connection: Connection, _ peer: Peer, _ live: LiveRoom
  ) {
    guard peer.dialect == .jamboree else {
      close(
        connection, peer, code: CloseCode.unsupportedData.rawValue,
        reason: "text messages need the subprotocol \(jamboreeSubprotocol)")
      return
    }
    guard payload.count <= Self.controlLimit else {
      close(connection, peer, code: CloseCode.tooBig.rawValue, reason: "control message too big")
      return
    }
    var text: [UInt8] = []
    text.reserveCapacity(payload.count)
    for index in payload.indices { text.append(payload[index]) }
    live.room?.command(text, from: connection.session, now: now, &effects)
    perform(live)
  }

  /// Ends a WebSocket with a reason that its client can read.
  func close(_ connection: Connection, _ peer: Peer, code: UInt16, reason: String) {
    guard peer.phase == .open else { return }
    connection.send(FrameWriter.close(CloseCode(rawValue: code), reason: reason))
    connection.closeAfterFlush(deadlineMS: 2_000)
    if logBudget.take(now: context.nowNS) {
      let end = ["code": "\(code)", "reason": reason]
      logger.info(
        "closed a connection",
        metadata: .fields(whereabouts(of: connection, peer).merging(end) { $1 }))
    }
    leave(peer, connection)
  }

  /// Who a connection is and where, for the log.
  func whereabouts(of connection: Connection, _ peer: Peer) -> [String: String] {
    var fields = ["from": connection.peerAddress]
    if let live = peer.live {
      fields["room"] = "\(live.id)"
      if let who = live.room?.whereabouts(of: connection.session) {
        fields["sub"] = who.subject
        if !who.boards.isEmpty { fields["board"] = who.boards.joined(separator: ",") }
      }
    }
    return fields
  }
}
