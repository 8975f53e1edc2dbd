/// Places that stay while others edit (Yjs `createRelativePositionFromTypeIndex`,
/// `createAbsolutePositionFromRelativePosition`).
extension Doc {
  /// The place before the unit at `index`, in a form that edits elsewhere do not move.
  ///
  /// - Parameter association: 0 and more: it stays before the element at `index`; below 0: behind
  ///   the one to the left of that. So text inserted right there comes before it, or behind it.
  /// - Complexity: O(items to the left).
  public func relativePosition(
    at index: Int, in type: SharedType, association: Int64 = 0
  ) -> RelativePosition {
    var position = RelativePosition(
      parent: parent(of: type), element: nil, association: association)
    var rest = index
    if association < 0 {
      if index <= 0 { return position }
      rest -= 1
    }
    var item = types[Int(type.index)].start
    while item != .none {
      let record = items[Int(item)]
      if !record.isDeleted, record.isCountable {
        if record.length > UInt64(max(rest, 0)) {
          position.element = ElementID(
            client: clients[Int(record.client)].id, clock: record.clock + UInt64(max(rest, 0)))
          return position
        }
        rest -= Int(record.length)
      }
      if record.right == .none, association < 0 {
        // Beyond the end: behind the last of all items.
        position.element = ElementID(
          client: clients[Int(record.client)].id, clock: record.end - 1)
        return position
      }
      item = record.right
    }
    return position
  }

  /// Where a position is now; nil where the document lacks what it names, or that is gone.
  ///
  /// - Complexity: O(items to the left).
  public func resolve(_ position: RelativePosition) -> (type: SharedType, index: Int)? {
    guard let element = position.element else {
      guard let type = position.parent.flatMap({ self.type(of: $0) }) else { return nil }
      return (type, position.association >= 0 ? length(of: type) : 0)
    }
    guard let client = clientTable.find(element.client),
      element.clock < clients[Int(client)].state
    else { return nil }
    // What was deleted and undone is another element by now.
    let now = latestID(client, element.clock)
    let found = items[Int(item(now.client, now.clock))]
    guard !found.isGC, found.parent != .none else { return nil }
    let holder = types[Int(found.parent)].holder
    var index = 0
    if holder == .none || !items[Int(holder)].isDeleted {
      if !found.isDeleted, found.isCountable {
        index = Int(now.clock - found.clock) + (position.association >= 0 ? 0 : 1)
      }
      var left = found.left
      while left != .none {
        let record = items[Int(left)]
        if !record.isDeleted, record.isCountable { index += Int(record.length) }
        left = record.left
      }
    }
    return (SharedType(index: found.parent), index)
  }

  private func parent(of type: SharedType) -> RelativePosition.Parent {
    let record = types[Int(type.index)]
    guard record.holder != .none else { return .root(names.string(record.name)) }
    let holder = items[Int(record.holder)]
    return .held(ElementID(client: clients[Int(holder.client)].id, clock: holder.clock))
  }

  private func type(of parent: RelativePosition.Parent) -> SharedType? {
    switch parent {
    case .root(let name): return root(name)
    case .held(let id):
      guard let client = clientTable.find(id.client), id.clock < clients[Int(client)].state else {
        return nil
      }
      let latest = latestID(client, id.clock)
      let found = items[Int(item(latest.client, latest.clock))]
      return found.type == .none ? nil : SharedType(index: found.type)
    }
  }
}
