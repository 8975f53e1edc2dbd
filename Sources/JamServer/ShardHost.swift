internal import HTTP
internal import Logging
internal import Reactor
internal import Rooms
internal import Storage
internal import SyncProtocol
internal import WebSocket

/// One shard's part of the hub: its sockets, the rooms that live here, its log.
///
/// The order of a turn is the promise of the hub: messages are applied and recorded, the records
/// are written to the log, and only then do the frames that show them leave.
///
/// - Isolation: everything here runs on the shard's queue.
final class ShardHost: ShardHandler {
  let context: ShardContext
  let hub: HubParts
  let journal: Journal
  let logger: Logger
  /// All shards, to find a room's home.
  private(set) var shards: [Shard] = []

  var rooms: [RoomID: LiveRoom] = [:]
  /// By timer token; freed slots are used again.
  var roomSlots: [LiveRoom?] = []
  var touched: [LiveRoom] = []
  /// Rooms with something in the log that is not synced yet.
  var unsynced: Set<RoomID> = []
  /// After an unclean end, per room that was closed again: what came back since.
  var settled: [RoomID: SettledClients] = [:]
  var effects: [Effect] = []
  /// What each subject has used of this shard's time.
  var subjectShares = SubjectShares()
  /// What the messages at hand cost.
  var meter = CostMeter()
  /// Why nothing can be saved here, if so.
  var savingTrouble: String? { didSet { noteTrouble() } }
  /// Rooms that keep all they may, because their files cannot be written, and what is to be said.
  var roomTroubles: [RoomID: String] = [:] { didSet { noteTrouble() } }
  /// Rooms that are not saved as they should be, although edits are taken: for `/healthz`.
  var roomDelays: [RoomID: String] = [:] { didSet { noteTrouble() } }
  /// What all rooms keep in memory until it is in their files.
  var backlog = ArchiveBacklog()
  /// The log took no more records; memory is what they are in.
  var isBacklogFull = false
  var isStopping = false
  /// Called once when the last room is saved after `stop`.
  var stopped: (@Sendable ([RoomID: SettledClients]) -> Void)?
  /// Upgrades refused and updates refused are logged at most this often.
  var logBudget = LogBudget()

  init(context: ShardContext, hub: HubParts, journal: Journal) {
    self.context = context
    self.hub = hub
    self.journal = journal
    logger = hub.logger
    settled = hub.settled
  }

  /// Called once, before the hub listens.
  func start(_ shards: [Shard]) {
    self.shards = shards
    watchJournal()
  }

  /// The moment of this turn.
  var now: Moment { Moment(monotonic: Int64(context.nowNS), wall: wallClockMicroseconds()) }

  private func noteTrouble() {
    let trouble =
      savingTrouble ?? roomTroubles.min { $0.key < $1.key }?.value
      ?? roomDelays.min { $0.key < $1.key }?.value
    hub.census.note(trouble: trouble, ofShard: context.index)
  }

  // MARK: connections

  func opened(_ connection: Connection) {
    let peer = Peer(now: context.nowNS)
    connection.owner = peer
    if let reason = hub.census.admit(connection.peerAddress, hub.config.limits) {
      respond(
        .json(status: 503, error: "busy", reason: reason), on: connection, peer,
        to: Knock(reason: reason))
      return
    }
    peer.isCounted = true
    peer.lifeTimer = context.schedule(
      afterMS: hub.config.limits.handshakeSeconds * 1_000, token: connection.id.rawValue)
  }

  func received(_ bytes: inout MutableSpan<UInt8>, on connection: Connection) -> Int {
    guard let peer = connection.owner as? Peer else { return bytes.count }
    peer.heardAt = context.nowNS
    switch peer.phase {
    case .awaitingHead: return receiveHead(bytes.span, on: connection, peer)
    case .awaitingBody: return receiveBody(bytes.span, on: connection, peer)
    case .awaitingRoom: return 0
    case .open: return receiveFrames(&bytes, on: connection, peer)
    case .awaitingAnswer, .done: return bytes.count
    }
  }

  func adopted(_ connection: Connection, carrying: (any Sendable)?) {
    guard let arrival = carrying as? Arrival else {
      connection.abort()
      return
    }
    if let peer = connection.owner as? Peer {
      // It stayed on this shard, and so did its timer.
      enter(arrival, on: connection, peer)
      return
    }
    let peer = Peer(now: context.nowNS)
    peer.isCounted = true
    connection.owner = peer
    scheduleLifeCheck(of: connection, peer)
    enter(arrival, on: connection, peer)
  }

  func lost(peerAddress: String, carrying: (any Sendable)?) {
    // Only a connection that the census let in ever moves.
    hub.census.leave(peerAddress)
  }

  func drained(_ connection: Connection) {
    guard let peer = connection.owner as? Peer, let live = peer.live else { return }
    live.stuck.remove(connection.id)
    noteAnswersGone(peer)
    peer.lag.answered = []
    peer.lag.importantBytes = 0
    touch(live)
    live.room?.readerDrained(connection.session, now: now, &effects)
    perform(live)
    answerDeferred(connection, peer)
  }

  func closed(_ connection: Connection, _ cause: CloseCause) {
    guard let peer = connection.owner as? Peer else { return }
    if peer.isCounted { hub.census.leave(connection.peerAddress) }
    leave(peer, connection)
  }

