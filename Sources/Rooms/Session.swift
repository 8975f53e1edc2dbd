internal import CRDT

/// One connection in a room.
final class Session {
  let id: SessionID
  let visitor: Visitor
  let dialect: Dialect
  /// A stock session has exactly one; ours a handful at most, so a list is searched fastest.
  private(set) var memberships: [Membership] = []

  init(id: SessionID, visitor: Visitor, dialect: Dialect) {
    self.id = id
    self.visitor = visitor
    self.dialect = dialect
  }

  /// Hears the control channel; a stock session never does.
  var hearsControl: Bool { dialect == .jamboree }

  /// The stay on the board of this name; without a name, on the one board of a stock session.
  func membership(_ board: String?) -> Membership? {
    guard let board else { return memberships.first }
    return memberships.first { $0.board.name == board }
  }

  func follow(_ board: BoardState) {
    memberships.append(Membership(board))
    board.audience.insert(id, dialect)
    board.followers += 1
  }

  func leave(_ membership: Membership) {
    membership.board.audience.remove(id)
    membership.board.presence.remove(session: id)
    membership.board.followers -= 1
    membership.board.lacking[id] = nil
    memberships.removeAll { $0 === membership }
  }
}

/// How often a session's edits were taken back: past 20 times a minute it is refused and read-only.
///
/// Somebody who types or drags sends dozens of updates a second, so what comes within a second
/// counts as one time.
struct TakeBackCount {
  static let most = 20
  /// Nanoseconds in which so many are allowed.
  static let interval: Int64 = 60_000_000_000
  static let once: Int64 = 1_000_000_000

  private var since: Int64 = .min / 2
  private var last: Int64 = .min / 2
  private var count = 0

  mutating func mayHaveOneMore(now: Int64) -> Bool {
    if now - since >= Self.interval { (since, count) = (now, 0) }
    if now - last >= Self.once || count == 0 {
      last = now
      count += 1
    }
    return count <= Self.most
  }
}

/// What taking back one person's edits has cost the log lately: past 4 MiB a minute the next ones
/// are refused.
struct RestoredBytes {
  static let most = 4 << 20

  private var since: Int64 = .min / 2
  private var bytes = 0

  mutating func mayBeMore(now: Int64) -> Bool {
    if now - since >= TakeBackCount.interval { (since, bytes) = (now, 0) }
    return bytes < Self.most
  }

  mutating func add(_ more: Int) { bytes += more }
}

/// A session's stay on one board.
final class Membership {
  let board: BoardState
  /// Yjs client ids that were written with here, live.
  var clients: Set<ClientID> = []
  /// The document's own client id: the first that awareness announced. Others may follow: tabs of
  /// one browser pass on each other's states.
  var ownClient: ClientID?
  /// A step 2 of this session was taken whole.
  var wasWhole = false
  /// Ids that nobody is bound to, and whose structs came with a step 2 of this session; a few.
  var brought: Set<ClientID> = []
  var ledger = SaveLedger()
  /// This session's document holds something refused: read-only until it comes with a fresh one.
  var isPoisoned = false
  /// What was taken back of it lately.
  var takeBacks = TakeBackCount()
  /// The last refusal that the client was told of, so that a stream of edits is not answered one
  /// by one.
  var told: (refusal: Refusal, at: Int64)?
  /// When step 1 was last sent to ask for something missing.
  var askedAt: Int64 = .min / 2
  /// When to ask once more: something was missing again meanwhile, or was refused for now. `.max`:
  /// when the room is open again.
  var asksAgainAt: Int64?
  /// How often in a row its step 2 was cut off.
  var cuts: Int64 = 0
  /// A step 2 of it was put off until the end of a freeze.
  var wasHeld = false
  /// Set while the reader's queue is dropped: it has everything through this sequence number.
  var behindSince: UInt64?
  /// Presence was left out for a reader that lags.
  var missedPresence = false

  init(_ board: BoardState) { self.board = board }
}
