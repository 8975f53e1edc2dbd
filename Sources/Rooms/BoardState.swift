internal import CRDT
internal import Lib0
internal import SyncProtocol

/// One board of a live room: its document, what waits to be sent, and what late joiners get.
///
/// ```
/// base (encoded document at sequence 40) | tail: updates 41 … 57 | outgoing: 56, 57
/// ```
/// - A late joiner gets `base` and the merged `tail`: encoding a big document once serves all who
///   join within a second.
/// - A reader that fell behind at sequence 50 gets 51 … 57 merged.
/// - `outgoing` leaves as one merged update at the end of the turn or of the window.
///
/// A class, and never copied: a copy of a document shares its arrays, and the next edit would pay
/// for copying them.
final class BoardState {
  /// Bytes of updates that are kept behind the base.
  static let tailLimit = 1 << 20
  /// Updates that are kept behind the base.
  static let tailCount = 4_096
  /// Nanoseconds that an encoded base is good for while edits go on.
  static let baseLifetime: Int64 = 1_000_000_000
  /// Bytes from which an answer to a step 1 counts as big …
  static let bigAnswer = 64 << 10
  /// … and bytes of such answers in the lifetime of a base, until all get the base.
  static let ownAnswersLimit = 8 << 20
  /// Nanoseconds that one write to one reader takes: what makes a fan-out long (measured on
  /// loopback; nearly all of it in the kernel).
  static let writeCost: Int64 = 9_000
  /// Nanoseconds between two fan-outs while many updates come.
  static let busyWindow: Int64 = 10_000_000
  static let longestWindow: Int64 = 50_000_000
  /// Updates in one fan-out from which a board counts as busy.
  static let busyCount = 5

  let name: String
  /// Who opened it first; nil where nobody knows.
  var creator: String?
  var epoch: UInt64
  var doc: Doc
  /// What builds on content that was lost on disk, until somebody brings that.
  var waiting: Update?
  /// Room sequence number of the last record that changed this board.
  var sequence: UInt64
  /// The one that its snapshot on disk covers.
  var checkpointed: UInt64

  /// Who gets what is fanned out: those who lag are left out meanwhile.
  var audience = Audience()
  /// Sessions on this board, those who lag too.
  var followers = 0
  var presence = Presence()
  var refused = RefusedHistory()
  /// Whose step 2 was cut off, and what it would have needed.
  var lacking: [SessionID: StateVector] = [:]

  private var base: (bytes: [UInt8], sequence: UInt64, encoded: Int64)?
  private var tail: [(sequence: UInt64, update: Update)] = []
  private var tailStart: UInt64
  private var tailBytes = 0

  /// Big answers that no two share, since that time.
  private var ownAnswers: (since: Int64, bytes: Int) = (.min / 2, 0)

  private var outgoing: [Update] = []
  /// Sequence number of the first of them.
  private var outgoingFrom: UInt64 = 0
  private var lastFanOut: Int64 = .min / 2
  private var lastCount = 0

  init(
    name: String, creator: String? = nil, epoch: UInt64, doc: Doc, sequence: UInt64,
    checkpointed: UInt64
  ) {
    self.name = name
    self.creator = creator
    self.epoch = epoch
    self.doc = doc
    self.sequence = sequence
    self.checkpointed = checkpointed
    tailStart = sequence
  }

  /// A board that nobody has written to.
  static func empty(
    _ name: String, _ hubClient: ClientID, by creator: String? = nil
  ) -> BoardState {
    BoardState(
      name: name, creator: creator, epoch: 1, doc: .ofPeers(hubClient), sequence: 0,
      checkpointed: 0)
  }

  // MARK: sending

  /// An update was applied at `sequence`; `bytes` is its encoded size.
  func enqueue(_ update: Update, bytes: Int, at sequence: UInt64) {
    self.sequence = sequence
    if outgoing.isEmpty { outgoingFrom = sequence }
    outgoing.append(update)
    tail.append((sequence, update))
    tailBytes += bytes
    if tailBytes > Self.tailLimit || tail.count > Self.tailCount { forgetTail() }
  }

