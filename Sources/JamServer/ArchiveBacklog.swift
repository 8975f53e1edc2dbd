/// What the rooms of a shard keep in memory until it is in their files.
///
/// Records stay in memory until a checkpoint has them in the history: nobody reads the log while
/// the hub runs. Sockets bring more in a second than is compressed and synced in one, so whoever
/// fills a room faster is read from more slowly. Only as long as that helps: where checkpoints
/// fail, or none comes to its end, editing goes on in memory up to another limit.
///
/// - Unit: bytes of records, and nanoseconds.
struct ArchiveBacklog {
  /// All rooms together, above which those that have most of it are held back …
  static let bound = 32 << 20
  /// … and above which everybody is who writes.
  static let hardBound = 64 << 20
  /// One room whose checkpoints fail or hang; above, its edits are refused.
  static let roomLimit = 128 << 20
  /// All of them together; above, the edits of each are refused.
  static let totalLimit = 256 << 20
  /// No checkpoint ended well for so long: nobody is held back until the next does.
  static let patience: UInt64 = 5_000_000_000
  static let lookAgainMilliseconds = 25

  private(set) var bytes = 0
  private var underWay = 0
  /// When one ended well, or the first of those under way began.
  private var progressAt: UInt64 = 0
  private var toldAt: UInt64?

  var isOver: Bool { bytes > Self.bound }

  /// A room keeps so much, after `before`.
  mutating func changed(from before: Int, to now: Int) { bytes += now - before }

  mutating func began(now: UInt64) {
    if underWay == 0 { progressAt = now }
    underWay += 1
  }

  mutating func ended(succeeded: Bool, now: UInt64) {
    underWay -= 1
    if succeeded { progressAt = now }
  }

  /// Whether a room that keeps `part` is one of those to write first: no less than the average.
  func isLarge(_ part: Int, of rooms: Int) -> Bool { part > 0 && part >= bytes / max(rooms, 1) }

  /// Whether who fills a room that keeps `part` is to be held back.
  func holdsBack(_ part: Int, of rooms: Int) -> Bool {
    bytes > Self.hardBound || (isOver && isLarge(part, of: rooms))
  }

  /// Whether it helps to wait on. Asked anew for every message: once a checkpoint hangs, each waits
  /// for one look only.
  func isWorthWaiting(now: UInt64) -> Bool { underWay > 0 && !isHanging(now: now) }

  /// Whether a checkpoint is under way that does not end.
  func isHanging(now: UInt64) -> Bool { underWay > 0 && now >= progressAt + Self.patience }

  /// Whether a room that keeps `part` keeps all that it may.
  ///
  /// - Parameter failing: What all rooms of the hub keep whose checkpoints fail; nil if this is no
  ///   such room.
  func isOverfull(_ part: Int, failing: Int?, now: UInt64) -> Bool {
    let total = failing ?? (isHanging(now: now) ? bytes : 0)
    return total > Self.totalLimit || (part > Self.roomLimit && (failing != nil || total > 0))
  }

  /// Whether to tell that somebody is held back: at most every ten seconds.
  mutating func takeNews(now: UInt64) -> Bool {
    if let toldAt, now < toldAt + 10_000_000_000 { return false }
    toldAt = now
    return true
  }
}
