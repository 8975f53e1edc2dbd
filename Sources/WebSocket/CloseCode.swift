/// Why a WebSocket ends (RFC 6455 7.4.1; 4000 to 4999 are ours).
public struct CloseCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let protocolError = CloseCode(rawValue: 1002)
  public static let unsupportedData = CloseCode(rawValue: 1003)
  public static let invalidPayload = CloseCode(rawValue: 1007)
  public static let policyViolation = CloseCode(rawValue: 1008)
  public static let tooBig = CloseCode(rawValue: 1009)

  /// Whether the code may stand in a close frame (RFC 6455 7.4 and IANA's registry): 1004 to 1006
  /// and 1015 are only for the ends' own use, 1016 to 2999 are not assigned.
  public var mayBeSent: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
