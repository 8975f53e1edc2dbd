import Lib0
import SyncProtocol
import TestSupport
import Testing

/// Protocol/vectors/messages.json, every message read and written again.
@Suite("Golden messages")
struct MessageVectorTests {
  @Test func syncMessagesAreWrittenAsTheyWereRead() throws {
    let rows = try Vectors.rows("messages.json", "sync", optional: true)
    #expect(rows.count == 5)
    for row in rows {
      let message = try SyncMessage(row.bytes.span)
      #expect(message.encoded() == row.bytes, "\(row.kind)")
      let kind: SyncMessage.Kind = message.kind
      #expect(row.kind.hasPrefix(kind.rawValue), "\(row.kind)")
      #expect(ClientMessage(message).sync == message && ServerMessage(message).sync == message)
    }
  }

  @Test func yWebsocketMessagesAreWrittenAsTheyWereRead() throws {
    for row in try Vectors.rows("messages.json", "y_websocket") {
      // Queries come from clients, refusals from servers, everything else from both.
      if !row.kind.hasPrefix("3") {
        #expect(try ServerMessage(stock: row.bytes.span).encoded() == row.bytes, "\(row.kind)")
      }
      if !row.kind.hasPrefix("2") {
        #expect(try ClientMessage(stock: row.bytes.span).encoded() == row.bytes, "\(row.kind)")
      }
    }
  }

  @Test func hocuspocusFramesAreWrittenAsTheyWereRead() throws {
    let rows = try Vectors.rows("messages.json", "hocuspocus")
    #expect(rows.count == Self.hocuspocus.count)
    for (row, expected) in zip(rows, Self.hocuspocus) {
      let frame = try HocuspocusFrame(row.bytes.span)
      #expect(frame == expected, "\(row.kind)")
      #expect(frame.encoded() == row.bytes, "\(row.kind)")
    }
  }

  static let update: [UInt8] = [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x68, 0x69, 0]
  static let room = HocuspocusAddress(document: "room")
  /// What the rows say in words, in their order.
  static let hocuspocus: [HocuspocusFrame] = [
    .message(room, .token("tok", providerVersion: "4.5.0")),
    .message(room, .token("tok", providerVersion: nil)),
    .message(room, .permissionDenied(reason: "permission-denied")),
    .message(room, .authenticated(.readWrite)),
    .message(room, .authenticated(.readOnly)),
    .message(room, .tokenRequest),
    .message(room, .sync(.step1(stateVector: [1, 1, 2]))),
    .message(room, .sync(.step2(update: update))),
    .message(room, .sync(.update(update))),
    .message(room, .syncReply(.step1(stateVector: [1, 1, 2]))),
    .message(room, .awareness([1, 1, 1, 7] + Array(#"{"u":1}"#.utf8))),
    .message(room, .queryAwareness),
    .message(room, .stateless("ping me")),
    .message(room, .broadcastStateless("x")),
    .message(room, .close(reason: nil)),
    .message(room, .close(reason: "provider_initiated")),
    .message(room, .syncStatus(isStored: true)),
    .message(room, .syncStatus(isStored: false)),
    .ping,
    .pong,
    .message(
      HocuspocusAddress(document: "room", session: "sess"), .sync(.step1(stateVector: [0]))),
  ]

  @Test func cutAndFlippedFramesNeverTrap() throws {
    var random = SplitMix64(seed: 9)
    for row in try Vectors.rows("messages.json", "hocuspocus") {
      for count in 0..<row.bytes.count {
        let prefix = Array(row.bytes[..<count])
        _ = try? HocuspocusFrame(prefix.span)
      }
      for _ in 0..<500 {
        var bytes = row.bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = .random(in: 0...255, using: &random)
        _ = try? HocuspocusFrame(bytes.span)
        _ = try? SyncMessage(bytes.span)
      }
    }
  }

  @Test(arguments: [9, 10, 11, 127] as [UInt64])
  func unknownTypesAreRefused(type: UInt64) {
    var writer = ByteWriter()
    writer.string("room")
    writer.varUInt(type)
    writer.string("x")
    let bytes = writer.bytes
    #expect(throws: DecodingError.self) { _ = try HocuspocusFrame(bytes.span) }
  }
}

extension SyncMessage {
  fileprivate enum Kind: String {
    case step1 = "SyncStep1"
    case step2 = "SyncStep2"
    case update = "Update"
  }

  fileprivate var kind: Kind {
    switch self {
    case .step1: .step1
    case .step2: .step2
    case .update: .update
    }
  }
}
