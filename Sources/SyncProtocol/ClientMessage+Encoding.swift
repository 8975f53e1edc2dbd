internal import Lib0

extension ClientMessage {
  /// The message as a client sends it, for its one board (`board` nil) or in `jamboree.v1`.
  public func encoded(board: String? = nil) -> [UInt8] {
    var writer = ByteWriter()
    if let board { writer.string(board) }
    switch self {
    case .syncStep1, .syncStep2, .update:
      writer.varUInt(MessageType.sync)
      sync?.write(to: &writer)
    case .awareness(let entries):
      writer.varUInt(MessageType.awareness)
      writer.varBytes(AwarenessEntry.encode(entries))
    case .queryAwareness: writer.varUInt(MessageType.queryAwareness)
    case .auth:
      writer.varUInt(MessageType.auth)
      writer.varUInt(0)
      writer.string("")
    case .open(let epoch):
      writer.varUInt(MessageType.open)
      writer.varUInt(epoch)
    }
    return writer.bytes
  }
}
