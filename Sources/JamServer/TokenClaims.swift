public import Rooms
public import Storage

/// What a token is for, where it is for one thing only (Protocol/wire.md §2).
public enum TokenScope: String, Sendable, CaseIterable {
  /// Performs a recorded session in the token's room. For bots, and one room.
  case replay
}

/// What a token says of its holder, checked: who, in which role, where, until when.
///
/// - Shape: JWT claims `sub`, `name`, `role`, `jam`, `room`, `scope`, `gen`, `exp`, and
///   `perpetual: true` in place of `exp` for a token without end. A token with neither is refused:
///   an issuer that forgot `exp` has not decided for ever.
/// - Source: RFC 7519 4.1 for the registered names; Protocol/wire.md for ours.
public struct Claims: Equatable, Sendable {
  /// Who: 1 to 128 bytes of text without control characters. Client ids are bound to it.
  public var subject: String
  /// What the others see; the subject where the token has no name. As `subject`, but 256 bytes.
  public var name: String
  public var role: Role
  public var jam: Slug
  /// `nil`: every room of the jam.
  public var room: Slug?
  /// What the token is for, where it is for one thing only.
  public var scope: TokenScope?
  /// Which link of its role the holder came by, from 1 to 2^53-1; `nil` where it was none.
  public var generation: UInt64?
  /// Seconds since 1970; refused from that second on. `nil`: never.
  public var expiresAt: Int64?

  public init(
    subject: String, name: String? = nil, role: Role, jam: Slug, room: Slug? = nil,
    scope: TokenScope? = nil, generation: UInt64? = nil, expiresAt: Int64?
  ) {
    self.subject = subject
    self.name = name ?? subject
    self.role = role
    self.jam = jam
    self.room = room
    self.scope = scope
    self.generation = generation
    self.expiresAt = expiresAt
  }

  /// Whether the token opens `room`: a byte-wise match, no wildcards. If not, the answer is 403.
  public func opens(_ id: RoomID) -> Bool {
    jam == id.jam && (room == nil || room == id.prototype)
  }
}

extension Claims {
  /// The last second of the year 9999: what later times would overflow is not our concern.
  static let latestTime: Int64 = 253_402_300_799

  /// Bytes of a name: 64 characters of any script.
  static let nameBytes = 256

  /// Why `text` cannot be a subject or a name of at most so many bytes; `nil` where it can.
  static func fault(in text: String, bytes: Int = 128) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > bytes { return "is longer than \(bytes) bytes" }
    return holdsControl(text) ? "holds a control character" : nil
  }

  /// Controls would forge log lines; bidirectional overrides would let one person pose as another.
  static func holdsControl(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
  }

  /// Reads and checks the claims of a token whose signature holds.
  init(_ token: borrowing DecodedToken, now: Int64) throws(TokenError) {
    if let start = try token.time("nbf"), start - Tokens.leeway > now { throw .notYetValid }
    let expiresAt = try token.time("exp")
    let perpetual = try token.flag("perpetual")
    switch expiresAt {
    case nil where !perpetual: throw .claim("exp", "is missing")
    case .some where perpetual: throw .claim("perpetual", "contradicts \"exp\"")
    case .some(let end) where end <= now: throw .expired
    default: break
    }
    guard let subject = try token.text("sub") else { throw .claim("sub", "is missing") }
    if let fault = Claims.fault(in: subject) { throw .claim("sub", fault) }
    let name = try token.text("name")
    if let name, let fault = Claims.fault(in: name, bytes: Claims.nameBytes) {
      throw .claim("name", fault)
    }
    guard let roleName = try token.text("role") else { throw .claim("role", "is missing") }
    guard let role = Role(rawValue: roleName) else { throw .claim("role", "is no known role") }
    guard let jam = try token.slug("jam") else { throw .claim("jam", "is missing") }
    var scope: TokenScope?
    if let text = try token.text("scope") {
      // Whoever does not know what a token is limited to must not take it for one without limits.
      guard let known = TokenScope(rawValue: text) else { throw .claim("scope", "is not known") }
      scope = known
    }
    self.init(
      subject: subject, name: name, role: role, jam: jam, room: try token.slug("room"),
      scope: scope, generation: try token.count("gen"), expiresAt: expiresAt)
    if let fault = scopeFault { throw .claim("scope", fault) }
  }

  /// Why the scope does not go with the rest; `nil` where it does.
  var scopeFault: String? {
    guard scope == .replay else { return nil }
    if role != .bot { return "is for the role bot" }
    return room == nil ? "needs a room" : nil
  }
}
