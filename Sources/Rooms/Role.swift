/// What a token lets its holder do in a room.
public enum Role: String, Sendable, CaseIterable {
  case facilitator, participant, viewer, bot

  /// May write to boards.
  public var writes: Bool { self != .viewer }
  /// May send moderating commands.
  public var moderates: Bool { self == .facilitator }
}
