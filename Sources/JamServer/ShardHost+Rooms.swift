internal import CRDT
internal import HTTP
internal import Reactor
internal import Rooms
internal import Storage
internal import WebSocket

/// Rooms coming and going.
extension ShardHost {
  /// An empty room stays this long, for those who reload the page, unless its place is needed.
  static let lingerNanoseconds: UInt64 = 10_000_000_000

  /// The longest message of somebody who may not write: a step 2 with what a board has deleted.
  static let viewerMessageBytes = 1 << 20

  // MARK: the door

  /// A visitor arrives at the room's home shard.
  func enter(_ arrival: Arrival, on connection: Connection, _ peer: Peer) {
    peer.phase = .awaitingRoom
    connection.pauseReading(true)
    guard !isStopping else {
      refuse(arrival, HTTPError(status: 503, reason: "the hub is stopping"), connection, peer)
      return
    }
    guard let live = rooms[arrival.room] ?? load(arrival.room) else {
      if seekPlace(for: arrival, on: connection) { return }
      refuse(
        arrival, HTTPError(status: 503, reason: "the hub has all the rooms it may have"),
        connection, peer)
      return
    }
    switch live.phase {
    case .loading(var waiting):
      waiting.append((connection.id, arrival))
      live.phase = .loading(waiting)
    case .draining:
      live.phase = .live
      admit(arrival, on: connection, peer, live)
      settleDoor(of: live)
    case .live:
      admit(arrival, on: connection, peer, live)
      settleDoor(of: live)
    case .closed:
      refuse(arrival, HTTPError(status: 503, reason: "the room is closing"), connection, peer)
    }
  }

  /// The hub has all the rooms it may have, and all of this shard's are in use: asks the next shard
  /// to close one that is not, then tries again; false once all were asked.
  private func seekPlace(for arrival: Arrival, on connection: Connection) -> Bool {
    var arrival = arrival
    arrival.shardsAsked += 1
    guard arrival.shardsAsked < shards.count else { return false }
    let (home, id) = (context.shard, connection.id)
    shards[(context.index + arrival.shardsAsked) % shards.count].async { [arrival] context in
      _ = (context.handler as? ShardHost)?.closeIdleRoom()
      home.async { context in
        guard let host = context.handler as? ShardHost, let connection = context.connection(id),
          let peer = connection.owner as? Peer, peer.phase == .awaitingRoom
        else { return }
        host.enter(arrival, on: connection, peer)
      }
    }
    return true
  }

  /// After somebody was at the door: an empty room lingers, but one that nobody wrote to and nobody
  /// was let into goes at once, so that asking for rooms that do not exist takes no place.
  private func settleDoor(of live: LiveRoom) {
    guard let room = live.room, room.isEmpty else { return }
    if room.isBlank, !live.isCheckpointing { discard(live) } else { noteIfEmpty(live) }
  }

  private func admit(
    _ arrival: Arrival, on connection: Connection, _ peer: Peer, _ live: LiveRoom
  ) {
    guard let room = live.room else { return }
    let board = arrival.dialect == .stock ? arrival.board : nil
    // A room that nobody wrote to does not exist for somebody who may only look, unless it is in
    // the list of rooms: somebody made it by a title, or is in it.
    if room.isBlank, room.isEmpty, !arrival.visitor.role.writes, !hub.api.hasTitle(arrival.room) {
      refuse(
        arrival, HTTPError(status: 404, reason: "there is no room \(arrival.room) yet"),
        connection, peer)
      return
    }
    let isForWork = arrival.visitor.replays && hub.api.isForWork(arrival.room)
    if let refusal = room.admit(arrival.visitor, board: board, isForWork: isForWork) {
      if refusal.code == .removed, arrival.dialect == .jamboree {
        // A page cannot see why an upgrade was refused; what a WebSocket ends with it can.
        turnAway(arrival, refusal, on: connection, peer)
        return
      }
      refuse(arrival, refusal.httpError, connection, peer, code: refusal.code.rawValue)
      return
    }
    var meter = CostMeter()
    connection.send(arrival.response)
    connection.pauseReading(false)
    peer.phase = .open
    peer.subjectShare = subjectShares.joined(arrival.visitor.subject, now: context.nowNS)
    peer.live = live
    peer.dialect = arrival.dialect
    peer.expiresAt = arrival.expiresAt
    scheduleLifeCheck(of: connection, peer)
    let messageBytes = hub.config.limits.messageBytes
    peer.reader = MessageReader(
      limits: MessageLimits(
        messageBytesMax: arrival.visitor.role.writes
          ? messageBytes : min(messageBytes, Self.viewerMessageBytes)))
    live.emptySince = nil
    live.people[arrival.visitor.subject, default: 0] += 1
    touch(live)
    live.room?.noteReplay(by: arrival.visitor, now: now, &effects)
    noteReview(live)
    switch arrival.dialect {
    case .stock:
      live.room?.join(
        connection.session, arrival.visitor, board: arrival.board, &effects)
    case .jamboree:
      live.room?.join(connection.session, arrival.visitor, &effects)
    }
    perform(live)
    _ = peer.charge(meter.lap())
  }

