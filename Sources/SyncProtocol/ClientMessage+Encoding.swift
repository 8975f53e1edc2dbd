internal import Lib0

extension ClientMessage {
  /// The message as a client sends it, for its one board (`board` nil) or in `jamboree.v1`.
  public func encoded(board: String? = nil) -> [UInt8] {
    var writer = ByteWriter()
    if let board { writer.string(board) }
    switch self {
    case .syncStep1(let bytes): Self.sync(SyncType.step1, bytes, &writer)
    case .syncStep2(let bytes): Self.sync(SyncType.step2, bytes, &writer)
    case .update(let bytes): Self.sync(SyncType.update, bytes, &writer)
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

  private static func sync(_ type: UInt64, _ bytes: [UInt8], _ writer: inout ByteWriter) {
    writer.varUInt(MessageType.sync)
    writer.varUInt(type)
    writer.varBytes(bytes)
  }
}
