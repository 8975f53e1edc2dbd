internal import Rooms
internal import Storage

/// The secrets of a jam's links, and who comes in by them.
///
/// None of them is stored: all are made of the signing key, and of numbers that renewals count up.
///
/// - Source: Protocol/http.md §2.
struct Invitation: Equatable, Sendable {
  /// Roles that there are links for. Bots have tokens.
  static let roles: [Role] = [.participant, .facilitator, .viewer]

  var jam: Slug
  var role: Role
  /// Which link of this role, from 1. Only the newest lets anybody in.
  var generation: UInt64

  /// 26 letters and digits, 128 bits.
  func secret(key: [UInt8]) -> String {
    let message = Self.joined(
      ["jamboree invitation v1", jam.description, role.rawValue, String(generation)])
    return Base32.text(Digests.hmac(message, key: key).prefix(16))
  }

  /// The link without scheme and host. The secret is in the fragment, which no browser sends.
  func path(key: [UInt8]) -> String { "/j/\(jam)#i=\(secret(key: key))" }

  static let guestKeyLetters = 26

  /// A key for somebody who has none yet: 128 random bits.
  static func makeGuestKey() -> String { Base32.text(Digests.random(16)) }

  /// Whether a text can be a guest's key.
  static func isGuestKey(_ text: String) -> Bool {
    Base32.isText(text, letters: guestKeyLetters)
  }

  /// The subject of whoever has a guest's key. The role is part of it, so that a facilitator and a
  /// participant are never the same subject.
  static func subject(guestKey: String, jam: Slug, role: Role, key: [UInt8]) -> String {
    let message = joined(["jamboree guest v1", jam.description, role.rawValue, guestKey])
    return "g-" + Base32.text(Digests.hmac(message, key: key).prefix(10))
  }

  private static func joined(_ parts: [String]) -> [UInt8] {
    Array(parts.joined(separator: "\0").utf8)
  }
}
