/// The last place in a sequence that an index led to, so that the next edit near it is found fast.
struct PositionMarker: Sendable {
  var type: Index32 = .none
  var item: Index32 = .none
  /// The index at which the item begins.
  var index: UInt64 = 0

  mutating func forget() {
    type = .none
    item = .none
  }

  /// The item became part of the one to its left.
  mutating func moveLeft(to left: Index32, by record: Item) {
    item = left
    if record.isCountable, !record.isDeleted { index -= record.length }
  }
}