  private func turnAway(
    _ arrival: Arrival, _ refusal: Refusal, on connection: Connection, _ peer: Peer
  ) {
    connection.pauseReading(false)
    peer.phase = .done
    connection.send(arrival.response)
    connection.send(FrameWriter.close(CloseCode(rawValue: 4403), reason: refusal.reason))
    connection.closeAfterFlush(deadlineMS: 2_000)
    guard logBudget.take(now: context.nowNS) else { return }
    var knock = Knock(room: arrival.room, subject: arrival.visitor.subject)
    knock.reason = refusal.reason
    logger.info("turned somebody away", metadata: .fields(knock.fields))
  }

  private func refuse(
    _ arrival: Arrival, _ error: HTTPError, _ connection: Connection, _ peer: Peer,
    code: String? = nil
  ) {
    connection.pauseReading(false)
    let response =
      code.map { Response.json(status: error.status, error: $0, reason: error.reason) }
      ?? Response(error)
    let knock = Knock(
      room: arrival.room, board: arrival.dialect == .stock ? arrival.board : nil,
      subject: arrival.visitor.subject, reason: error.reason)
    respond(response, on: connection, peer, to: knock)
  }

  // MARK: loading

  /// Starts to read a room; nil if there are too many and all of them are in use.
  func load(_ id: RoomID) -> LiveRoom? {
    let limit = hub.config.limits.rooms
    guard
      hub.census.openRoom(limit: limit)
        || closeIdleRoom() && hub.census.openRoom(limit: limit)
    else { return nil }
    let slot = roomSlots.firstIndex { $0 == nil } ?? roomSlots.count
    let live = LiveRoom(id: id, slot: slot)
    if slot == roomSlots.count { roomSlots.append(live) } else { roomSlots[slot] = live }
    rooms[id] = live
    let shard = context.shard
    let logger = logger
    hub.store.loadRoom(id) { result in
      // Decoding runs here, beside the live path.
      let contents = result.contents()
      if case .success(let stored) = result {
        for damage in stored.damage + stored.recordingGaps {
          logger.error("damaged", metadata: .fields(damage, room: id))
        }
      }
      if case .success(let contents) = contents {
        for (board, part, since) in contents.waiting {
          logger.error(
            "part of a board does not show: it builds on what is lost",
            metadata: .fields(part, of: board, in: id, since: since))
        }
      }
      shard.async { context in
        (context.handler as? ShardHost)?.loaded(id, contents)
      }
    }
    return live
  }

  private func loaded(_ id: RoomID, _ contents: Result<RoomContents, RoomLoadError>) {
    guard let live = rooms[id], case .loading(let waiting) = live.phase else { return }
    switch contents {
    case .success(let contents):
      var limits = RoomLimits()
      limits.boards = hub.config.limits.roomBoards
      limits.members = hub.config.limits.roomMembers
      limits.documentBytes = hub.config.limits.boardBytes
      let room = Room(
        id: id, contents: contents, limits: limits, isUncertain: hub.isUncertain,
        isReview: hub.api.isReview(id), now: now)
      room.savingChanged(
        trouble: savingTrouble, refusesWrites: refusesWrites, &effects)
      room.settled = settled[id] ?? SettledClients()
      live.room = room
      live.changed = room.lastRecordTime.map { $0 / 1_000_000 }
      live.phase = .live
      noteReview(live)
      for (connectionID, arrival) in waiting {
        guard let connection = context.connection(connectionID),
          let peer = connection.owner as? Peer, peer.phase == .awaitingRoom
        else { continue }
        if isStopping {
          refuse(arrival, HTTPError(status: 503, reason: "the hub is stopping"), connection, peer)
        } else {
          admit(arrival, on: connection, peer, live)
        }
      }
      touch(live)
      settleDoor(of: live)
    case .failure(let error):
      logger.error(
        "cannot open a room", metadata: .fields(["room": "\(id)", "reason": "\(error)"]))
      for (connectionID, arrival) in waiting {
        guard let connection = context.connection(connectionID),
          let peer = connection.owner as? Peer
        else { continue }
        refuse(
          arrival,
          HTTPError(status: 503, reason: "the room's files cannot be read; the hub's log says why"),
          connection, peer, code: "room-damaged")
      }
      discard(live)
    }
  }

  // MARK: waking and leaving

  static let roomTokenBit: UInt64 = 1 << 63

  func roomSlot(of token: UInt64) -> LiveRoom? {
    guard token & Self.roomTokenBit != 0 else { return nil }
    let slot = Int(token & 0xffff_ffff)
    return slot < roomSlots.count ? roomSlots[slot] : nil
  }

