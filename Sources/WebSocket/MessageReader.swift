/// What a client may send.
public struct MessageLimits: Sendable, Equatable {
  /// Bytes of one message, all fragments together. Beyond: close code 1009, before any memory is
  /// taken for it.
  public var messageBytesMax: Int
  /// Fragments of one message; 65,536 must be possible (4 MiB in pieces of 64 bytes).
  public var fragmentsMax: UInt32 = 1 << 17
  /// Fragments without payload of one message: they cost work and move nothing.
  public var emptyFragmentsMax: UInt32 = 1_000

  public init(messageBytesMax: Int = 16 << 20) { self.messageBytesMax = messageBytesMax }
}

/// Reads the frames of one client and puts messages together (RFC 6455 5).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M|  length     |  length again, 16 or 64 bits  |
/// |I|S|S|S|       |A|             |  where it is 126 or 127       |
/// |N|V|V|V|       |S|             +-------------------------------+
/// | |1|2|3|       |K|             |  masking key, 4 bytes         |
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// ```
/// A message in one frame is unmasked where it lies and never copied. Of a frame that is not whole
/// the reader unmasks what is there, so text fails at its first bad byte; so the bytes after
/// `offset` must be offered again as the call left them, with more behind them.
public struct MessageReader: Sendable {
  public enum Event: Equatable, Sendable {
    /// The frame at `offset` is not whole. It will be `totalBytes` long; 0 where nothing more is
    /// expected (after a close frame).
    case needMore(totalBytes: Int)
    /// A message in one frame: where its payload lies, unmasked.
    case message(isText: Bool, Range<Int>)
    /// A message that came in fragments.
    case assembled(isText: Bool, [UInt8])
    /// Answer with a pong that carries the same bytes.
    case ping(Range<Int>)
    case pong(Range<Int>)
    /// The peer closes; nil is a close frame without a code. What follows it is ignored.
    case close(CloseCode?, reason: String)
  }

  private struct Header {
    var isFinal: Bool
    var opcode: UInt8
    var key: UInt32
    var start: Int
    var count: Int
    var end: Int { start + count }
    var isControl: Bool { opcode & 8 != 0 }
  }

  public let limits: MessageLimits
  private var assembly: [UInt8] = []
  /// Payload bytes of the incomplete frame that are unmasked already.
  private var unmaskedCount: UInt32 = 0
  private var fragments: UInt32 = 0
  private var emptyFragments: UInt32 = 0
  private var utf8 = UTF8Check()
  private var isInMessage = false
  private var isText = false
  private var isClosed = false

  public init(limits: MessageLimits = MessageLimits()) {
    precondition((0...Int(UInt32.max)).contains(limits.messageBytesMax))
    self.limits = limits
  }

  /// Bytes kept for a message whose fragments have not all come.
  public var assembledBytes: Int { assembly.count }

  /// The next event in `bytes`, from `offset` on, which moves past what was read.
  ///
  /// - Throws: what the peer did wrong; nothing may be read afterwards.
  public mutating func next(
    _ bytes: inout MutableSpan<UInt8>, at offset: inout Int
  ) throws(WebSocketError) -> Event {
    while true {
      if isClosed {
        offset = bytes.count
        return .needMore(totalBytes: 0)
      }
      var headerBytes = 2
      guard let header = try header(bytes, offset, needed: &headerBytes) else {
        return .needMore(totalBytes: headerBytes)
      }
      if header.isControl {
        guard header.end <= bytes.count else { return .needMore(totalBytes: header.end - offset) }
        unmask(&bytes, header.start..<header.end, key: header.key)
        offset = header.end
        return try control(header, bytes)
      }
      try receive(header, &bytes)
      guard header.end <= bytes.count else { return .needMore(totalBytes: header.end - offset) }
      offset = header.end
      if let event = try complete(header, bytes) { return event }
    }
  }