  private func forgetTail() {
    tail.removeAll()
    tailBytes = 0
    tailStart = sequence
    base = nil
  }

  var hasOutgoing: Bool { !outgoing.isEmpty }

  /// Everything through here has been handed out; `.max` if nothing waits.
  var fannedOutThrough: UInt64 { outgoing.isEmpty ? .max : outgoingFrom - 1 }

  /// When what waits may leave.
  ///
  /// As long as little comes, fan-outs may take a quarter of the time, so a lone editor's update
  /// and those of a room of ten leave at once. Once a fan-out merged several updates, one leaves
  /// each 10 ms (or as long as it takes), so the number of writes follows time and not traffic.
  var fanOutDue: Int64 {
    let cost = Int64(audience.count) * Self.writeCost
    let window = lastCount >= Self.busyCount ? max(Self.busyWindow, cost) : 4 * cost
    return lastFanOut + min(window, Self.longestWindow)
  }

  /// What waits, as one update.
  func takeOutgoing(now: Int64) -> [UInt8]? {
    guard !outgoing.isEmpty else { return nil }
    lastFanOut = now
    lastCount = outgoing.count
    defer { outgoing.removeAll(keepingCapacity: outgoing.count < 256) }
    return Update.merging(outgoing).encodedV1()
  }

  // MARK: catching up

  /// What a client with `stateVector` lacks, as messages: a step 2, and for a newcomer with nothing
  /// the cached base with the tail behind it.
  ///
  /// When many who know a little ask for a lot, they get what newcomers get: bytes that all of them
  /// wait for together, where an answer each would fill the memory.
  func answer(to stateVector: StateVector, now: Int64) -> [ServerMessage] {
    if !stateVector.isEmpty {
      let difference = doc.integratedStateAsUpdate(since: stateVector)
      if isAffordable(difference.count, now: now) { return [.syncStep2(update: difference)] }
    }
    let cached = freshBase(now: now)
    if tail.isEmpty { return [.syncStep2(update: cached)] }
    return [.syncStep2(update: cached), .update(mergedTail(after: tailStart))]
  }

  /// Whether an answer that only one client can use may be this big.
  private func isAffordable(_ bytes: Int, now: Int64) -> Bool {
    guard bytes >= Self.bigAnswer else { return true }
    if now - ownAnswers.since >= Self.baseLifetime { ownAnswers = (since: now, bytes: 0) }
    ownAnswers.bytes += bytes
    return ownAnswers.bytes <= Self.ownAnswersLimit
  }

  private func freshBase(now: Int64) -> [UInt8] {
    if let base {
      let isCurrent = base.sequence == sequence
      if isCurrent || now - base.encoded < Self.baseLifetime { return base.bytes }
    }
    let bytes = doc.integratedStateAsUpdate()
    forgetTail()
    base = (bytes, sequence, now)
    return bytes
  }

  /// Whether `update` is what all newcomers get.
  func isBase(_ update: [UInt8]) -> Bool { base?.bytes.isIdentical(to: update) ?? false }

  private func mergedTail(after sequence: UInt64) -> [UInt8] {
    Update.merging(tail.filter { $0.sequence > sequence }.map(\.update)).encodedV1()
  }

  /// What a reader lacks that has everything through `sequence`: the merged updates since, or what
  /// a newcomer gets where those are no longer kept.
  func catchUp(after sequence: UInt64, now: Int64) -> [ServerMessage] {
    if sequence >= self.sequence { return [] }
    if sequence >= tailStart { return [.update(mergedTail(after: sequence))] }
    return answer(to: StateVector(), now: now)
  }
}

extension Doc {
  /// An empty document for what peers send.
  static func ofPeers(_ hubClient: ClientID) -> Doc {
    Doc(clientID: hubClient, hashSeed: .random(in: .min ... .max))
  }
}
