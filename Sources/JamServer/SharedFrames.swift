internal import Lib0
internal import SyncProtocol
internal import WebSocket

/// The frames of big sync answers, so that all who join a board at the same time wait for the same
/// bytes: a hundred copies of a board of ten megabytes would be a gigabyte.
///
/// The room hands out one array for everybody who joins within a second; this notices that it is
/// the same one and does not copy it into another frame. Answers to those who have some of the
/// board are all different: to keep them would only hold memory, and drive out what is shared.
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
  /// - Parameters:
  ///   - board: nil for a stock client.
  ///   - isShared: Others who join now get the same message.
  mutating func frame(
    of message: ServerMessage, board: String?, isShared: Bool = true, now: UInt64
  ) -> [UInt8] {
    guard isShared, case .syncStep2(let update) = message, update.count >= Self.smallest else {
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

  /// Whether who has this much of a board gets what everybody gets who has nothing of it.
  static func isShared(for stateVector: [UInt8]) -> Bool {
    var reader = ByteReader(stateVector.span)
    do throws(DecodingError) {
      for _ in 0..<(try reader.varUInt()) {
        _ = try reader.varUInt()
        // An entry with clock 0 says nothing.
        if try reader.varUInt() > 0 { return false }
      }
      return true
    } catch { return false }
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
