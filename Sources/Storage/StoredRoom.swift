/// A room as the disk has it: the newest good snapshots, and the records that not all of them hold.
///
/// To open a room: load each board from its update, then go through `tail` in order. A crash
/// within a checkpoint leaves boards that are ahead of `meta`: their records come all the same,
/// because `meta` needs them. So an update is applied to its document only if its sequence is
/// above that of the document's snapshot. A tail that is not empty asks for a checkpoint: until
/// then the log keeps the segments that it came from.
public struct StoredRoom: Sendable {
  public struct Snapshot: Equatable, Sendable {
    public var epoch: UInt64
    /// The room's sequence up to which the snapshot holds everything that concerns it.
    public var sequence: UInt64
    /// One Yjs update (v1).
    public var update: [UInt8]
  }

  public var room: RoomID
  public var boards: [String: Snapshot] = [:]
  public var stage: Snapshot?
  /// What `Checkpoint.meta` held last; `nil` if the room was never checkpointed.
  public var meta: [UInt8]?
  /// The sequence up to which `meta` is the whole truth.
  public var metaSequence: UInt64 = 0
  /// The last sequence that anything on disk has; the next record gets the one after.
  public var lastSequence: UInt64 = 0
  /// Every record above `metaSequence`, and those below that their document's snapshot lacks (it
  /// was damaged, and an older one or none took its place); in order of sequence.
  public var tail: [JournalRecord] = []
  /// Whether a document without a snapshot can be made from `tail` alone: it has every record of
  /// it since the room began.
  public var rebuildsAll = false
  /// Files that could not be used, and sequences that are missing, with what is lost.
  public var damage: [Damage] = []
  /// What the history lacks although `meta` covers it, file by file. The documents have what those
  /// records changed; who wants to see how it came about, or loses a document later, has not.
  public var recordingGaps: [Damage] = []

  public init(room: RoomID) { self.room = room }
}

/// What makes a room's state durable in its own files, so that the log may forget it.
public struct Checkpoint: Sendable {
  /// One document to write. `update` is called on a queue of the store's, once, so the encoding
  /// of a big document stops no shard.
  public struct Snapshot: Sendable {
    public var epoch: UInt64
    /// The room's sequence up to which `update` holds everything that concerns the document.
    public var sequence: UInt64
    public var update: @Sendable () -> [UInt8]

    public init(epoch: UInt64, sequence: UInt64, update: @escaping @Sendable () -> [UInt8]) {
      self.epoch = epoch
      self.sequence = sequence
      self.update = update
    }
  }

  public var room: RoomID
  /// All records since the last checkpoint up to `throughSequence`, in order. Those that the
  /// history has already are left out.
  public var records: [JournalRecord]
  /// The boards that changed since the last checkpoint, by id.
  public var boards: [String: Snapshot]
  /// The stage, if it changed.
  public var stage: Snapshot?
  /// Whatever `Rooms` wants to keep about the room.
  public var meta: [UInt8]
  /// With this checkpoint on disk nobody needs the log for anything up to here.
  public var throughSequence: UInt64

  public init(
    room: RoomID, records: [JournalRecord], boards: [String: Snapshot], stage: Snapshot? = nil,
    meta: [UInt8], throughSequence: UInt64
  ) {
    self.room = room
    self.records = records
    self.boards = boards
    self.stage = stage
    self.meta = meta
    self.throughSequence = throughSequence
  }
}
