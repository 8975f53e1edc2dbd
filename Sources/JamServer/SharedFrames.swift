internal import SyncProtocol
internal import WebSocket

/// The frames of big sync answers, so that all who join a board at the same time wait for the same
/// bytes: a hundred copies of a board of ten megabytes would be a gigabyte.
///
/// The room hands out one array for everybody who joins within a second; this notices that it is
/// the same one and does not copy it into another frame.
struct SharedFrames {
  /// A smaller message is not worth remembering.
  static let smallest = 16 << 10
  /// Nanoseconds after which a frame is made anew; the room's own answer lives as long.
  static let lifetime: UInt64 = 1_000_000_000
  /// Two dialects, and boards that are joined in turn.
  static let count = 4

  private struct Entry {
    /// Held, so that no other array can come to lie at its address.
    var update: [UInt8]
    var board: String?
    var frame: [UInt8]
    var made: UInt64
  }
  private var entries: [Entry] = []

  /// The frame that carries `message`.
  ///
  /// - Parameter board: nil for a stock client.
  mutating func frame(of message: ServerMessage, board: String?, now: UInt64) -> [UInt8] {
    guard case .syncStep2(let update) = message, update.count >= Self.smallest else {
      return FrameWriter.binary(message.encoded(board: board))
    }
    if let known = entries.first(where: { $0.board == board && $0.update.isSame(as: update) }) {
      return known.frame
    }
    let frame = FrameWriter.binary(message.encoded(board: board))
    if entries.count == Self.count { entries.removeFirst() }
    entries.append(Entry(update: update, board: board, frame: frame, made: now))
    return frame
  }

  /// Lets go of what is old.
  mutating func forget(now: UInt64) {
    if entries.isEmpty { return }
    entries.removeAll { now >= $0.made + Self.lifetime }
  }
}

extension [UInt8] {
  /// Whether both are the same bytes in memory, not only equal ones.
  fileprivate func isSame(as other: [UInt8]) -> Bool {
    unsafe withUnsafeBufferPointer { mine in
      unsafe other.withUnsafeBufferPointer { theirs in
        unsafe mine.baseAddress == theirs.baseAddress && mine.count == theirs.count
      }
    }
  }
}
