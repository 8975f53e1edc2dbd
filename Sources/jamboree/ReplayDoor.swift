import Glibc
import JamClient
import JamServer
import Lib0
import Storage

/// Where a replay goes in, and with what.
struct ReplayDoor {
  var address: RoomAddress
  var token: String
  /// Certificates that the hub may have beside those that the system trusts, PEM.
  var trusted: [UInt8] = []

  func enter(deadline: UInt64) throws -> RoomConnection {
    try RoomConnection(
      address, token: token, dialect: .jamboree, trusted: trusted, deadline: deadline)
  }

  /// A token for the room, signed with the key of a hub's data folder; nil where it holds none.
  static func token(for address: RoomAddress, keyFrom folder: String) throws -> String? {
    guard let key = try SigningKey.find(dataDirectory: folder) else { return nil }
    let request = TokenRequest(
      subject: "replay", name: "Replay", role: "bot", jam: address.jam, room: address.room,
      scope: "replay", expires: "7d")
    let now = Int64(time(nil))
    return try Tokens.sign(try request.claims(now: now), key: key, now: now)
  }

  /// The certificate of the authority that a hub made itself, of its data folder; empty where there
  /// is none.
  static func ownAuthority(in folder: String) -> [UInt8] {
    (try? TLSFiles.ownAuthority(dataDirectory: folder)) ?? []
  }
}

extension Failure {
  /// What the hub refuses unasked (wire.md §5); nil for everything else that it says.
  init?(refusalIn fields: ObjectValue) {
    guard fields["type"]?.stringValue == "error" else { return nil }
    var text = fields["reason"]?.stringValue ?? "an error without a reason"
    if let board = fields["board"]?.stringValue { text = "board '\(board)': \(text)" }
    self.init("the hub refused: \(text)")
  }
}
