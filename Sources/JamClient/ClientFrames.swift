internal import WebSocket

/// Frames as a client sends them: masked with a fresh key each (RFC 6455 5.3).
enum ClientFrame {
  static func make(
    _ opcode: FrameWriter.Opcode, _ payload: [UInt8], key: UInt32 = .random(in: 1 ... .max)
  ) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(payload.count + 14)
    FrameWriter.appendHeader(opcode, payloadCount: payload.count, to: &frame)
    frame[1] |= 0x80
    for shift: UInt32 in [0, 8, 16, 24] { frame.append(UInt8(truncatingIfNeeded: key >> shift)) }
    let start = frame.count
    frame += payload
    var bytes = frame.mutableSpan
    unmask(&bytes, start..<bytes.count, key: key)
    return frame
  }
}

/// What a server sent.
enum ServerFrame: Equatable {
  case text([UInt8])
  case binary([UInt8])
  case ping([UInt8])
  case pong
  case close(UInt16?, reason: String)
}

/// Takes the frames of a server apart as they come.
///
/// - Limits: a message has at most `messageBytesMax` bytes, checked before it is gathered.
struct ServerFrameReader {
  /// A board may be that big, and comes in one message.
  static let messageBytesMax = 256 << 20

  private var bytes: [UInt8] = []
  private var offset = 0
  private var message: [UInt8] = []
  private var isText: Bool?

  mutating func append(_ more: ArraySlice<UInt8>) {
    if offset > 0, offset == bytes.count || offset > 1 << 16 {
      bytes.removeFirst(offset)
      offset = 0
    }
    bytes += more
  }

  /// The next whole frame or message; nil where more has to come.
  mutating func next() throws(ClientError) -> ServerFrame? {
    while let frame = try header() {
      guard bytes.count - frame.start >= frame.count else { return nil }
      let payload = bytes[frame.start..<frame.start + frame.count]
      offset = frame.start + frame.count
      switch frame.opcode {
      case 8: return Self.close(payload)
      case 9: return .ping(Array(payload))
      case 10: return .pong
      default:
        if let whole = try gather(payload, frame) { return whole }
      }
    }
    return nil
  }

  private struct Header {
    var opcode: UInt8
    var isFinal: Bool
    var start: Int
    var count: Int
  }

  private func header() throws(ClientError) -> Header? {
    guard bytes.count - offset >= 2 else { return nil }
    let (first, second) = (bytes[offset], bytes[offset + 1])
    guard first & 0x70 == 0, second & 0x80 == 0 else {
      throw .violation("a frame with bits that were not agreed on")
    }
    let opcode = first & 0x0F
    let isFinal = first & 0x80 != 0
    guard opcode <= 2 || (8...10).contains(opcode) else { throw .violation("an unknown frame") }
    if opcode >= 8, !isFinal || second > 125 { throw .violation("a long control frame") }
    let lengthBytes = second == 126 ? 2 : second == 127 ? 8 : 0
    guard bytes.count - offset >= 2 + lengthBytes else { return nil }
    var length = UInt64(second)
    if lengthBytes > 0 {
      length = 0
      for index in 0..<lengthBytes { length = length << 8 | UInt64(bytes[offset + 2 + index]) }
    }
    guard length <= UInt64(Self.messageBytesMax - message.count) else {
      throw .violation("a message of more than \(Self.messageBytesMax) bytes")
    }
    return Header(
      opcode: opcode, isFinal: isFinal, start: offset + 2 + lengthBytes, count: Int(length))
  }

  private mutating func gather(
    _ payload: ArraySlice<UInt8>, _ frame: Header
  ) throws(ClientError) -> ServerFrame? {
    guard (frame.opcode == 0) == (isText != nil) else {
      throw .violation("a message inside another")
    }
    if frame.opcode != 0 { isText = frame.opcode == 1 }
    message += payload
    guard frame.isFinal else { return nil }
    defer {
      message = []
      isText = nil
    }
    return isText == true ? .text(message) : .binary(message)
  }

  private static func close(_ payload: ArraySlice<UInt8>) -> ServerFrame {
    guard payload.count >= 2 else { return .close(nil, reason: "") }
    let start = payload.startIndex
    let code = UInt16(payload[start]) << 8 | UInt16(payload[start + 1])
    return .close(code, reason: String(decoding: payload[(start + 2)...], as: UTF8.self))
  }
}
