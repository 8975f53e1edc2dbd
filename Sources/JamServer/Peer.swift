internal import Reactor
internal import Rooms
internal import Storage
internal import WebSocket

/// What the hub keeps for one connection: the owner that hangs on the reactor's `Connection`.
///
/// Small on purpose: thousands of idle sockets are the normal case at a jam.
final class Peer {
  enum Phase {
    /// Nothing but a request head may come.
    case awaitingHead
    /// The head was good; the room is being read from disk.
    case awaitingRoom
    /// A WebSocket in a room.
    case open
    /// Answered or closed: what still comes is of no interest.
    case done
  }

  var phase = Phase.awaitingHead
  var reader: MessageReader?
  var live: LiveRoom?
  var dialect = Dialect.stock
  /// When something came last, in nanoseconds.
  /// The token's last moment, in seconds since 1970.
  var expiresAt: Int64?
  var heardAt: UInt64
  var isPinged = false
  /// Counted in the census, and to be taken out of it at the end.
  var isCounted = false
  var lag = Lag()

  init(now: UInt64) { heardAt = now }
}

/// What is known of a reader that is slower than its room (DESIGN "A slow reader is bounded").
struct Lag {
  /// The reader has everything of its room through this sequence number, whatever is queued.
  var deliveredThrough: UInt64 = 0
  /// Queued bytes of sync answers: exempt from the limit, because dropping them would only lead to
  /// sending them again.
  var exemptBytes = 0
  /// Frames of the queue that must arrive even if the queue is dropped (answers to commands,
  /// refusals).
  var important: [[UInt8]] = []
  /// A step 1 that came while the answer to the one before was still queued.
  var deferredStep1: (board: String?, stateVector: [UInt8])?

  var importantBytes: Int { important.reduce(0) { $0 + $1.count } }
}

/// A checked upgrade request on its way to the room's home shard.
struct Arrival: Sendable {
  var room: RoomID
  var board: String
  var visitor: Visitor
  var dialect: Dialect
  /// The 101 response, sent once the room has let the visitor in.
  var response: [UInt8]
  /// The token's last moment, in seconds since 1970.
  var expiresAt: Int64?
}
