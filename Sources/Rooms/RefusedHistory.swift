internal import CRDT
internal import Lib0

/// What was refused on a board, so that it does not come back in by another door.
///
/// A refused update leaves its structs in the author's document. A later SyncStep2 from that
/// document offers them again, perhaps after the room was unfrozen; taking them then would turn a
/// refusal into a delay. A client that starts from a fresh document never meets this.
///
/// - Shape: client id → first refused clock; author → refused deletions. Structs name the document
///   that holds them. Deletions do not, and the same thing may be deleted later, in the open: so
///   they are remembered only where nothing else was refused with them, and only looked at in a
///   SyncStep2 from the same document, as far as its client id is known.
/// - Limits: 4,096 client ids and 256 authors with 4,096 ranges each a board. Past that the oldest
///   knowledge stays and new refusals are not remembered, which only makes the hub more lenient.
struct RefusedHistory: Equatable {
  private static let clientLimit = 4_096
  private static let authorLimit = 256
  private static let rangeLimit = 4_096

  /// Whose document a deletion was refused in.
  struct Author: Hashable {
    var subject: String
    /// The document's own client id, where its awareness has told it.
    var client: ClientID?
  }

  private(set) var clocks: [ClientID: UInt64] = [:]
  private(set) var deletions: [Author: DeleteSet] = [:]

  var isEmpty: Bool { clocks.isEmpty && deletions.isEmpty }

  /// What refusing `touched` of `subject` teaches.
  ///
  /// - Parameter isTheirs: Whether a client id may count as the subject's. Structs under somebody
  ///   else's id are not remembered: their owner may write there.
  init(_ touched: TouchSet, by author: Author, isTheirs: (ClientID) -> Bool) {
    for range in touched.newStructs where isTheirs(range.client) {
      remember(client: range.client, from: range.from)
    }
    let deleted = touched.newDeletes
    if touched.newStructs.isEmpty, !deleted.isEmpty, deleted.ranges.count <= Self.rangeLimit {
      deletions[author] = deleted
    }
  }

  init() {}

  mutating func remember(client: ClientID, from clock: UInt64) {
    guard clocks.count < Self.clientLimit || clocks[client] != nil else { return }
    clocks[client] = min(clocks[client] ?? .max, clock)
  }

  /// Adds what another history knows.
  ///
  /// - Returns: what of it was news and is remembered now.
  @discardableResult
  mutating func merge(_ other: RefusedHistory) -> RefusedHistory {
    var added = RefusedHistory()
    for (client, clock) in other.clocks {
      let known = clocks[client]
      remember(client: client, from: clock)
      if clocks[client] != known { added.clocks[client] = clock }
    }
    for (author, set) in other.deletions {
      let known = deletions[author]
      guard known != nil || deletions.count < Self.authorLimit else { continue }
      let union = (known ?? DeleteSet()).union(set)
      guard union != known, union.ranges.count <= Self.rangeLimit else { continue }
      deletions[author] = union
      added.deletions[author] = set
    }
    return added
  }

  /// Whether a touch set holds something that was refused before.
  func matches(_ touched: TouchSet, by author: Author, inStep2: Bool) -> Bool {
    if isEmpty { return false }
    for range in touched.newStructs {
      if let clock = clocks[range.client], range.to > clock { return true }
    }
    guard inStep2, !touched.newDeletes.isEmpty else { return false }
    return deletions.contains { known, refused in
      known.subject == author.subject
        && (known.client == nil || author.client == nil || known.client == author.client)
        && refused.intersects(touched.newDeletes)
    }
  }
}

extension RefusedHistory {
  /// `"clients": [[id, clock], …], "deleted": [{"sub": …, "client": id, "ranges": [[id, clock,
  /// length], …]}, …]`; `client` is absent where it is not known.
  var fields: ObjectValue {
    let deleted = deletions.sorted { $0.key < $1.key }.map { author, set in
      var entry = ObjectValue()
      entry.set("sub", .string(author.subject))
      if let client = author.client { entry.set("client", .number(Double(client))) }
      entry.set("ranges", .array(set.ranges.map { .row($0.client, $0.clock, $0.length) }))
      return AnyValue.object(entry)
    }
    let clients = clocks.sorted { $0.key < $1.key }.map { AnyValue.row($0.key, $0.value) }
    return ObjectValue([
      .init(key: "clients", value: .array(clients)),
      .init(key: "deleted", value: .array(deleted)),
    ])
  }

  /// Reads `fields`; nil where they have another shape.
  init?(_ fields: ObjectValue) {
    guard let clients = fields["clients"]?.arrayValue else { return nil }
    for value in clients {
      guard let row = value.numbers(2) else { return nil }
      remember(client: row[0], from: row[1])
    }
    guard let deleted = fields["deleted"]?.arrayValue else { return nil }
    for value in deleted {
      guard case .object(let entry) = value, case .string(let subject)? = entry["sub"]
      else { return nil }
      var author = Author(subject: subject)
      if let number = entry["client"]?.numberValue {
        guard let client = ClientID(exactly: number) else { return nil }
        author.client = client
      }
      var ranges: [DeleteRange] = []
      for value in entry["ranges"]?.arrayValue ?? [] {
        guard let row = value.numbers(3), row[2] > 0 else { return nil }
        ranges.append(DeleteRange(client: row[0], clock: row[1], length: row[2]))
      }
      deletions[author] = DeleteSet(ranges)
    }
  }
}

extension RefusedHistory.Author: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    (left.subject, left.client ?? 0) < (right.subject, right.client ?? 0)
  }
}

extension AnyValue {
  fileprivate static func row(_ numbers: UInt64...) -> AnyValue {
    .array(numbers.map { .number(Double($0)) })
  }

  /// Exactly `count` integers of at most 53 bits.
  fileprivate func numbers(_ count: Int) -> [UInt64]? {
    guard case .array(let list) = self, list.count == count else { return nil }
    let numbers = list.compactMap { $0.numberValue.flatMap { UInt64(exactly: $0) } }
    return numbers.count == count && numbers.allSatisfy { $0 <= maxSafeInteger } ? numbers : nil
  }
}
