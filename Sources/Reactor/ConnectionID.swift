/// Names one connection of one shard for as long as it is open.
///
/// ```
/// 63        52 51                28 27                      0
/// |  shard   |        slot         |       generation       |
/// ```
/// Slots are used again, generations count up, so an id that was kept too long finds nothing
/// instead of finding a stranger.
///
/// - Limits: 4,094 shards, 16 million open connections a shard; a generation comes back after
///   268 million connections.
public struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
  /// The three parts in one word; epoll carries it.
  public let rawValue: UInt64

  static let shardMax = 4_094
  static let slotMax = 1 << 24 - 1
  static let generationMask: UInt64 = 1 << 28 - 1

  /// An id that went through something that keeps 64 bits, such as a timer's token.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  init(shard: Int, slot: Int, generation: UInt64) {
    rawValue =
      UInt64(shard) << 52 | UInt64(slot) << 28 | generation & Self.generationMask
  }

  /// Index of the shard that owns the connection.
  public var shard: Int { Int(rawValue >> 52) }
  var slot: Int { Int(rawValue >> 28 & 0xff_ffff) }

  public var description: String {
    "\(shard)/\(slot)/\(rawValue & Self.generationMask)"
  }
}
