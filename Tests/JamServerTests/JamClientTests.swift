import CRDT
import Glibc
import JamClient
import JamServer
import Lib0
import Logging
import Storage
import SyncProtocol
import Testing

/// The client for tools against a hub in the same process.
@Suite("JamClient and a hub", .serialized)
final class JamClientHubTests {
  private let folder: TemporaryFolder
  private let hub: Hub
  private let key: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    var config = HubConfig()
    config.port = 0
    config.dataDirectory = folder.path + "/d"
    config.shards = 2
    hub = try Hub(config, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    key = try SigningKey.load(dataDirectory: config.dataDirectory)
  }

  deinit { _ = hub.stop() }

  private static var deadline: UInt64 { monotonicNow() + 20_000_000_000 }

  private func connect(
    _ subject: String, _ dialect: RoomConnection.Dialect, _ scope: String? = nil,
    role: String = "bot", room: String = "one"
  ) throws -> RoomConnection {
    let request = TokenRequest(
      subject: subject, role: role, jam: "demo", room: scope == nil ? nil : room, scope: scope)
    let now = Int64(time(nil))
    let token = try Tokens.sign(try request.claims(now: now), key: key, now: now)
    let address = try RoomAddress("ws://127.0.0.1:\(hub.port)/yjs/demo/\(room)")
    return try RoomConnection(address, token: token, dialect: dialect, deadline: Self.deadline)
  }

  private func letter(_ doc: inout Doc, _ text: String) throws -> [UInt8] {
    try doc.transact { edit throws(EditError) in
      try edit.insert(text, at: 0, in: edit.root("t"))
    } ?? []
  }

  @Test func whatOneWritesIsSavedAndAStockClientSeesIt() throws {
    let writer = try connect("ann", .jamboree)
    try writer.open(["main", "ideas"], deadline: Self.deadline)
    let watcher = try connect("bob", .stock(board: "main"))
    var doc = Doc(clientID: 1)
    for text in ["c", "b", "a"] {
      try writer.send(.update(try letter(&doc, text)), board: "main")
    }
    try writer.waitUntilSaved(deadline: Self.deadline)
    #expect(writer.boards["main"]?.saved == 3 && writer.boards["ideas"]?.sent == 0)
    var seen = Doc(clientID: 2)
    try watcher.send(.syncStep1(stateVector: [0]))
    while seen.clock(of: 1) < 3 {
      guard case .message(_, let message)? = try watcher.next(deadline: Self.deadline) else {
        Issue.record("nothing came")
        return
      }
      switch message {
      case .syncStep2(let bytes), .update(let bytes): seen.apply(try Update(v1: bytes))
      default: break
      }
    }
    #expect(seen.encodeStateAsUpdate() == doc.encodeStateAsUpdate())
  }

  @Test func aRefusalAtTheDoorHasItsCode() throws {
    let writer = try connect("ann", .jamboree)
    try writer.open(["main"], deadline: Self.deadline)
    var doc = Doc(clientID: 1)
    try writer.send(.update(try letter(&doc, "a")), board: "main")
    try writer.waitUntilSaved(deadline: Self.deadline)
    #expect {
      _ = try connect("r", .jamboree, "replay")
    } throws: { error in
      if case .refused(403, "not-review", _)? = error as? ClientError { true } else { false }
    }
  }

  @Test func aRejectedUpdateEndsTheWait() throws {
    _ = try connect("r", .jamboree, "replay", room: "review")
    let person = try connect("ann", .jamboree, role: "facilitator", room: "review")
    try person.open(["main"], deadline: Self.deadline)
    var doc = Doc(clientID: 1)
    try person.send(.update(try letter(&doc, "a")), board: "main")
    #expect {
      try person.waitUntilSaved(deadline: Self.deadline)
    } throws: { error in
      if case .rejected("main", "review", _)? = error as? ClientError { true } else { false }
    }
  }

  @Test func nobodyThereAndSilenceEndInTime() throws {
    let address = try RoomAddress("ws://127.0.0.1:1/yjs/demo/one")
    #expect(throws: ClientError.self) {
      _ = try RoomConnection(
        address, token: "a.b.c", dialect: .jamboree, deadline: Self.deadline)
    }
    let quiet = try connect("ann", .jamboree)
    _ = try quiet.next(deadline: Self.deadline)
    #expect(try quiet.next(deadline: monotonicNow() + 20_000_000) == nil)
  }
}
