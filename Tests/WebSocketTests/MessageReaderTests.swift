import TestSupport
import Testing
import WebSocket

@Suite("MessageReader")
struct MessageReaderTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var error: WebSocketError
    var code: CloseCode
    var testDescription: String { name }
    init(_ name: String, _ error: WebSocketError, _ code: CloseCode, _ bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
      self.error = error
      self.code = code
    }
  }

  static let rows: [Row] =
    [
      Row("RSV1 on data", .reservedBits, .protocolError, frame(2, [1], rsv: 4)),
      Row("RSV2 on data", .reservedBits, .protocolError, frame(1, [0x61], rsv: 2)),
      Row("RSV3 on a ping", .reservedBits, .protocolError, frame(9, rsv: 1)),
      Row(
        "RSV1 on a continuation", .reservedBits, .protocolError,
        frame(2, [1], fin: false) + frame(0, [1], rsv: 4)),
      Row("unmasked", .unmasked, .protocolError, frame(2, [1], masked: false)),
      Row("unmasked ping", .unmasked, .protocolError, frame(9, masked: false)),
      Row(
        "ping of 126 bytes", .controlFrame, .protocolError,
        frame(9, [UInt8](repeating: 0, count: 126))),
      Row("ping in fragments", .controlFrame, .protocolError, frame(9, fin: false)),
      Row(
        "close reason of 124 bytes", .controlFrame, .protocolError,
        frame(8, [3, 232] + [UInt8](repeating: 0x61, count: 124))),
      Row("continuation first", .continuationWithoutStart, .protocolError, frame(0, [1])),
      Row(
        "continuation after the end", .continuationWithoutStart, .protocolError,
        frame(2, [1], fin: false) + frame(0, [2]) + frame(0, [3])),
      Row(
        "message inside a message", .messageInsideMessage, .protocolError,
        frame(2, [1], fin: false) + frame(2, [2])),
      Row("5 in 16 bits", .lengthNotMinimal, .protocolError, [0x82, 0xfe, 0, 5]),
      Row(
        "200 in 64 bits", .lengthNotMinimal, .protocolError,
        [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 200]),
      Row(
        "length with its top bit", .lengthNegative, .protocolError,
        [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]),
      Row(
        "length 2^63-1", .tooBig(limit: 16 << 20), .tooBig,
        [0x82, 0xff, 0x7f] + [UInt8](repeating: 0xff, count: 7)),
      Row("length 2^32", .tooBig(limit: 16 << 20), .tooBig, [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0]),
      Row(
        "one byte over the limit", .tooBig(limit: 16 << 20), .tooBig,
        [0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 1]),
      Row(
        "over the limit in two fragments", .tooBig(limit: 16 << 20), .tooBig,
        frame(2, [1], fin: false) + [0x80, 0xff, 0, 0, 0, 0, 1, 0, 0, 0]),
      Row("close of one byte", .closePayload, .protocolError, frame(8, [3])),
      Row("close reason not UTF-8", .invalidUTF8, .invalidPayload, frame(8, [3, 232, 0xff])),
      Row("surrogate", .invalidUTF8, .invalidPayload, frame(1, [0xed, 0xa0, 0x80])),
      Row("overlong", .invalidUTF8, .invalidPayload, frame(1, [0xc0, 0x80])),
      Row("over U+10FFFF", .invalidUTF8, .invalidPayload, frame(1, [0xf4, 0x90, 0x80, 0x80])),
      Row("ends inside a character", .invalidUTF8, .invalidPayload, frame(1, [0xd0])),
      Row(
        "ends inside a character after fragments", .invalidUTF8, .invalidPayload,
        frame(1, [0xe2, 0x82], fin: false) + frame(0, [])),
    ]
    + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map {
      Row("opcode \($0)", .reservedOpcode($0), .protocolError, frame($0))
    }
    + [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map { (code: Int) in
      Row(
        "close code \(code)", .closeCode(UInt16(code)), .protocolError,
        frame(8, [UInt8(code >> 8), UInt8(code & 0xff)]))
    }

  @Test(arguments: rows)
  func everyViolationHasItsCloseCode(_ row: Row) {
    #expect(Session.run(row.bytes).last == .failed(row.error))
    #expect(row.error.closeCode == row.code)
  }

  @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999])
  func goodCloseCodesAreTaken(code: UInt16) {
    let reason = [UInt8](repeating: 0x61, count: 123)
    let bytes = frame(8, [UInt8(code >> 8), UInt8(code & 0xff)] + reason)
    let text = String(decoding: reason, as: UTF8.self)
    #expect(Session.run(bytes) == [.close(CloseCode(rawValue: code), text)])
  }

  @Test func whatFollowsACloseIsIgnored() {
    #expect(Session.run(frame(8) + frame(2, [1]) + [0xff, 0xff]) == [.close(nil, "")])
  }

  @Test func controlFramesPassBetweenFragments() {
    let bytes =
      frame(1, Array("Жа".utf8.prefix(1)), fin: false) + frame(9, [7])
      + frame(0, Array("Жа".utf8.dropFirst()), fin: false) + frame(10) + frame(0, [])
    let expected: [Seen] = [.ping([7]), .pong([]), .message(isText: true, Array("Жа".utf8))]
    #expect(Session.run(bytes) == expected)
  }

  @Test func textFailsAtItsFirstBadByteBeforeTheFrameIsWhole() {
    let bytes = frame(1, Array("abc".utf8) + [0xff] + [UInt8](repeating: 0x61, count: 50))
    var session = Session()
    session.feed(bytes[..<9])
    #expect(session.seen.isEmpty)
    session.feed(bytes[9..<10])
    #expect(session.seen == [.failed(.invalidUTF8)])
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
  func everyLengthFormIsRead(count: Int) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(Session.run(frame(2, payload)) == [.message(isText: false, payload)])
    let zeroKey = frame(2, payload, key: [0, 0, 0, 0])
    #expect(Session.run(zeroKey) == [.message(isText: false, payload)])
  }

  @Test func theReaderSaysHowLongTheFrameWillBe() throws {
    var reader = MessageReader()
    var bytes = frame(2, [UInt8](repeating: 1, count: 300))
    let total = bytes.count
    bytes = Array(bytes.prefix(20))
    var span = bytes.mutableSpan
    var offset = 0
    #expect(try reader.next(&span, at: &offset) == .needMore(totalBytes: total))
    #expect(offset == 0)
  }

  @Test func emptyFragmentsAreBounded() {
    let bytes = frame(2, fin: false) + (0..<1_001).flatMap { _ in frame(0, fin: false) }
    #expect(Session.run(bytes) == [.failed(.tooManyFragments)])
  }

  @Test func fourMebibytesInPiecesOf64BytesAreTaken() {
    let piece = frame(0, [UInt8](repeating: 5, count: 64), fin: false)
    var session = Session()
    session.feed(frame(2, [], fin: false))
    for _ in 0..<65_536 { session.feed(piece) }
    #expect(session.reader.assembledBytes == 4 << 20)
    session.feed(frame(0, []))
    #expect(session.seen == [.message(isText: false, [UInt8](repeating: 5, count: 4 << 20))])
  }
}

