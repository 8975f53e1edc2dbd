internal import Lib0
internal import SyncProtocol
internal import WebSocket

/// The frames of big sync answers and of everybody's presence, so that all who join a board at the
/// same time wait for the same bytes: a hundred copies of ten megabytes would be a gigabyte.
///
/// The room hands out one array for all of them (`Room.shares`); this notices that it is the same
/// one and does not copy it into another frame. Answers that only one client can use are not kept:
/// that would only hold memory, and drive out what is shared.
struct SharedFrames {
  /// A smaller message is not worth remembering.
  static let smallest = 16 << 10
  /// Nanoseconds after which a frame is made anew; the room's own answer lives as long.
  static let lifetime: UInt64 = 1_000_000_000
  /// Two dialects, and boards that are joined in turn.
  static let count = 4

  private struct Entry {
    /// Held, so that no other array can come to lie at its address.
    var payload: [UInt8]
    var board: String?
    var frame: [UInt8]
    var made: UInt64
  }
  private var entries: [Entry] = []

  /// The frame that carries `message`.
  ///
  /// - Parameters:
  ///   - board: nil for a stock client.
  ///   - isShared: Others get the same array.
  mutating func frame(
    of message: ServerMessage, board: String?, isShared: Bool, now: UInt64
  ) -> [UInt8] {
    guard isShared, let payload = message.sharedPayload, payload.count >= Self.smallest else {
      return FrameWriter.binary(message.encoded(board: board))
    }
    if let known = entries.first(where: {
      $0.board == board && $0.payload.isIdentical(to: payload)
    }) {
      return known.frame
    }
    let frame = FrameWriter.binary(message.encoded(board: board))
    if entries.count == Self.count { entries.removeFirst() }
    entries.append(Entry(payload: payload, board: board, frame: frame, made: now))
    return frame
  }

  /// When the next frame is old; nil where none is kept.
  var nextForget: UInt64? { entries.first.map { $0.made + Self.lifetime } }

  /// Lets go of what is old, and returns how many bytes of frames that was.
  @discardableResult
  mutating func forget(now: UInt64) -> Int {
    var bytes = 0
    while let oldest = entries.first, now >= oldest.made + Self.lifetime {
      bytes += oldest.frame.count
      entries.removeFirst()
    }
    return bytes
  }
}

extension ServerMessage {
  /// What several may get of the same room.
  fileprivate var sharedPayload: [UInt8]? {
    switch self {
    case .syncStep2(let update): update
    case .awareness(let presence): presence
    default: nil
    }
  }
}
