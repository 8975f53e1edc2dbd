/// Whether the message that has begun and not ended gets on.
///
/// What has come of it waits in memory, and whoever sends the rest of it never could hold that for
/// as long as the connection answers pings. A slow link is fine: 16 MiB at 20 KB/s take a quarter
/// of an hour and are never behind.
///
/// - Unit: bytes, frame headers included; nanoseconds of a clock that never jumps.
public struct MessageProgress: Sendable {
  /// A stretch to judge by is at least so long …
  public static let stretch: UInt64 = 60_000_000_000
  /// … and brings on average no less than this.
  public static let bytesPerSecond = 4 << 10

  private struct Stretch {
    var start: UInt64
    var bytesBefore: Int
  }

  /// What has come of the message.
  private var bytes = 0
  /// Nil where no message is under way.
  private var current: Stretch?

  public init() {}

  /// A message has come to its end; what is under way now is another one.
  public mutating func ended() { self = MessageProgress() }

  /// So much of a message is there; 0 where none is under way.
  public mutating func reached(_ count: Int, now: UInt64) {
    guard count > 0 else { return ended() }
    bytes = count
    if current == nil { current = Stretch(start: now, bytesBefore: 0) }
  }

  /// It was not read from for a while: what it brings counts anew.
  public mutating func goesOn(now: UInt64) {
    if current != nil { current = Stretch(start: now, bytesBefore: bytes) }
  }

  /// Whether too little has come in the stretch that is over now. To be asked every now and then.
  public mutating func isTooSlow(now: UInt64) -> Bool {
    guard let stretch = current, now >= stretch.start + Self.stretch else { return false }
    current = Stretch(start: now, bytesBefore: bytes)
    let seconds = Int((now - stretch.start) / 1_000_000_000)
    return bytes - stretch.bytesBefore < seconds * Self.bytesPerSecond
  }
}
