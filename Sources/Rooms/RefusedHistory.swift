internal import CRDT
internal import Lib0

/// What was refused on a board, so that it does not come back in by another door.
///
/// A refused update leaves its structs in the author's document. A later SyncStep2 from that
/// document offers them again, perhaps after the room was unfrozen; taking them then would turn a
/// refusal into a delay. A client that starts from a fresh document never meets this.
///
/// - Shape: client id → first refused clock; subject → refused deletions (only looked at in that
///   subject's SyncStep2, because anyone may delete the same thing later, in the open).
/// - Limits: 4,096 client ids and 256 subjects with 4,096 ranges each a board. Past that the oldest
///   knowledge stays and new refusals are not remembered, which only makes the hub more lenient.
struct RefusedHistory: Equatable {
  private static let clientLimit = 4_096
  private static let subjectLimit = 256
  private static let rangeLimit = 4_096

  private(set) var clocks: [ClientID: UInt64] = [:]
  private(set) var deletions: [String: DeleteSet] = [:]

  var isEmpty: Bool { clocks.isEmpty && deletions.isEmpty }

  /// What refusing `touched` of `subject` teaches.
  ///
  /// - Parameter isTheirs: Whether a client id may count as the subject's. Structs under somebody
  ///   else's id are not remembered: their owner may write there.
  init(_ touched: TouchSet, by subject: String, isTheirs: (ClientID) -> Bool) {
    for range in touched.newStructs where isTheirs(range.client) {
      remember(client: range.client, from: range.from)
    }
    if !touched.newDeletes.isEmpty { deletions[subject] = touched.newDeletes }
  }

  init() {}

  mutating func remember(client: ClientID, from clock: UInt64) {
    guard clocks.count < Self.clientLimit || clocks[client] != nil else { return }
    clocks[client] = min(clocks[client] ?? .max, clock)
  }

  /// Adds what another history knows; true if that was news.
  @discardableResult
  mutating func merge(_ other: RefusedHistory) -> Bool {
    let before = self
    for (client, clock) in other.clocks { remember(client: client, from: clock) }
    for (subject, set) in other.deletions {
      guard deletions.count < Self.subjectLimit || deletions[subject] != nil else { continue }
      let union = (deletions[subject] ?? DeleteSet()).union(set)
      if union.ranges.count <= Self.rangeLimit { deletions[subject] = union }
    }
    return self != before
  }

  /// Whether a touch set holds something that was refused before.
  func matches(_ touched: TouchSet, subject: String, inStep2: Bool) -> Bool {
    if isEmpty { return false }
    for range in touched.newStructs {
      if let clock = clocks[range.client], range.to > clock { return true }
    }
    guard inStep2, let refused = deletions[subject] else { return false }
    return refused.intersects(touched.newDeletes)
  }
}

extension RefusedHistory {
  /// `"clients": [[id, clock], …], "deleted": {subject: [[id, clock, length], …]}`.
  var fields: ObjectValue {
    var subjects = ObjectValue()
    for (subject, set) in deletions.sorted(by: { $0.key < $1.key }) {
      subjects.set(subject, .array(set.ranges.map { .row($0.client, $0.clock, $0.length) }))
    }
    let clients = clocks.sorted { $0.key < $1.key }.map { AnyValue.row($0.key, $0.value) }
    return ObjectValue([
      .init(key: "clients", value: .array(clients)),
      .init(key: "deleted", value: .object(subjects)),
    ])
  }

  /// Reads `fields`; nil where they have another shape.
  init?(_ fields: ObjectValue) {
    for value in fields["clients"]?.arrayValue ?? [] {
      guard let row = value.numbers(2) else { return nil }
      remember(client: row[0], from: row[1])
    }
    for entry in fields["deleted"]?.objectValue?.entries ?? [] {
      var ranges: [DeleteRange] = []
      for value in entry.value.arrayValue ?? [] {
        guard let row = value.numbers(3), row[2] > 0 else { return nil }
        ranges.append(DeleteRange(client: row[0], clock: row[1], length: row[2]))
      }
      deletions[entry.key] = DeleteSet(ranges)
    }
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
