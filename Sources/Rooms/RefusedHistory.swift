internal import CRDT

/// What was refused on a board, so that it does not come back in by another door.
///
/// A refused update leaves its structs in the author's document. A later SyncStep2 from that
/// document offers them again, perhaps after the room was unfrozen; taking them then would turn a
/// refusal into a delay. A client that starts from a fresh document never meets this.
///
/// - Shape: client id → first refused clock; subject → refused deletions (only looked at in that
///   subject's SyncStep2, because anyone may delete the same thing later, in the open).
/// - Limits: 4,096 client ids and 256 subjects a board; past that the oldest knowledge stays and
///   new refusals are not remembered, which only makes the hub more lenient.
struct RefusedHistory: Equatable {
  private(set) var clocks: [ClientID: UInt64] = [:]
  private(set) var deletions: [String: DeleteSet] = [:]

  var isEmpty: Bool { clocks.isEmpty && deletions.isEmpty }

  mutating func remember(_ touched: TouchSet, by subject: String) {
    for range in touched.newStructs { remember(client: range.client, from: range.from) }
    guard !touched.newDeletes.isEmpty, deletions.count < 256 || deletions[subject] != nil
    else { return }
    deletions[subject, default: DeleteSet()].formUnion(touched.newDeletes)
  }

  mutating func remember(client: ClientID, from clock: UInt64) {
    guard clocks.count < 4_096 || clocks[client] != nil else { return }
    clocks[client] = min(clocks[client] ?? .max, clock)
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
