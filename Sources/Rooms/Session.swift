internal import CRDT

/// One connection in a room.
struct Session {
  let id: SessionID
  let visitor: Visitor
  let dialect: Dialect
  /// Yjs client ids that this session has written with.
  var clients: Set<ClientID> = []
  /// By board name. A stock session has exactly one.
  var memberships: [String: Membership] = [:]
  /// Wants messages of the control channel only; a stock session never does.
  var hearsControl: Bool { dialect == .jamboree }
}

/// A session's stay on one board.
struct Membership {
  var ledger = SaveLedger()
  /// Set once this session's document holds something refused: read-only until it comes with a
  /// fresh one.
  var isPoisoned = false
  /// The last refusal that the client was told of, so that a stream of edits is not answered one
  /// by one.
  var told: (code: Refusal.Code, at: Int64)?
  /// When step 1 was last sent to ask for something missing.
  var askedAt: Int64 = .min / 2
  /// Something was missing again meanwhile: ask once more when the interval is over.
  var asksAgain = false
  /// Set while the reader's queue is dropped: it has everything through this sequence number.
  var behindSince: UInt64?
  /// Presence was left out for a reader that lags.
  var missedPresence = false
}
