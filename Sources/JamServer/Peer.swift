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
    /// The head of a request to the API was good; its body has not come whole.
    case awaitingBody
    /// The API was asked; what still comes is of no interest.
    case awaitingAnswer
    /// The head was good; the room is being read from disk.
    case awaitingRoom
    /// A WebSocket in a room.
    case open
    /// Answered or closed: what still comes is of no interest.
    case done
  }

  var phase = Phase.awaitingHead
  /// What the body that is awaited belongs to.
  var request: PendingRequest?
  var reader: MessageReader?
  /// How the message gets on that has not come whole.
  var progress = MessageProgress()
  var live: LiveRoom?
  var dialect = Dialect.stock
  /// The token's last moment, in seconds since 1970.
  var expiresAt: Int64?
  /// When something came last, in nanoseconds.
  var heardAt: UInt64
  var lifeTimer: TimingWheel.TimerID?
  var share = FairShare()
  /// What all sessions of this subject here have together, once it is in a room.
  var subjectShare: SubjectShare?
  /// Has used up its share and is not read from until its time has come.
  var isWaiting = false
  /// Waits because it fills its room faster than that is archived.
  var isHeldBack = false
  var isPinged = false
  /// Is about to be cut off, because answers that it does not read became too many.
  var isGivenUp = false
  /// What the kernel had taken for this peer at the last look.
  var sentBytes: UInt64 = 0
  /// The newest ping that came while much was queued: answered when that has left.
  var deferredPing: [UInt8]?
  /// Counted in the census, and to be taken out of it at the end.
  var isCounted = false
  /// The request was HEAD: the answer has no body.
  var wantsHeadOnly = false
  var lag = Lag()

  init(now: UInt64) { heardAt = now }

  /// Charges the session and its subject; returns how long to stop reading, or nil.
  func charge(_ work: Work) -> UInt64? {
    let own = share.charge(work)
    guard let all = subjectShare?.charge(work) else { return own }
    return max(own ?? 0, all)
  }

}

/// What is known of a reader whose queue is not empty.
struct Lag {
  /// When the queue was last empty the reader had everything of its room through here. Sync answers
  /// and catch-ups are never dropped, so this only errs towards sending something twice.
  var deliveredThrough: UInt64 = 0
  /// Boards whose sync answer may still be queued.
  var answered: Set<String> = []
  /// Bytes of them.
  var answeredBytes = 0
  /// A step 1 that came meanwhile and waits for the queue to empty. As long as there is one nothing
  /// more is read.
  var deferred: (board: String?, stateVector: [UInt8])?
  /// Bytes of answers to commands, refusals and the like since the queue was last empty.
  var importantBytes = 0
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
  /// How many other shards were asked to make place for its room.
  var shardsAsked = 0
}
