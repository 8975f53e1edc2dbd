internal import CRDT
internal import Lib0
public import Storage

/// After an unclean end: of which Yjs client ids the hub has everything again.
///
/// Until then anybody's SyncStep2 may bring back what the hub lost under somebody else's id. What
/// an id wrote is complete once the document that writes under it has been here with all of it: it
/// gave a whole SyncStep2, or a live edit that built on nothing unknown. Another tab of the same
/// person says nothing about it, and a fresh one has nothing.
///
/// - Shape: board → client ids.
public struct SettledClients: Sendable, Equatable {
  private var boards: [String: Set<ClientID>] = [:]

  public init() {}

  public var isEmpty: Bool { boards.isEmpty }

  func contains(_ client: ClientID, on board: String) -> Bool {
    boards[board]?.contains(client) ?? false
  }

  mutating func insert(_ client: ClientID, on board: String) {
    boards[board, default: []].insert(client)
  }
}

extension SettledClients {
  /// JSON, room → board → client ids; empty where there is nothing to say.
  public static func encode(_ rooms: [RoomID: SettledClients]) -> [UInt8] {
    var all = ObjectValue()
    for (room, settled) in rooms.sorted(by: { $0.key < $1.key }) where !settled.isEmpty {
      var boards = ObjectValue()
      for (board, clients) in settled.boards.sorted(by: { $0.key < $1.key }) {
        boards.set(board, .array(clients.sorted().map { .number(Double($0)) }))
      }
      all.set("\(room)", .object(boards))
    }
    return all.entries.isEmpty ? [] : Array(JSON.text(.object(all)).utf8)
  }

  /// Reads what `encode` writes. What has another shape is left out: then the hub only goes on
  /// asking for what it may have lost.
  public static func decode(_ bytes: [UInt8]) -> [RoomID: SettledClients] {
    guard case .object(let all)? = try? JSON.parse(bytes.span) else { return [:] }
    var rooms: [RoomID: SettledClients] = [:]
    for entry in all.entries {
      let names = entry.key.split(separator: "/", omittingEmptySubsequences: false)
      guard names.count == 2, let jam = Slug(names[0]), let prototype = Slug(names[1]),
        case .object(let boards) = entry.value
      else { continue }
      let room = RoomID(jam: jam, prototype: prototype)
      for board in boards.entries {
        guard case .array(let clients) = board.value else { continue }
        for case .number(let number) in clients {
          guard let client = ClientID(exactly: number) else { continue }
          rooms[room, default: SettledClients()].insert(client, on: board.key)
        }
      }
    }
    return rooms
  }
}
