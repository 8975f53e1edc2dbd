public import Lib0

extension ServerMessage {
  /// Decodes what a stock client is sent; bytes behind the message are ignored.
  public init(stock bytes: Span<UInt8>) throws(DecodingError) {
    var reader = ByteReader(bytes)
    self = try ServerMessage(body: &reader, extended: false)
  }

  /// Decodes what a `jamboree.v1` client is sent, and the name of the board that it is about.
  public static func addressed(
    _ bytes: Span<UInt8>
  ) throws(DecodingError) -> (board: String, message: ServerMessage) {
    var reader = ByteReader(bytes)
    let board = try reader.string()
    return (board, try ServerMessage(body: &reader, extended: true))
  }

  private init(body reader: inout ByteReader, extended: Bool) throws(DecodingError) {
    let start = reader.offset
    switch try reader.varUInt() {
    case MessageType.sync: self = ServerMessage(try SyncMessage(from: &reader))
    case MessageType.awareness: self = .awareness([UInt8](copying: try reader.varBytes()))
    case MessageType.auth:
      guard try reader.varUInt() == 0 else { throw .invalid(offset: start, what: "auth message") }
      self = .permissionDenied(reason: try reader.string())
    case MessageType.saved where extended:
      let epoch = try reader.varUInt()
      self = .saved(epoch: epoch, count: try reader.varUInt())
    case MessageType.reject where extended:
      let number = try reader.varUInt()
      let code = try reader.string()
      self = .reject(number: number, code: code, reason: try reader.string())
    case MessageType.opened where extended: self = .opened(epoch: try reader.varUInt())
    default: throw .invalid(offset: start, what: "message type")
    }
  }
}
