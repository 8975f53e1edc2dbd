internal import Reactor
internal import Rooms
internal import SyncProtocol
internal import WebSocket

/// Does what rooms ask for.
extension ShardHost {
  /// Unread bytes of presence that a reader may have before it gets no more of it.
  static let presenceBacklog = 64 * 1024
  /// Unread bytes of answers and refusals after which a reader is given up.
  static let importantLimit = 128 * 1024

  /// Carries out the effects of the last call, in order.
  func perform(_ live: LiveRoom) {
    guard !effects.isEmpty else { return }
    var batch: [Effect] = []
    swap(&batch, &effects)
    for effect in batch { perform(effect, live) }
    batch.removeAll(keepingCapacity: true)
    if effects.isEmpty { swap(&batch, &effects) } else { perform(live) }
  }

  private func perform(_ effect: Effect, _ live: LiveRoom) {
    switch effect {
    case .send(let message, let board, let session): send(message, board, to: session, live)
    case .fanOut(let message, let board, let audience, let after, let isPresence):
      fanOut(message, board, to: audience, after: after, isPresence: isPresence, live)
    case .control(let text, let session):
      sendImportant(FrameWriter.text(text), to: session, live)
    case .announce(let text, let sessions):
      let frame = FrameWriter.text(text)
      for session in sessions { sendImportant(frame, to: session, live) }
    case .record(let record): append(record, of: live)
    case .close(let session, let code, let reason):
      guard let (connection, peer) = reader(session) else { return }
      close(connection, peer, code: code, reason: reason)
    case .log(let text, var fields):
      guard logBudget.take(now: context.nowNS) else { return }
      fields["room"] = "\(live.id)"
      logger.info("\(text)", metadata: .fields(fields))
    }
  }

  private func reader(_ session: SessionID) -> (Connection, Peer)? {
    guard let connection = context.connection(ConnectionID(rawValue: session.rawValue)),
      let peer = connection.owner as? Peer, peer.phase == .open
    else { return nil }
    return (connection, peer)
  }

  private func send(
    _ message: ServerMessage, _ board: String, to session: SessionID, _ live: LiveRoom
  ) {
    guard let (connection, peer) = reader(session) else { return }
    let name = peer.dialect == .jamboree ? board : nil
    // A stock client would read what it does not know as further messages.
    guard name != nil || message.isStock else { return }
    let frame = live.frames.frame(
      of: message, board: name, isShared: live.room?.shares(message, on: board) == true,
      now: context.nowNS)
    switch message {
    case .syncStep2:
      noteIfEmpty(connection, peer, live.room?.fannedOutThrough ?? 0)
      peer.lag.answered.insert(name ?? "")
      peer.lag.answeredBytes += frame.count
      connection.send(frame, isDroppable: false)
    case .update:
      // A catch-up, or the tail behind a sync answer: what follows builds on it.
      noteIfEmpty(connection, peer, peer.lag.deliveredThrough)
      connection.send(frame, isDroppable: false)
    case .awareness:
      noteIfEmpty(connection, peer, peer.lag.deliveredThrough)
      connection.send(frame, isDroppable: false)
    case .syncStep1:
      // As long as its board has client ids, so it is no sign of somebody who asks and never reads.
      // It follows on a message, and none is read while many bytes of answers wait.
      noteIfEmpty(connection, peer, live.room?.fannedOutThrough ?? 0)
      connection.send(frame, isDroppable: false)
    case .reject, .permissionDenied, .opened, .saved:
      sendImportant(frame, to: session, live)
    }
  }

  private func fanOut(
    _ message: ServerMessage, _ board: String, to audience: Audience, after: UInt64,
    isPresence: Bool, _ live: LiveRoom
  ) {
    func deliverAll(_ sessions: [SessionID], _ frame: [UInt8]) {
      for session in sessions {
        guard let (connection, peer) = reader(session) else { continue }
        if isPresence, connection.queuedBytes > Self.presenceBacklog, connection.isStuck {
          live.room?.readerMissedPresence(session, board: board)
          continue
        }
        deliver(frame, to: connection, peer, after: after, live)
      }
    }
    if !audience.stock.isEmpty {
      deliverAll(audience.stock, FrameWriter.binary(message.encoded()))
    }
    if !audience.own.isEmpty {
      deliverAll(audience.own, FrameWriter.binary(message.encoded(board: board)))
    }
    if !live.stuck.isEmpty { boundBacklog(of: live) }
  }

  /// An empty queue means that the reader has all that was fanned out before.
  private func noteIfEmpty(_ connection: Connection, _ peer: Peer, _ sequence: UInt64) {
    guard connection.queuedBytes == 0 else { return }
    noteAnswersGone(peer)
    peer.lag = Lag(
      deliveredThrough: max(sequence, peer.lag.deliveredThrough), deferred: peer.lag.deferred)
  }

  /// Sync answers have left, or never will. Together they may be much of what the hub takes.
  func noteAnswersGone(_ peer: Peer) {
    guard peer.lag.answeredBytes > 0 else { return }
    hub.store.noteFreed(peer.lag.answeredBytes)
    peer.lag.answeredBytes = 0
  }

  /// Queues a frame, unless the reader has more waiting than one may.
  private func deliver(
    _ frame: [UInt8], to connection: Connection, _ peer: Peer, after: UInt64, _ live: LiveRoom
  ) {
    noteIfEmpty(connection, peer, after)
    if connection.isStuck {
      live.stuck.insert(connection.id)
      if connection.droppableBytes + frame.count > hub.config.limits.readerBacklogBytes {
        fallBehind(connection, peer, live)
        return
      }
    }
    connection.send(frame)
  }

  /// What must arrive stays in the queue when the rest is dropped.
  private func sendImportant(_ frame: [UInt8], to session: SessionID, _ live: LiveRoom) {
    guard let (connection, peer) = reader(session) else { return }
    noteIfEmpty(connection, peer, live.room?.fannedOutThrough ?? 0)
    peer.lag.importantBytes += frame.count
    if peer.lag.importantBytes > Self.importantLimit, connection.isStuck {
      giveUp(connection, peer)
      return
    }
    connection.send(frame, isDroppable: false)
  }

  /// Nothing can be told to who does not read, so only the log hears of it.
  private func giveUp(_ connection: Connection, _ peer: Peer) {
    connection.abort()
    guard !peer.isGivenUp else { return }
    peer.isGivenUp = true
    guard logBudget.take(now: context.nowNS) else { return }
    logger.info(
      "gave up a client that does not read what it is told",
      metadata: .fields(
        whereabouts(of: connection, peer).merging(["bytes": "\(connection.queuedBytes)"]) { $1 }))
  }

  private func fallBehind(_ connection: Connection, _ peer: Peer, _ live: LiveRoom) {
    connection.dropQueued()
    live.room?.readerFellBehind(connection.session, having: peer.lag.deliveredThrough)
  }

  /// All lagging readers of a room together hold at most so much; the worst go first.
  private func boundBacklog(of live: LiveRoom) {
    var lagging: [(waiting: Int, connection: Connection, peer: Peer)] = []
    for id in live.stuck {
      guard let connection = context.connection(id), let peer = connection.owner as? Peer
      else { continue }
      lagging.append((connection.droppableBytes, connection, peer))
    }
    var total = lagging.reduce(0) { $0 + $1.waiting }
    guard total > hub.config.limits.roomBacklogBytes else { return }
    lagging.sort { $0.waiting > $1.waiting }
    for reader in lagging {
      fallBehind(reader.connection, reader.peer, live)
      total -= reader.waiting
      if total <= hub.config.limits.roomBacklogBytes / 2 { return }
    }
  }
}
