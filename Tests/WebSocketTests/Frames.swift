import WebSocket

/// A client's frame: masked, and as wrong as a test wants it.
func frame(
  _ opcode: UInt8, _ payload: [UInt8] = [], fin: Bool = true, rsv: UInt8 = 0,
  key: [UInt8] = [0x12, 0xff, 0x00, 0x9a], masked: Bool = true
) -> [UInt8] {
  var bytes: [UInt8] = [(fin ? 0x80 : 0) | rsv << 4 | opcode]
  let mask: UInt8 = masked ? 0x80 : 0
  switch payload.count {
  case ..<126: bytes.append(mask | UInt8(payload.count))
  case ..<65_536:
    bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
  default:
    bytes.append(mask | 127)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
  }
  guard masked else { return bytes + payload }
  return bytes + key + payload.indices.map { payload[$0] ^ key[$0 & 3] }
}

/// What a session comes to, without positions: the same however it was cut.
enum Seen: Equatable {
  case message(isText: Bool, [UInt8])
  case ping([UInt8])
  case pong([UInt8])
  case close(CloseCode?, String)
  case failed(WebSocketError)
}

/// Feeds a reader as the reactor does: what is not consumed is kept as the reader left it.
struct Session {
  var reader: MessageReader
  var kept: [UInt8] = []
  var seen: [Seen] = []
  var hasFailed = false

  init(limits: MessageLimits = MessageLimits()) { reader = MessageReader(limits: limits) }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    if hasFailed { return }
    var offered = kept + bytes
    let consumed = read(&offered)
    kept = Array(offered[consumed...])
  }

  private mutating func read(_ bytes: inout [UInt8]) -> Int {
    var offset = 0
    var span = bytes.mutableSpan
    do {
      while true {
        switch try reader.next(&span, at: &offset) {
        case .needMore: return offset
        case .message(let isText, let range): seen.append(.message(isText: isText, copy(span, range)))
        case .assembled(let isText, let payload):
          seen.append(.message(isText: isText, payload))
        case .ping(let range): seen.append(.ping(copy(span, range)))
        case .pong(let range): seen.append(.pong(copy(span, range)))
        case .close(let code, let reason): seen.append(.close(code, reason))
        }
      }
    } catch {
      hasFailed = true
      seen.append(.failed(error))
      return offset
    }
  }

  static func run(_ bytes: [UInt8], limits: MessageLimits = MessageLimits()) -> [Seen] {
    var session = Session(limits: limits)
    session.feed(bytes)
    return session.seen
  }
}

private func copy(_ span: borrowing MutableSpan<UInt8>, _ range: Range<Int>) -> [UInt8] {
  range.map { span[$0] }
}
