internal import CRDT
internal import Lib0

/// What was refused on a board, so that it does not come back in by another door.
///
/// A refused update leaves its structs in the author's document. A later SyncStep2 from that
/// document offers them again, perhaps after the room was unfrozen; taking them then would turn a
/// refusal into a delay. A client that starts from a fresh document never meets this.
///
/// - Shape: client id → first refused clock, and who met the refusal; author → refused deletions.
///   Structs name the document that holds them. Deletions do not, and the same thing may be deleted
///   later, in the open: so they are remembered only where nothing else was refused with them, and
///   only looked at in a SyncStep2 from the same document, as far as its client id is known.
/// - Limits: of one subject 512 client ids and 16 documents with deletions, of all 8,192 and 256;
///   4,096 ranges a document. Past that the oldest knowledge stays and new refusals are not
///   remembered, which only makes the hub more lenient, and first of all with those who fill it.
struct RefusedHistory: Equatable {
  static let clientLimit = 8_192
  static let clientsOfOne = 512
  private static let authorLimit = 256
  private static let authorsOfOne = 16
  private static let rangeLimit = 4_096

  /// Whose document a deletion was refused in.
  struct Author: Hashable {
    var subject: String
    /// The document's own client id, where its awareness has told it.
    var client: ClientID?
  }

  struct Refused: Equatable {
    /// From here on nothing is taken.
    var clock: UInt64
    var subject: String
  }

  private(set) var clients: [ClientID: Refused] = [:]
  private(set) var deletions: [Author: DeleteSet] = [:]
  /// How many of `clients` each subject has.
  private var counts: [String: Int] = [:]

  var isEmpty: Bool { clients.isEmpty && deletions.isEmpty }

  /// What refusing `touched` of `subject` teaches.
  ///
  /// - Parameter isTheirs: Whether a client id may count as the subject's. Structs under somebody
  ///   else's id are not remembered: their owner may write there.
  init(_ touched: TouchSet, by author: Author, isTheirs: (ClientID) -> Bool) {
    for range in touched.newStructs where isTheirs(range.client) {
      remember(range.client, Refused(clock: range.from, subject: author.subject))
    }
    let deleted = touched.newDeletes
    if touched.newStructs.isEmpty, !deleted.isEmpty, deleted.ranges.count <= Self.rangeLimit {
      deletions[author] = deleted
    }
  }

  init() {}

  private mutating func remember(_ client: ClientID, _ refused: Refused) {
    if let known = clients[client] {
      clients[client]?.clock = min(known.clock, refused.clock)
    } else if clients.count < Self.clientLimit,
      counts[refused.subject, default: 0] < Self.clientsOfOne
    {
      clients[client] = refused
      counts[refused.subject, default: 0] += 1
    }
  }

  private func hasPlace(for author: Author) -> Bool {
    deletions.count < Self.authorLimit
      && deletions.keys.count { $0.subject == author.subject } < Self.authorsOfOne
  }

  /// Adds what another history knows.
  ///
  /// - Returns: what of it was news and is remembered now.
  @discardableResult
  mutating func merge(_ other: RefusedHistory) -> RefusedHistory {
    var added = RefusedHistory()
    for (client, refused) in other.clients {
      let known = clients[client]
      remember(client, refused)
      if clients[client] != known { added.remember(client, refused) }
    }
    for (author, set) in other.deletions {
      let known = deletions[author] ?? DeleteSet()
      guard !known.isEmpty || hasPlace(for: author) else { continue }
      let union = known.union(set)
      guard union != known, union.ranges.count <= Self.rangeLimit else { continue }
      deletions[author] = union
      added.deletions[author] = set.subtracting(known)
    }
    return added
  }

  /// Whether something of `client` was refused at a clock before `end`.
  func holds(_ client: ClientID, before end: UInt64) -> Bool {
    clients[client].map { $0.clock < end } ?? false
  }

  /// Whether there are structs among these that were refused before.
  func holds(_ touched: TouchSet) -> Bool {
    !clients.isEmpty && touched.newStructs.contains { holds($0.client, before: $0.to) }
  }

  /// Whether a touch set holds something that was refused before.
  func matches(_ touched: TouchSet, by author: Author, inStep2: Bool) -> Bool {
    if holds(touched) { return true }
    guard inStep2, !touched.newDeletes.isEmpty else { return false }
    return deletions.contains { known, refused in
      known.subject == author.subject
        && (known.client == nil || author.client == nil || known.client == author.client)
        && refused.intersects(touched.newDeletes)
    }
  }
}

extension RefusedHistory {
  /// `"clients": [{"sub": …, "ids": [[id, clock], …]}, …], "deleted": [{"sub": …, "client": id,
  /// "ranges": [[id, clock, length], …]}, …]`; `client` is absent where it is not known.
  var fields: ObjectValue {
    var rows: [String: [AnyValue]] = [:]
    for (client, refused) in clients.sorted(by: { $0.key < $1.key }) {
      rows[refused.subject, default: []].append(.row(client, refused.clock))
    }
    let clients = rows.sorted { $0.key < $1.key }.map { subject, rows in
      AnyValue.object(["sub": .string(subject), "ids": .array(rows)])
    }
    let deleted = deletions.sorted { $0.key < $1.key }.map { author, set in
      var entry = ObjectValue()
      entry.set("sub", .string(author.subject))
      if let client = author.client { entry.set("client", .number(Double(client))) }
      entry.set("ranges", .array(set.ranges.map { .row($0.client, $0.clock, $0.length) }))
      return AnyValue.object(entry)
    }
    return ObjectValue([
      .init(key: "clients", value: .array(clients)),
      .init(key: "deleted", value: .array(deleted)),
    ])
  }

  /// Reads `fields`; nil where they have another shape.
  ///
  /// Also reads what the first builds wrote: rows `[id, clock]` without a subject, and deletions as
  /// an object of subject → ranges.
  init?(_ fields: ObjectValue) {
    guard case .array(let clients)? = fields["clients"] else { return nil }
    for value in clients {
      switch value {
      case .object(let entry):
        guard case .string(let subject)? = entry["sub"], case .array(let rows)? = entry["ids"]
        else { return nil }
        for row in rows { guard remember(row, of: subject) else { return nil } }
      default: guard remember(value, of: "") else { return nil }
      }
    }
    switch fields["deleted"] {
    case .array(let list)?:
      for value in list {
        guard case .object(let entry) = value, case .string(let subject)? = entry["sub"]
        else { return nil }
        var author = Author(subject: subject)
        if case .number(let number)? = entry["client"] {
          guard let client = ClientID(exactly: number) else { return nil }
          author.client = client
        }
        guard let set = DeleteSet(rows: entry["ranges"]) else { return nil }
        deletions[author] = set
      }
    case .object(let subjects)?:
      for entry in subjects.entries {
        guard let set = DeleteSet(rows: entry.value) else { return nil }
        deletions[Author(subject: entry.key)] = set
      }
    default: return nil
    }
  }

  private mutating func remember(_ row: AnyValue, of subject: String) -> Bool {
    guard let numbers = row.numbers(2) else { return false }
    remember(numbers[0], Refused(clock: numbers[1], subject: subject))
    return true
  }
}

extension DeleteSet {
  fileprivate init?(rows: AnyValue?) {
    guard case .array(let list)? = rows else { return nil }
    var ranges: [DeleteRange] = []
    for value in list {
      guard let row = value.numbers(3), row[2] > 0 else { return nil }
      ranges.append(DeleteRange(client: row[0], clock: row[1], length: row[2]))
    }
    self.init(ranges)
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
