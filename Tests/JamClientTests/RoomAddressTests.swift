import SyncProtocol
import Testing
import WebSocket

@testable import JamClient

@Suite("RoomAddress")
struct RoomAddressTests {
  @Test(arguments: [
    ("ws://localhost:8080/yjs/demo/one", "localhost", 8080, nil),
    ("ws://127.0.0.1/yjs/demo/one/", "127.0.0.1", 80, nil),
    ("ws://[::1]:9/yjs/demo/one?token=a.b-c_d", "::1", 9, "a.b-c_d"),
    ("http://x:1/j/demo/one#i=secret", "x", 1, nil),
    ("HTTP://x:1/j/demo/one?x=y&token=abc#frag", "x", 1, "abc"),
  ] as [(String, String, UInt16, String?)])
  func addressesAreRead(
    _ text: String, _ host: String, _ port: UInt16, _ token: String?
  ) throws {
    let address = try RoomAddress(text)
    #expect(address.host == host && address.port == port && address.token == token)
    #expect(address.jam == "demo" && address.room == "one")
  }

  @Test(arguments: [
    "", "demo/one", "ws://", "ws://x", "ws://x/yjs/demo", "ws://x/j/demo/one", "ws://x:0/yjs/d/o",
    "ws://x:99999/yjs/d/o", "ws://x:x/yjs/d/o", "http://x/yjs/d/o", "ws://x/yjs/D/o",
    "ftp://x/j/d/o", "ws://x@y/yjs/d/o", "ws://x/yjs/d/o/b/c", "ws:///yjs/d/o", "ws://x /yjs/d/o",
    "ws://x/yjs/d/o?token=a%0d%0aHost:x", "ws://x\r\n/yjs/d/o",
  ])
  func othersAreRefused(_ text: String) {
    #expect(throws: ClientError.self) { try RoomAddress(text) }
  }

  @Test func encryptionIsInTheScheme() throws {
    let socket = try RoomAddress("wss://x/yjs/d/o")
    #expect(socket.isEncrypted && socket.port == 443)
    let page = try RoomAddress("https://x:1/j/d/o#i=secret")
    #expect(page.isEncrypted && page.port == 1)
    #expect(try !RoomAddress("ws://x/yjs/d/o").isEncrypted)
  }
}

@Suite("ClientFrames")
struct ClientFrameTests {
  @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
  func theHubReadsWhatTheClientWrites(count: Int) throws {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var frame = ClientFrame.make(.binary, payload)
    var reader = MessageReader()
    var offset = 0
    var bytes = frame.mutableSpan
    let event = try reader.next(&bytes, at: &offset)
    guard case .message(false, let range) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(Array(frame[range]) == payload)
  }

  private func frames(_ bytes: [UInt8], step: Int) throws -> [ServerFrame] {
    var reader = ServerFrameReader()
    var found: [ServerFrame] = []
    for start in stride(from: 0, to: bytes.count, by: step) {
      reader.append(bytes[start..<min(start + step, bytes.count)])
      while let frame = try reader.next() { found.append(frame) }
    }
    return found
  }

  private static let stream: [UInt8] =
    FrameWriter.text("hello") + FrameWriter.ping([1, 2]) + [0x02, 1, 7] + FrameWriter.ping()
    + [0x80, 2, 8, 9] + FrameWriter.binary([UInt8](repeating: 5, count: 70_000))
    + FrameWriter.close(CloseCode(rawValue: 4401), reason: "over")

  @Test(arguments: [1, 2, 3, 1_000, 1 << 20])
  func framesComeOutHoweverTheyArrive(step: Int) throws {
    let found = try frames(Self.stream, step: step)
    #expect(
      found == [
        .text(Array("hello".utf8)), .ping([1, 2]), .ping([]), .binary([7, 8, 9]),
        .binary([UInt8](repeating: 5, count: 70_000)), .close(4401, reason: "over"),
      ])
  }

  @Test(arguments: [
    [0x82, 0x81, 0, 0, 0, 0, 1], [0xC2, 0], [0x83, 0], [0x80, 0], [0x02, 0, 0x82, 0], [0x09, 0],
    [0x89, 126, 0, 200], [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0],
  ] as [[UInt8]])
  func whatIsNoFrameIsRefused(bytes: [UInt8]) {
    #expect(throws: ClientError.self) { try frames(bytes, step: 1) }
  }

  @Test func prefixesAndFlippedBitsNeverTrap() {
    let start = Array(Self.stream.prefix(40))
    for count in 0...start.count { _ = try? frames(Array(start[..<count]), step: 7) }
    for index in start.indices {
      for bit in 0..<8 {
        var bytes = start
        bytes[index] ^= 1 << UInt8(bit)
        _ = try? frames(bytes, step: 5)
      }
    }
  }
}

@Suite("Messages of both ends")
struct MessageTests {
  static let client: [ClientMessage] = [
    .syncStep1(stateVector: [0]), .syncStep2(update: [0, 0]), .update([1, 2, 3]), .queryAwareness,
    .awareness([AwarenessEntry(client: 7, clock: 3, state: Array("{}".utf8))]), .auth,
  ]

  @Test(arguments: client)
  func whatAClientWritesTheHubReads(message: ClientMessage) throws {
    #expect(try ClientMessage(stock: message.encoded().span) == message)
    let (board, found) = try ClientMessage.addressed(message.encoded(board: "b").span)
    #expect(board == "b" && found == message)
  }

  static let server: [ServerMessage] = [
    .syncStep1(stateVector: [0]), .syncStep2(update: [0, 0]), .update([9]), .awareness([0]),
    .permissionDenied(reason: "nein"), .saved(epoch: 1, count: 300),
    .reject(number: 2, code: "frozen", reason: "r"), .opened(epoch: 4),
  ]

  @Test(arguments: server)
  func whatTheHubWritesAClientReads(message: ServerMessage) throws {
    let bytes = message.encoded(board: "main")
    let (board, found) = try ServerMessage.addressed(bytes.span)
    #expect(board == "main" && found == message)
    let stock = message.encoded()
    #expect(((try? ServerMessage(stock: stock.span)) == message) == message.isStock)
    for count in 0..<bytes.count {
      #expect(throws: (any Error).self) {
        try ServerMessage.addressed(Array(bytes[..<count]).span)
      }
    }
  }
}
