public import Lib0

/// One message from a client, decoded down to the bytes that the room's engine takes.
///
/// - Shape: `varUInt type ‖ body` (stock), `varString board ‖ varUInt type ‖ body` (`jamboree.v1`).
/// - Source: y-websocket 1.4.5 `bin/utils.js`; y-protocols `sync.js`, `awareness.js`;
///   Protocol/wire.md §3 and §4.
public enum ClientMessage: Equatable, Sendable {
  /// "Send me what this state vector lacks."
  case syncStep1(stateVector: [UInt8])
  /// The answer to our own step 1: everything that the client has and we lacked.
  case syncStep2(update: [UInt8])
  /// A live edit.
  case update([UInt8])
  case awareness([AwarenessEntry])
  case queryAwareness
  /// Stock clients may answer auth messages; there is nothing to do about it.
  case auth
  /// `jamboree.v1`: join a board, knowing this epoch of it (0: none).
  case open(epoch: UInt64)
}

/// Message types on the wire.
enum MessageType {
  static let sync: UInt64 = 0
  static let awareness: UInt64 = 1
  static let auth: UInt64 = 2
  static let queryAwareness: UInt64 = 3
  static let saved: UInt64 = 10
  static let reject: UInt64 = 11
  static let open: UInt64 = 12
  static let opened: UInt64 = 13
}

extension ClientMessage {
  /// Decodes a stock message; bytes after the first message are ignored, as y-websocket does.
  public init(stock bytes: Span<UInt8>) throws(DecodingError) {
    var reader = ByteReader(bytes)
    self = try ClientMessage(body: &reader, extended: false)
  }

  /// Decodes a `jamboree.v1` message and the name of the board that it is for.
  public static func addressed(
    _ bytes: Span<UInt8>
  ) throws(DecodingError) -> (board: String, message: ClientMessage) {
    var reader = ByteReader(bytes)
    let board = try reader.string()
    return (board, try ClientMessage(body: &reader, extended: true))
  }

  private init(body reader: inout ByteReader, extended: Bool) throws(DecodingError) {
    let start = reader.offset
    switch try reader.varUInt() {
    case MessageType.sync: self = ClientMessage(try SyncMessage(from: &reader))
    case MessageType.awareness:
      let payload = try reader.varBytes()
      self = .awareness(try AwarenessEntry.decode(payload))
    case MessageType.auth: self = .auth
    case MessageType.queryAwareness: self = .queryAwareness
    case MessageType.open where extended: self = .open(epoch: try reader.varUInt())
    default: throw .invalid(offset: start, what: "message type")
    }
  }

  /// A sync message as y-websocket's clients send it.
  public init(_ message: SyncMessage) {
    switch message {
    case .step1(let bytes): self = .syncStep1(stateVector: bytes)
    case .step2(let bytes): self = .syncStep2(update: bytes)
    case .update(let bytes): self = .update(bytes)
    }
  }

  /// The sync message in it, if it is one.
  public var sync: SyncMessage? {
    switch self {
    case .syncStep1(let bytes): .step1(stateVector: bytes)
    case .syncStep2(let bytes): .step2(update: bytes)
    case .update(let bytes): .update(bytes)
    default: nil
    }
  }
}

extension [UInt8] {
  /// The one copy that is made of a payload that is kept.
  init(copying span: Span<UInt8>) {
    // The buffer is read before the closure returns and not kept.
    self = unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }
}
