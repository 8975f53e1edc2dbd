/// How far one take-back may still walk through lists.
struct TakeBackWalk {
  private(set) var left = Doc.takeBackWalkLimit

  /// Pays for one item, and for what of its bytes is read.
  mutating func pass(reading bytes: Int = 0) throws(TakeBackError) {
    left -= 1 + bytes / Cost.scannedBytes
    guard left >= 0 else { throw .tooCostly }
  }
}

/// Whether the new structs of an update stand where an editor may have put them.
///
/// An editor names two elements that are neighbours in its document at that moment, which may lack
/// some of ours; of a key's values it names the last, and nothing to the right. Only then does the
/// search for a place (YATA) end alike in whatever order structs come, and they come to a newcomer
/// in another order than they came to us. A struct that names anything else may be deleted as
/// soon as it is here, and still make the newcomer lose a key's value, or sort its text otherwise.
struct NeighbourCheck {
  private let update: Update
  private let doc: Doc
  private var places: PlaceFinder

  /// One element.
  private struct ID: Equatable {
    var client: ClientID
    var clock: UInt64
  }

  init(_ update: Update, _ doc: Doc) {
    self.update = update
    self.doc = doc
    places = PlaceFinder(update, doc)
  }

  /// To be called for each new struct, in the order of integration.
  mutating func check(_ index: Int, _ walk: inout TakeBackWalk) throws(TakeBackError) {
    let place = places.find(index)
    let record = update.records[index]
    // GC has no place, and nothing stands beside it.
    guard let place else { return }
    if places.isMisplaced(record, at: place) { throw .misplaced }
    let left = leftNeighbour(of: record)
    guard record.hasRightOrigin else {
      if place.key != .none {
        try checkValues(place, behind: left, &walk)
      } else if let left {
        try checkEnd(left, &walk)
      }
      return
    }
    let right = ID(client: record.rightClient, clock: record.rightClock)
    let origin = self.origin(of: right)
    if origin == left { return }
    // Nothing was first in a list where something else had been put behind an element.
    guard let left else { throw .misplaced }
    if rightOrigin(of: left) == right { return }
    try checkOrder(left, right, origin, &walk)
  }

  /// What has something to its right was never the last of its list. That is looked up, for while
  /// the room was open nobody checked what `left` says of it, and its author may have lied.
  private func checkEnd(_ left: ID, _ walk: inout TakeBackWalk) throws(TakeBackError) {
    guard let bound = rightOrigin(of: left) else { return }
    guard let first = places.known(left.client, left.clock) else { throw .misplaced }
    if holds(first, bound), bound.clock > left.clock { throw .misplaced }
    var index = doc.items[Int(first)].right
    while index != .none {
      try walk.pass()
      if holds(index, bound) { throw .misplaced }
      index = doc.items[Int(index)].right
    }
  }

  /// From the value that somebody replaces (from the first, where they knew of none) to the last
  /// stand at most values that others have set meanwhile. One that names something to its right was
  /// put there to part newcomers from the rest, before such structs were refused at the door.
  private func checkValues(
    _ place: Place, behind left: ID?, _ walk: inout TakeBackWalk
  ) throws(TakeBackError) {
    guard case .type(let type) = place.parent, case .name(let key) = place.key else { return }
    // Behind what is new itself stands only what was looked at for that.
    if let left, places.known(left.client, left.clock) == nil { return }
    var index = doc.map.item(type, key)
    while index != .none {
      try walk.pass()
      if let left, holds(index, left) { return }
      let item = doc.items[Int(index)]
      if item.rightOriginClient != .none { throw .misplaced }
      index = item.left
    }
  }

  /// Finds the right neighbour behind the left one. What the left one was put before may not come
  /// between them, and neither may what the right one was put behind.
  private func checkOrder(
    _ left: ID, _ right: ID, _ origin: ID?, _ walk: inout TakeBackWalk
  ) throws(TakeBackError) {
    guard let first = places.known(left.client, left.clock),
      let last = places.known(right.client, right.clock)
    else {
      // Two new structs, and yet neither stands beside the other: from one author they would not
      // come in one live update.
      throw .misplaced
    }
    // Else its origin is the element before it, and not `left`.
    guard first != last, doc.items[Int(last)].clock == right.clock else { throw .misplaced }
    if let origin, holds(first, origin), origin.clock > left.clock { throw .misplaced }
    let bounds = [origin, rightOrigin(of: left)].compactMap { $0 }
    var index = doc.items[Int(first)].right
    while index != last {
      try walk.pass()
      guard index != .none else { throw .misplaced }
      for bound in bounds where holds(index, bound) { throw .misplaced }
      index = doc.items[Int(index)].right
    }
  }

  private func leftNeighbour(of record: UpdateRecord) -> ID? {
    let state = doc.clock(of: record.client)
    if record.clock < state { return ID(client: record.client, clock: state - 1) }
    return record.hasOrigin ? ID(client: record.originClient, clock: record.originClock) : nil
  }

  /// What an element was put behind: in a run, the element before it.
  private func origin(of element: ID) -> ID? {
    if let index = places.known(element.client, element.clock) {
      let item = doc.items[Int(index)]
      if element.clock > item.clock { return ID(client: element.client, clock: element.clock - 1) }
      return item.originClient == .none ? nil : id(item.originClient, item.originClock)
    }
    guard let record = places.new(element.client, element.clock).map({ update.records[$0] }) else {
      return nil
    }
    if element.clock > record.clock { return ID(client: element.client, clock: element.clock - 1) }
    return leftNeighbour(of: record)
  }

  /// What an element was put before.
  private func rightOrigin(of element: ID) -> ID? {
    if let index = places.known(element.client, element.clock) {
      let item = doc.items[Int(index)]
      if item.rightOriginClient == .none { return nil }
      return id(item.rightOriginClient, item.rightOriginClock)
    }
    guard let record = places.new(element.client, element.clock).map({ update.records[$0] }),
      record.hasRightOrigin
    else { return nil }
    return ID(client: record.rightClient, clock: record.rightClock)
  }

  private func id(_ client: Index32, _ clock: UInt64) -> ID {
    ID(client: doc.clients[Int(client)].id, clock: clock)
  }

  private func holds(_ index: Index32, _ element: ID) -> Bool {
    let item = doc.items[Int(index)]
    return doc.clients[Int(item.client)].id == element.client
      && item.clock <= element.clock && element.clock < item.end
  }
}
