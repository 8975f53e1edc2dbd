/// What a peer did wrong. Every case ends the connection with its close code.
public enum WebSocketError: Error, Equatable, Sendable {
  case reservedBits
  case reservedOpcode(UInt8)
  case unmasked
  /// A control frame of more than 125 bytes, or in fragments.
  case controlFrame
  case continuationWithoutStart
  case messageInsideMessage
  case lengthNotMinimal
  case lengthNegative
  case tooBig(limit: Int)
  case tooManyFragments
  case invalidUTF8
  case closePayload
  case closeCode(UInt16)

  public var closeCode: CloseCode {
    switch self {
    case .invalidUTF8: .invalidPayload
    case .tooBig: .tooBig
    case .tooManyFragments: .policyViolation
    default: .protocolError
    }
  }

  /// For the close frame and the log: no byte of the peer's payload.
  public var reason: String {
    switch self {
    case .reservedBits: "reserved bits are set"
    case .reservedOpcode(let code): "opcode \(code) is reserved"
    case .unmasked: "the frame is not masked"
    case .controlFrame: "a control frame is too long or in fragments"
    case .continuationWithoutStart: "a continuation without a start"
    case .messageInsideMessage: "a message inside another"
    case .lengthNotMinimal: "the length is not in its shortest form"
    case .lengthNegative: "the length has its highest bit set"
    case .tooBig(let limit): "the message is over \(limit) bytes"
    case .tooManyFragments: "the message has too many fragments"
    case .invalidUTF8: "the text is not UTF-8"
    case .closePayload: "a close payload of one byte"
    case .closeCode(let code): "close code \(code) is not for the wire"
    }
  }
}