@Suite("MessageReader, every chunking")
struct ChunkingTests {
  /// A session with every kind of frame in it.
  static let session: [UInt8] =
    frame(2, (0..<200).map { UInt8($0) }) + frame(9, [1, 2]) + frame(1, Array("Пример".utf8))
    + frame(1, Array("тек".utf8.prefix(3)), fin: false) + frame(10, [3])
    + frame(0, Array("тек".utf8.dropFirst(3)), fin: false) + frame(0, []) + frame(2, [])
    + frame(2, [9, 9], fin: false) + frame(0, [8]) + frame(8, [0x0f, 0xa0] + Array("конец".utf8))

  static let expected = Session.run(session)

  @Test func theSessionIsReadAsItWasWritten() {
    #expect(
      Self.expected == [
        .message(isText: false, (0..<200).map { UInt8($0) }), .ping([1, 2]),
        .message(isText: true, Array("Пример".utf8)), .pong([3]),
        .message(isText: true, Array("тек".utf8)), .message(isText: false, []),
        .message(isText: false, [9, 9, 8]), .close(CloseCode(rawValue: 4000), "конец"),
      ])
  }

  @Test func cutAtEveryByte() {
    for cut in 0...Self.session.count {
      var session = Session()
      session.feed(Self.session[..<cut])
      session.feed(Self.session[cut...])
      #expect(session.seen == Self.expected, "cut at \(cut)")
    }
  }

  @Test func oneByteAtATime() {
    var session = Session()
    for byte in Self.session { session.feed([byte]) }
    #expect(session.seen == Self.expected)
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func randomChunks(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var session = Session()
    var rest = Self.session[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...min(rest.count, 40), using: &random)
      session.feed(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    #expect(session.seen == Self.expected, "seed \(seed)")
  }

  @Test func everyPrefixIsAPrefixOfTheEvents() {
    for count in 0..<Self.session.count {
      let seen = Session.run(Array(Self.session[..<count]))
      #expect(seen == Array(Self.expected.prefix(seen.count)), "prefix \(count)")
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func flippedBitsEndInAnErrorOrInEvents(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      var bytes = Self.session
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
          1 << UInt8.random(in: 0..<8, using: &random)
      }
      let whole = Session.run(bytes, limits: MessageLimits(messageBytesMax: 300))
      var cut = Session(limits: MessageLimits(messageBytesMax: 300))
      for byte in bytes { cut.feed([byte]) }
      #expect(cut.seen == whole, "seed \(seed)")
    }
  }
}
