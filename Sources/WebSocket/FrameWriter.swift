/// Writes server frames: final, unmasked (RFC 6455 5.1), so one array serves every receiver.
public enum FrameWriter {
  /// The kind of a frame (RFC 6455 5.2).
  public enum Opcode: UInt8, Sendable {
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10
  }

  /// Bytes in front of a payload of `count` bytes: 2, 4 or 10.
  public static func headerBytes(forPayload count: Int) -> Int {
    count < 126 ? 2 : count < 65_536 ? 4 : 10
  }

  /// Appends the header of a frame; the caller appends exactly `payloadCount` bytes after it.
  public static func appendHeader(
    _ opcode: Opcode, payloadCount: Int, to frame: inout [UInt8]
  ) {
    frame.append(0x80 | opcode.rawValue)
    if payloadCount < 126 {
      frame.append(UInt8(payloadCount))
    } else if payloadCount < 65_536 {
      frame.append(126)
      frame.append(UInt8(payloadCount >> 8))
      frame.append(UInt8(payloadCount & 0xff))
    } else {
      frame.append(127)
      for shift in stride(from: 56, through: 0, by: -8) {
        frame.append(UInt8(truncatingIfNeeded: payloadCount >> shift))
      }
    }
  }

  /// One frame around a payload that is written in place, without a copy of its own.
  ///
  /// - Parameter body: appends exactly `payloadCount` bytes.
  public static func frame(
    _ opcode: Opcode, payloadCount: Int, body: (inout [UInt8]) -> Void
  ) -> [UInt8] {
    var frame: [UInt8] = []
    let header = headerBytes(forPayload: payloadCount)
    frame.reserveCapacity(header + payloadCount)
    appendHeader(opcode, payloadCount: payloadCount, to: &frame)
    body(&frame)
    precondition(frame.count == header + payloadCount, "the payload is as long as its header says")
    return frame
  }

  public static func binary(_ payload: [UInt8]) -> [UInt8] { whole(.binary, payload.span) }
  public static func text(_ payload: String) -> [UInt8] { whole(.text, Array(payload.utf8).span) }

  /// - Parameter payload: at most 125 bytes.
  public static func ping(_ payload: [UInt8] = []) -> [UInt8] { control(.ping, payload.span) }
  public static func pong(_ payload: Span<UInt8>) -> [UInt8] { control(.pong, payload) }

  /// A close frame. The reason is cut to 123 bytes, between two characters.
  ///
  /// - Parameter code: nil echoes a close frame that had none (RFC 6455 5.5.1).
  public static func close(_ code: CloseCode?, reason: String = "") -> [UInt8] {
    guard let code else { return control(.close, [UInt8]().span) }
    precondition(code.mayBeSent, "close code \(code.rawValue) is not for the wire")
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
    for scalar in reason.unicodeScalars {
      let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      if payload.count + encoded.count > 125 { break }
      payload.append(contentsOf: encoded)
    }
    return control(.close, payload.span)
  }

  private static func control(_ opcode: Opcode, _ payload: Span<UInt8>) -> [UInt8] {
    precondition(payload.count <= 125, "control frames carry at most 125 bytes")
    return whole(opcode, payload)
  }

  private static func whole(_ opcode: Opcode, _ payload: Span<UInt8>) -> [UInt8] {
    frame(opcode, payloadCount: payload.count) { frame in
      unsafe payload.withUnsafeBufferPointer { unsafe frame.append(contentsOf: $0) }
    }
  }
}
