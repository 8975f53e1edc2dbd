/// Why a client does not get on with a hub.
public enum ClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The address leads to no room.
  case address(String)
  /// The network, or the machine behind it.
  case connection(String)
  /// The hub answered the upgrade with an error (Protocol/wire.md §1).
  case refused(status: Int, code: String, reason: String)
  /// The hub did not take something, or did not open a board.
  case rejected(board: String, code: String, reason: String)
  /// The hub ended the session; without a code the connection broke off.
  case closed(code: UInt16?, reason: String)
  /// The other side does not keep to the protocol.
  case violation(String)
  /// Nothing came in time; says of what.
  case timeout(String)

  public var description: String {
    switch self {
    case .address(let reason), .connection(let reason): reason
    case .refused(let status, let code, let reason):
      "the hub refused (HTTP \(status), \(code)): \(reason)"
    case .rejected(let board, let code, let reason):
      "the hub refused"
        + (board.isEmpty ? "" : " on board '\(board)'") + " (\(code)): \(reason)"
    case .closed(nil, let reason): "the connection to the hub broke off: \(reason)"
    case .closed(let code?, let reason):
      "the hub ended the session (\(code))" + (reason.isEmpty ? "" : ": \(reason)")
    case .violation(let what): "the hub does not speak the protocol: \(what)"
    case .timeout(let what): "not in time: \(what)"
    }
  }
}
