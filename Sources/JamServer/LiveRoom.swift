internal import DequeModule
internal import Reactor
internal import Rooms
internal import Storage

/// A room on its home shard, from the first knock to the last save.
///
/// ```
///            loaded              empty for a while           saved
/// loading ───────────► live ◄──────────────────► draining ─────────► closed
///                            somebody comes
/// ```
/// One state machine on one queue: a joiner meets the room that drains or waits for it to load;
/// there is never a second one under the same id.
final class LiveRoom {
  enum Phase {
    /// Being read; these wait at the door.
    case loading([(ConnectionID, Arrival)])
    case live
    /// Empty, and being saved before it goes.
    case draining
    case closed
  }

  let id: RoomID
  /// The shard's number for it, in timer tokens.
  let slot: Int
  var phase: Phase = .loading([])
  /// Nil while loading.
  var room: Room?
  /// What the log has of this room and the disk may not: log position → sequence number.
  var unsynced: Deque<(position: UInt64, sequence: UInt64)> = []
  var isCheckpointing: Bool { room?.isCheckpointing ?? false }
  /// What the log does not have.
  var gap = LogGap()
  /// Bytes of records that only memory and the log have, at the last look …
  var keptBytes = 0
  /// … and the part of them that the shard's backlog counts.
  var countedBytes = 0
  /// It keeps all it may, and its files cannot be written: edits are refused.
  var isOverfull = false
  var wakeTimer: TimingWheel.TimerID?
  /// After a failed checkpoint: not again before this, in nanoseconds.
  var retryAt: UInt64 = 0
  /// Why the last checkpoint did not succeed.
  var failure = ""
  /// The last checkpoint did not succeed.
  var isFailing: Bool { retryAt > 0 }
  /// On the list of rooms to end the turn for.
  var isTouched = false
  var wakeAt: UInt64 = .max
  var emptySince: UInt64?
  /// Big sync answers that several get.
  var frames = SharedFrames()
  /// How many sessions each subject has in it.
  var people: [String: Int] = [:]
  /// When somebody last wrote something, in seconds since 1970.
  var changed: Int64?
  /// What the list of rooms has of it.
  var listed = RoomIndex.Entry()
  /// Readers whose sockets did not take everything.
  var stuck: Set<ConnectionID> = []

  init(id: RoomID, slot: Int) {
    self.id = id
    self.slot = slot
  }
}
