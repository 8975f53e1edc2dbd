public import Storage
public import SyncProtocol

/// What a room wants done. A room touches neither sockets nor files: it returns these, in order.
public enum Effect: Sendable {
  /// One message to one session. `board` names the board for clients with several.
  case send(ServerMessage, board: String, to: SessionID)
  /// One message to all who follow a board, encoded once a dialect and shared.
  /// Presence may be left out for a reader with a queue: what it says is soon outdated.
  /// A reader with nothing queued has everything through `after` before this message.
  case fanOut(ServerMessage, board: String, to: Audience, after: UInt64, isPresence: Bool)
  /// One JSON text to one `jamboree.v1` session.
  case control(String, to: SessionID)
  /// One JSON text to several `jamboree.v1` sessions.
  case announce(String, to: [SessionID])
  /// Goes into the log of this turn, before any frame of this turn leaves.
  case record(JournalRecord)
  /// Ends a session: a close code of RFC 6455 or of Protocol/wire.md §7.
  case close(SessionID, code: UInt16, reason: String)
  /// Something that an operator should be able to find, with its fields (the host adds the room);
  /// no secrets, no document content.
  case log(String, [String: String])
}

/// Who follows a board, by what they understand. Copies share the arrays.
public struct Audience: Equatable, Sendable {
  public var stock: [SessionID] = []
  public var own: [SessionID] = []

  public var isEmpty: Bool { stock.isEmpty && own.isEmpty }
  public var count: Int { stock.count + own.count }

  mutating func insert(_ session: SessionID, _ dialect: Dialect) {
    switch dialect {
    case .stock: if !stock.contains(session) { stock.append(session) }
    case .jamboree: if !own.contains(session) { own.append(session) }
    }
  }

  mutating func remove(_ session: SessionID) {
    if let index = stock.firstIndex(of: session) { stock.swapRemove(at: index) }
    if let index = own.firstIndex(of: session) { own.swapRemove(at: index) }
  }
}

extension Array {
  /// Removes an element where order does not matter: O(1).
  mutating func swapRemove(at index: Int) {
    swapAt(index, count - 1)
    removeLast()
  }
}