  func wake(_ live: LiveRoom) {
    live.wakeAt = .max
    // A turn that was long may have left this call behind, and another one be on its way.
    if let timer = live.wakeTimer { context.cancel(timer) }
    live.wakeTimer = nil
    guard live.room != nil else { return }
    live.room?.wake(now: now, &effects)
    perform(live)
    if case .failed = journal.status, live.room?.needsCheckpoint == true { checkpoint(live) }
    closeIfIdle(live)
    touch(live)
  }

  /// Programs the room's next wake, where it is earlier than the one that is set.
  func scheduleWake(_ live: LiveRoom) {
    guard let room = live.room else { return }
    var next = room.nextWake.map { UInt64(max($0, 0)) } ?? .max
    if live.retryAt > context.nowNS, room.isCheckpointDue(now: now) {
      next = Self.wake(next, besideRetryAt: live.retryAt, now: context.nowNS)
    }
    if let since = live.emptySince, !live.isCheckpointing {
      next = min(next, max(since + Self.lingerNanoseconds, live.retryAt))
    }
    if live.retryAt > context.nowNS { next = min(next, live.retryAt) }
    if let time = live.frames.nextForget { next = min(next, time) }
    guard next < live.wakeAt else { return }
    live.wakeAt = next
    if let timer = live.wakeTimer { context.cancel(timer) }
    let delay = next > context.nowNS ? next - context.nowNS : 0
    live.wakeTimer = context.schedule(
      afterMS: Int((delay + 999_999) / 1_000_000), token: Self.roomTokenBit | UInt64(live.slot))
  }

  /// When to wake a room of which a checkpoint is overdue that is not to be tried before `retryAt`.
  ///
  /// The room asks for it all the time, and behind that what else it waits for is not to be seen:
  /// fan-outs have to wait 10 ms anyway when much comes.
  static func wake(_ next: UInt64, besideRetryAt retryAt: UInt64, now: UInt64) -> UInt64 {
    min(retryAt, max(next, now + 10_000_000))
  }

  func noteIfEmpty(_ live: LiveRoom) {
    guard let room = live.room, room.isEmpty else { return }
    if live.emptySince == nil { live.emptySince = context.nowNS }
    touch(live)
  }

  /// Saves an empty room, then lets it go. Whoever comes meanwhile stops this.
  func closeIfIdle(_ live: LiveRoom) {
    guard let room = live.room, room.isEmpty, let since = live.emptySince,
      isStopping || context.nowNS >= since + Self.lingerNanoseconds, !live.isCheckpointing,
      context.nowNS >= live.retryAt
    else { return }
    if room.needsCheckpoint {
      live.phase = .draining
      checkpoint(live)
    } else {
      discard(live)
    }
  }

  /// Closes the saved room that has been empty for longest; false if there is none.
  private func closeIdleRoom() -> Bool {
    var longest: LiveRoom?
    for live in rooms.values {
      guard let since = live.emptySince, since < longest?.emptySince ?? .max,
        let room = live.room, room.isEmpty, !room.needsCheckpoint, !live.isCheckpointing
      else { continue }
      longest = live
    }
    guard let longest else { return false }
    discard(longest)
    return true
  }

  func discard(_ live: LiveRoom) {
    live.phase = .closed
    if let room = live.room, !room.settled.isEmpty { settled[live.id] = room.settled }
    let bytes = live.room?.memoryByteCount ?? 0
    live.people = [:]
    list(live)
    live.room = nil
    account(live)
    noteDelay(of: live)
    hub.store.noteFreed(bytes)
    if let timer = live.wakeTimer { context.cancel(timer) }
    rooms[live.id] = nil
    roomSlots[live.slot] = nil
    hub.census.closeRoom()
    unsynced.remove(live.id)
    finishStopIfDone()
  }
}

extension Refusal {
  /// How the refusal is told at the door.
  var httpError: HTTPError {
    let status =
      switch code {
      case .removed, .notAllowed, .viewer: 403
      case .notHere: 404
      case .badName: 400
      case .memberLimit, .boardLimit: 503
      default: 403
      }
    return HTTPError(status: status, reason: reason)
  }
}

extension Result where Success == StoredRoom, Failure == StorageError {
  /// The decoded contents, with a Yjs client id of the hub's own that nobody has written under.
  func contents() -> Result<RoomContents, RoomLoadError> {
    switch self {
    case .success(let stored):
      do throws(RoomLoadError) {
        while true {
          let hubClient = ClientID(UInt32.random(in: 1...UInt32.max))
          let contents = try RoomContents(decoding: stored, hubClient: hubClient)
          if !contents.isHubClientTaken { return .success(contents) }
        }
      } catch { return .failure(error) }
    case .failure(let error):
      return .failure(RoomLoadError(what: "storage", reason: "\(error)"))
    }
  }
}