  func ended(_ connection: Connection) {
    // Who asked and has nothing more to say waits for the answer, which closes.
    if let peer = connection.owner as? Peer, peer.phase == .awaitingAnswer { return }
    // A WebSocket that ends without a close frame is over at once (RFC 6455 7.1.1).
    connection.closeAfterFlush(deadlineMS: 1_000)
    if let peer = connection.owner as? Peer { leave(peer, connection) }
  }

  /// The session is over although the socket may still flush.
  func leave(_ peer: Peer, _ connection: Connection) {
    guard let live = peer.live else { return }
    peer.live = nil
    peer.phase = .done
    noteAnswersGone(peer)
    peer.subjectShare?.left()
    live.stuck.remove(connection.id)
    noteLeft(live, connection.session)
    live.room?.leave(connection.session)
    touch(live)
    noteIfEmpty(live)
  }

  // MARK: turns and timers

  func turnEnded() {
    guard !touched.isEmpty else { return }
    // The log comes first: a peer never sees an edit that a crash could take back.
    writeJournal()
    let ending = touched
    touched.removeAll(keepingCapacity: true)
    for live in ending {
      live.isTouched = false
      guard live.room != nil else { continue }
      live.room?.endTurn(now: now, &effects)
      perform(live)
      let freed = live.frames.forget(now: context.nowNS)
      if freed > 0 { hub.store.noteFreed(freed) }
      account(live)
      noteDelay(of: live)
      list(live)
      checkpointIfDue(live)
      scheduleWake(live)
    }
    relieve()
  }

  /// In a timer's token beside a connection's id: its session may be read from again.
  static let resumeTokenBit: UInt64 = 1 << 62

  func timerFired(_ token: UInt64) {
    if token == Self.rescueToken {
      rescue()
      return
    }
    if let slot = roomSlot(of: token) {
      wake(slot)
      return
    }
    let isResume = token & Self.resumeTokenBit != 0
    guard
      let connection = context.connection(
        ConnectionID(rawValue: token & ~Self.resumeTokenBit)),
      let peer = connection.owner as? Peer
    else { return }
    if isResume {
      if isStillHeldBack(peer) {
        context.schedule(afterMS: ArchiveBacklog.lookAgainMilliseconds, token: token)
        return
      }
      if peer.phase == .open,
        let pause = peer.subjectShare?.pause(at: monotonicNanoseconds())
      {
        scheduleResume(token, afterMS: Int(pause / 1_000_000))
        return
      }
      peer.isHeldBack = false
      peer.isWaiting = false
      peer.progress.goesOn(now: context.nowNS)
      readOn(connection, peer)
    } else {
      checkLife(of: connection, peer)
    }
  }

  /// Marks a room for the end of the turn.
  func touch(_ live: LiveRoom) {
    guard !live.isTouched else { return }
    live.isTouched = true
    touched.append(live)
  }

  /// The next look at a connection: a ping interval or a minute from now, or when its token ends.
  func scheduleLifeCheck(of connection: Connection, _ peer: Peer) {
    var delay = min(Int64(hub.config.limits.pingSeconds), 60) * 1_000
    if let expiry = peer.expiresAt {
      delay = min(delay, max(expiry - wallClockMicroseconds() / 1_000_000, 0) * 1_000 + 1)
    }
    if let timer = peer.lifeTimer { context.cancel(timer) }
    peer.lifeTimer = context.schedule(afterMS: Int(delay), token: connection.id.rawValue)
  }

  /// Handshake deadline, pings and token expiry: one timer a connection.
  private func checkLife(of connection: Connection, _ peer: Peer) {
    // A turn that was long may have left this call behind, and another one be on its way.
    if let timer = peer.lifeTimer { context.cancel(timer) }
    peer.lifeTimer = nil
    switch peer.phase {
    case .awaitingHead, .awaitingBody:
      let reason = "no complete request in time"
      respond(
        .json(status: 408, error: "timeout", reason: reason), on: connection, peer,
        to: Knock(reason: reason))
    case .awaitingRoom, .awaitingAnswer: scheduleLifeCheck(of: connection, peer)
    case .done: return
    case .open:
      if let expiry = peer.expiresAt, wallClockMicroseconds() / 1_000_000 >= expiry {
        close(connection, peer, code: 4401, reason: "token expired")
        return
      }
      // Not while it is the hub that does not read.
      if !peer.isWaiting, peer.progress.isTooSlow(now: context.nowNS) {
        let reason = "a message under way must bring 4 KiB a second"
        close(connection, peer, code: CloseCode.policyViolation.rawValue, reason: reason)
        return
      }
      noteProgress(of: connection, peer)
      let interval = UInt64(hub.config.limits.pingSeconds) * 1_000_000_000
      let silence = context.nowNS &- min(peer.heardAt, context.nowNS)
      if silence >= 2 * interval, peer.isPinged {
        connection.abort()
        return
      }
      if silence >= interval / 2 {
        connection.send(FrameWriter.ping([]), isDroppable: false)
        peer.isPinged = true
      }
      scheduleLifeCheck(of: connection, peer)
    }
  }

  /// A peer that takes what is queued for it lives, although its pong can only come behind all of
  /// that; and one that is not read from cannot be heard.
  private func noteProgress(of connection: Connection, _ peer: Peer) {
    let isTaking = connection.queuedBytes > 0 && connection.sentBytes != peer.sentBytes
    if isTaking || peer.isWaiting { peer.heardAt = context.nowNS }
    peer.sentBytes = connection.sentBytes
  }
}

extension Connection {
  /// The room's name for this connection.
  var session: SessionID { SessionID(rawValue: id.rawValue) }
}
