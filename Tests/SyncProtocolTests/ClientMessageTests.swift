import Foundation
import Lib0
import SyncProtocol
import TestSupport
import Testing

/// Golden messages of y-protocols and y-websocket (Protocol/vectors/messages.json).
@Suite("Client messages")
struct ClientMessageTests {
  @Test func goldenMessagesOfYWebsocketAreRead() throws {
    let rows = try Vectors.rows("messages.json", "y_websocket")
    let kinds = try rows.map { row in
      let message = try ClientMessage(stock: row.bytes.span)
      return row.kind + " -> " + message.shortName
    }
    #expect(kinds.count >= 6)
    for kind in kinds {
      let expected =
        kind.hasPrefix("0 sync/step1") ? "step1"
        : kind.hasPrefix("0 sync/step2") ? "step2"
        : kind.hasPrefix("0 sync/update") ? "update"
        : kind.hasPrefix("1") ? "awareness" : kind.hasPrefix("2") ? "auth" : "query"
      #expect(kind.hasSuffix("-> " + expected), "\(kind)")
    }
  }

  @Test func everyPrefixOfAMessageIsRefused() throws {
    for row in try Vectors.rows("messages.json", "y_websocket") where !row.kind.hasPrefix("2") {
      for count in 0..<row.bytes.count {
        let prefix = Array(row.bytes[..<count])
        #expect(throws: DecodingError.self, "\(row.kind), \(count) bytes") {
          _ = try ClientMessage(stock: prefix.span)
        }
      }
    }
  }

  @Test(arguments: [4, 5, 8, 10, 11, 12, 13, 127, 200] as [UInt64])
  func unknownAndExtendedTypesAreRefusedInTheStockDialect(type: UInt64) {
    var writer = ByteWriter()
    writer.varUInt(type)
    writer.varUInt(1)
    let bytes = writer.bytes
    #expect(throws: DecodingError.self) { _ = try ClientMessage(stock: bytes.span) }
  }

  @Test func bitFlipsNeverTrap() throws {
    var random = SplitMix64(seed: 42)
    let rows = try Vectors.rows("messages.json", "y_websocket")
    for _ in 0..<5_000 {
      var bytes = rows[Int.random(in: 0..<rows.count, using: &random)].bytes
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(
        in: 0..<8, using: &random)
      _ = try? ClientMessage(stock: bytes.span)
      _ = try? ClientMessage.addressed(bytes.span)
    }
  }

  @Test func aHugeAwarenessCountIsRefusedBeforeItIsBelieved() {
    var writer = ByteWriter()
    writer.varUInt(1)
    writer.varBytes([0x80, 0x80, 0x80, 0x80, 0x0f])  // 4 billion entries in five bytes
    let bytes = writer.bytes
    #expect(throws: DecodingError.self) { _ = try ClientMessage(stock: bytes.span) }
  }

  @Test func anAddressedMessageCarriesItsBoard() throws {
    var writer = ByteWriter()
    writer.string("plan")
    writer.varUInt(12)
    writer.varUInt(3)
    let bytes = writer.bytes
    let (board, message) = try ClientMessage.addressed(bytes.span)
    #expect(board == "plan")
    #expect(message == .open(epoch: 3))
  }
}

@Suite("Server messages")
struct ServerMessageTests {
  static let rows: [(ServerMessage, String)] = [
    (.syncStep1(stateVector: [1, 1, 2]), "000003010102"),
    (.syncStep2(update: [0, 0]), "0001020000"),
    (.update([0, 0]), "0002020000"),
    (.permissionDenied(reason: "no"), "0200026e6f"),
    (.awareness([0]), "010100"),
    (.saved(epoch: 1, count: 300), "0a01ac02"),
    (.reject(number: 2, code: "c", reason: "r"), "0b0201630172"),
    (.opened(epoch: 7), "0d07"),
  ]

  @Test(arguments: 0..<rows.count)
  func isWrittenAsSpecified(index: Int) {
    let (message, expected) = Self.rows[index]
    #expect(hex(message.encoded()) == expected)
    #expect(hex(message.encoded(board: "b")) == "0162" + expected)
  }

  @Test func aStockClientKnowsOnlyStockMessages() {
    for (message, bytes) in Self.rows {
      let type = UInt8(bytes.prefix(2), radix: 16) ?? 255
      #expect(message.isStock == (type <= 3))
    }
  }
}

@Suite("Awareness entries")
struct AwarenessEntryTests {
  @Test func goldenAwarenessUpdatesRoundTrip() throws {
    var count = 0
    for update in try Vectors.awarenessUpdates() {
      let entries = try AwarenessEntry.decode(update.span)
      #expect(AwarenessEntry.encode(entries) == update)
      count += entries.count
    }
    #expect(count > 10)
  }
}

extension ClientMessage {
  fileprivate var shortName: String {
    switch self {
    case .syncStep1: "step1"
    case .syncStep2: "step2"
    case .update: "update"
    case .awareness: "awareness"
    case .queryAwareness: "query"
    case .auth: "auth"
    case .open: "open"
    }
  }
}

/// Files of Protocol/vectors.
enum Vectors {
  struct Row {
    var kind: String
    var bytes: [UInt8]
  }

  private static var folder: URL {
    URL(filePath: #filePath).appending(path: "../../../Protocol/vectors").standardized
  }

  static func json(_ file: String) throws -> Any {
    return try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: file)))
  }

  /// A file as values of our own,.
  static func values(_ file: String) throws -> AnyValue {
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
    return try JSON.parse(bytes.span)
  }

  /// - Parameter optional: Some entries are no messages.
  static func rows(_ file: String, _ key: String, optional: Bool = false) throws -> [Row] {
    let root = try json(file) as? [String: Any]
    let list = try #require(root?[key] as? [[String: Any]])
    return try list.filter { !optional || $0["hex"] != nil }.map { entry in
      let text = try #require(entry["hex"] as? String)
      let kind = try #require(entry["kind"] as? String)
      let decoded = try #require(bytes(hex: text))
      return Row(kind: kind, bytes: decoded)
    }
  }

  static func awarenessUpdates() throws -> [[UInt8]] {
    let root = try json("awareness.json")
    let list = try #require(root as? [[String: Any]])
    let texts = list.compactMap { ($0["encoded"] ?? $0["input"]) as? String }
    return texts.compactMap { bytes(hex: $0) }
  }
}