  /// Reads and checks a frame's header; nil where it is not whole. Every check comes as early as
  /// its bytes: a peer that declares too much is refused before it sends any of it.
  private func header(
    _ bytes: borrowing MutableSpan<UInt8>, _ offset: Int, needed: inout Int
  ) throws(WebSocketError) -> Header? {
    let available = bytes.count - offset
    guard available >= 2 else { return nil }
    let first = bytes[offset]
    let second = bytes[offset + 1]
    let opcode = first & 0x0f
    let isFinal = first & 0x80 != 0
    try check(opcode: opcode, isFinal: isFinal, first: first, second: second)
    let short = second & 0x7f
    let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
    needed = 6 + lengthBytes
    guard available >= 2 + lengthBytes else { return nil }
    var length = UInt64(short)
    if lengthBytes > 0 {
      length = 0
      for index in 0..<lengthBytes { length = length << 8 | UInt64(bytes[offset + 2 + index]) }
      guard length >> 63 == 0 else { throw .lengthNegative }
      guard length > (lengthBytes == 2 ? 125 : 65_535) else { throw .lengthNotMinimal }
    }
    if opcode < 8 {
      let room = limits.messageBytesMax - assembly.count
      guard length <= UInt64(room) else { throw .tooBig(limit: limits.messageBytesMax) }
    }
    guard available >= needed else { return nil }
    let at = offset + 2 + lengthBytes
    let key =
      UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
      | UInt32(bytes[at + 3]) << 24
    return Header(
      isFinal: isFinal, opcode: opcode, key: key, start: offset + needed, count: Int(length))
  }

  private func check(
    opcode: UInt8, isFinal: Bool, first: UInt8, second: UInt8
  ) throws(WebSocketError) {
    guard first & 0x70 == 0 else { throw .reservedBits }
    guard opcode <= 2 || (8...10).contains(opcode) else { throw .reservedOpcode(opcode) }
    guard second & 0x80 != 0 else { throw .unmasked }
    if opcode & 8 != 0 {
      guard isFinal, second & 0x7f <= 125 else { throw .controlFrame }
    } else if opcode == 0 {
      guard isInMessage else { throw .continuationWithoutStart }
    } else {
      guard !isInMessage else { throw .messageInsideMessage }
    }
  }

  /// Unmasks and checks what has come of a data frame since the last call.
  private mutating func receive(
    _ header: Header, _ bytes: inout MutableSpan<UInt8>
  ) throws(WebSocketError) {
    let done = Int(unmaskedCount)
    let fresh = header.start + done..<min(header.end, bytes.count)
    unmask(&bytes, fresh, key: header.key, phase: done)
    unmaskedCount = UInt32(done + fresh.count)
    if header.opcode == 1 || header.opcode == 0 && isText {
      guard utf8.accepts(bytes.span.extracting(fresh)) else { throw .invalidUTF8 }
    }
  }

  /// A data frame is whole: a message, or one more fragment of one (nil).
  private mutating func complete(
    _ header: Header, _ bytes: borrowing MutableSpan<UInt8>
  ) throws(WebSocketError) -> Event? {
    unmaskedCount = 0
    if header.opcode != 0 { isText = header.opcode == 1 }
    if header.isFinal, isText, !utf8.isComplete { throw .invalidUTF8 }
    if header.isFinal, header.opcode != 0 {
      defer { isText = false }
      return .message(isText: isText, header.start..<header.end)
    }
    fragments += 1
    if header.count == 0 { emptyFragments += 1 }
    guard fragments <= limits.fragmentsMax, emptyFragments <= limits.emptyFragmentsMax else {
      throw .tooManyFragments
    }
    unsafe bytes.span.extracting(header.start..<header.end).withUnsafeBufferPointer {
      unsafe assembly.append(contentsOf: $0)
    }
    isInMessage = !header.isFinal
    guard header.isFinal else { return nil }
    let event = Event.assembled(isText: isText, assembly)
    assembly = []
    fragments = 0
    emptyFragments = 0
    isText = false
    return event
  }

  private mutating func control(
    _ header: Header, _ bytes: borrowing MutableSpan<UInt8>
  ) throws(WebSocketError) -> Event {
    if header.opcode == 9 { return .ping(header.start..<header.end) }
    if header.opcode == 10 { return .pong(header.start..<header.end) }
    isClosed = true
    assembly = []
    if header.count == 0 { return .close(nil, reason: "") }
    guard header.count >= 2 else { throw .closePayload }
    let code = UInt16(bytes[header.start]) << 8 | UInt16(bytes[header.start + 1])
    guard CloseCode(rawValue: code).mayBeSent else { throw .closeCode(code) }
    let reason = bytes.span.extracting(header.start + 2..<header.end)
    guard let text = try? UTF8Span(validating: reason) else { throw .invalidUTF8 }
    return .close(CloseCode(rawValue: code), reason: String(copying: text))
  }
}
