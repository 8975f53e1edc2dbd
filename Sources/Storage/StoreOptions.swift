/// How a store works.
///
/// The defaults: a record is saved within 40 ms and the time of one sync, at most 64 MiB of log
/// are to be read at a start, and a full disk costs at most 64 MiB of memory a shard.
public struct StoreOptions: Sendable {
  /// A group commit waits this long after the first unsaved record …
  public var gatherMilliseconds = 40
  /// … or until this many bytes wait.
  public var gatherBytes = 64 << 10
  /// A log segment is followed by the next one from this size on.
  public var segmentBytes = 8 << 20
  /// Sealed segments of one shard above this ask for checkpoints. With the segment in use and the
  /// time that checkpoints take the tail stays below 64 MiB.
  public var sealedBytesLimit = 32 << 20
  /// Bytes of records in memory. Above, `append` writes them, and refuses if the disk takes none.
  public var pendingBytesLimit = 64 << 20
  /// A disk that took no more is tried again after this time.
  public var retryMilliseconds = 1000
  /// A history file is followed by the next one from this size on.
  public var historyFileBytes = 8 << 20
  /// Plain bytes of one snapshot; a file that claims more is not opened.
  public var snapshotBytesLimit = 1 << 30
  /// zlib's level for snapshots and history, 1 to 9. 4 takes a third of the time of 6 on drawings
  /// and text, for 5 % more bytes.
  public var compressionLevel = 4

  /// Which documents a room has, by what its `Checkpoint.meta` says: boards, and "" for the stage.
  /// Only this tells a document whose files are gone from one that never was.
  public var documents: @Sendable (_ meta: [UInt8]) -> [String] = { _ in [] }

  /// Makes disk operations fail, in tests.
  var fault: DiskFault?

  public init() {}
}
