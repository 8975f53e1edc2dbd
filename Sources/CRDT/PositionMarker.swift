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
    let counted = record.isCountable && !record.isDeleted ? record.length : 0
    precondition(counted <= index, "the remembered place is not where it should be")
    item = left
    index -= counted
  }
}
