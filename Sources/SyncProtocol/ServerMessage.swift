internal import Lib0

/// One message to clients, before it is written for a dialect.
///
/// A room makes each message once; it is encoded at most once for stock clients and once for
/// `jamboree.v1`, and shared by all who get it.
public enum ServerMessage: Equatable, Sendable {
  case syncStep1(stateVector: [UInt8])
  case syncStep2(update: [UInt8])
  case update([UInt8])
  /// An encoded awareness update.
  case awareness([UInt8])
  /// The session may not write (or not any more), and why. Stock y-websocket prints it and stays.
  case permissionDenied(reason: String)
  /// `jamboree.v1`: the first `count` SyncStep2 and Update messages are on disk.
  case saved(epoch: UInt64, count: UInt64)
  /// `jamboree.v1`: message `number` (counted as for `saved`) was refused whole.
  case reject(number: UInt64, code: String, reason: String)
  /// `jamboree.v1`: the board is open and in this epoch.
  case opened(epoch: UInt64)

  /// Whether a stock client knows this message. It must never get one that it does not: it would
  /// read the payload as further messages.
  public var isStock: Bool {
    switch self {
    case .syncStep1, .syncStep2, .update, .awareness, .permissionDenied: true
    case .saved, .reject, .opened: false
    }
  }

  /// The message for a stock client (`board` nil) or for one board of a `jamboree.v1` client.
  public func encoded(board: String? = nil) -> [UInt8] {
    var writer = ByteWriter()
    if let board { writer.string(board) }
    switch self {
    case .syncStep1, .syncStep2, .update:
      writer.varUInt(MessageType.sync)
      sync?.write(to: &writer)
    case .awareness(let bytes):
      writer.varUInt(MessageType.awareness)
      writer.varBytes(bytes)
    case .permissionDenied(let reason):
      writer.varUInt(MessageType.auth)
      writer.varUInt(0)
      writer.string(reason)
    case .saved(let epoch, let count):
      writer.varUInt(MessageType.saved)
      writer.varUInt(epoch)
      writer.varUInt(count)
    case .reject(let number, let code, let reason):
      writer.varUInt(MessageType.reject)
      writer.varUInt(number)
      writer.string(code)
      writer.string(reason)
    case .opened(let epoch):
      writer.varUInt(MessageType.opened)
      writer.varUInt(epoch)
    }
    return writer.bytes
  }

  /// A sync message as y-websocket's server sends it.
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
