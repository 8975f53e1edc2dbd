/// Who stands behind a connection, as its token says.
public struct Visitor: Equatable, Sendable {
  /// The token's subject: the same person or bot on every device and after every reconnect.
  public var subject: String
  /// The name that others see.
  public var name: String
  public var role: Role
  /// Performs a recorded session: writes in review rooms, where nobody else does, and there under
  /// everybody's Yjs client ids. It comes into no other room.
  public var replays: Bool

  public init(subject: String, name: String, role: Role, replays: Bool = false) {
    self.subject = subject
    self.name = name
    self.role = role
    self.replays = replays
  }
}

/// One connection's stay in a room. The host gives out the numbers and never gives one out twice.
public struct SessionID: Hashable, Comparable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a session's client understands.
public enum Dialect: Equatable, Sendable {
  /// y-websocket's messages, one board a socket.
  case stock
  /// `jamboree.v1`: several boards, acknowledgements, the control channel.
  case jamboree
}

/// A moment on both clocks: one to measure with, one to write down.
public struct Moment: Equatable, Sendable {
  /// Monotonic, in nanoseconds.
  public var monotonic: Int64
  /// Wall clock, in microseconds since 1970.
  public var wall: Int64

  public init(monotonic: Int64, wall: Int64) {
    self.monotonic = monotonic
    self.wall = wall
  }
}
