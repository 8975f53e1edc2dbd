/// A list of a document: a parent and a key there.
struct Place: Hashable {
  /// A type of the document, one that comes with an update, or a root yet unknown.
  enum Parent: Hashable {
    case type(Index32)
    case new(record: Int)
    case root(Range<Int>)
  }
  enum Key: Hashable {
    case none
    case name(Index32)
    case new(Range<Int>)
  }
  var parent: Parent
  var key: Key
}

/// Where the structs of an update that are new to a document belong.
struct PlaceFinder {
  let update: Update
  let doc: Doc
  /// What `find` has found, by record; empty where there is only one.
  private(set) var found: [Place?] = []
  /// The right neighbour that was asked for last: what is typed at one place has the same one.
  private var lastRight: (client: ClientID, clock: UInt64, place: Place?)?
  /// Names of new keys and roots: where in the source each was first mentioned.
  private var newNames: [[UInt8]: Range<Int>] = [:]

  init(_ update: Update, _ doc: Doc) {
    self.update = update
    self.doc = doc
    if update.records.count > 1 { found = Array(repeating: nil, count: update.records.count) }
  }

  /// Where a new struct belongs; `nil` if it would become GC. To be called for each, in the order
  /// of integration, since they may belong beside one another.
  mutating func find(_ index: Int) -> Place? {
    let place = place(of: index)
    if !found.isEmpty { found[index] = place }
    return place
  }

  /// Whether a struct that `find` puts at `place` names a right neighbour that it cannot have. Yjs
  /// 13.5 takes parent and key from the right one, later ones and yrs take them from the left; and
  /// what stands before a value of a key is dead for some and alive for others.
  mutating func isMisplaced(_ record: UpdateRecord, at place: Place) -> Bool {
    guard record.hasRightOrigin else { return false }
    if place.key != .none { return true }
    // nil: GC beside the rest of a struct that is known in part.
    guard let right = rightOwner(of: record) else { return false }
    return right != place
  }

  private mutating func place(of index: Int) -> Place? {
    let record = update.records[index]
    if record.kind == ContentKind.gc { return nil }
    // The rest of a struct whose beginning is known stands behind that.
    let state = doc.clock(of: record.client)
    if record.clock < state { return owner(record.client, state - 1) }
    if record.hasOrigin || record.hasRightOrigin {
      let left = record.hasOrigin ? leftOwner(of: index) : nil
      let right = record.hasRightOrigin ? rightOwner(of: record) : nil
      if record.hasOrigin, left == nil { return nil }
      if record.hasRightOrigin, right == nil { return nil }
      return left ?? right
    }
    let key = record.hasKey ? key(record.keyRange) : .none
    if record.parentIsRoot {
      switch self.key(record.rootNameRange) {
      case .name(let name):
        if let root = doc.roots[name] { return Place(parent: .type(root), key: key) }
        return Place(parent: .root(firstMention(record.rootNameRange)), key: key)
      case .new(let range): return Place(parent: .root(range), key: key)
      case .none: return nil
      }
    }
    if let item = known(record.originClient, record.originClock) {
      let type = doc.items[Int(item)].type
      return type == .none ? nil : Place(parent: .type(type), key: key)
    }
    guard let holder = new(record.originClient, record.originClock), found[holder] != nil,
      update.records[holder].kind == ContentKind.type
    else { return nil }
    return Place(parent: .new(record: holder), key: key)
  }

  private func leftOwner(of index: Int) -> Place? {
    let record = update.records[index]
    if index > 0, let place = found[index - 1] {
      let before = update.records[index - 1]
      let isIt =
        before.client == record.originClient && before.clock <= record.originClock
        && record.originClock < before.end
      if isIt { return place }
    }
    return owner(record.originClient, record.originClock)
  }

  private mutating func rightOwner(of record: UpdateRecord) -> Place? {
    if let last = lastRight, last.client == record.rightClient, last.clock == record.rightClock {
      return last.place
    }
    let place = owner(record.rightClient, record.rightClock)
    lastRight = (record.rightClient, record.rightClock, place)
    return place
  }

  /// One key for one name, however often and wherever the update mentions it.
  private mutating func key(_ range: Range<Int>) -> Place.Key {
    let name = doc.names.find(update.source, range)
    return name != .none ? .name(name) : .new(firstMention(range))
  }

  private mutating func firstMention(_ range: Range<Int>) -> Range<Int> {
    let bytes = Array(update.source[range])
    if let first = newNames[bytes] { return first }
    newNames[bytes] = range
    return range
  }

  /// The place of an item of the document.
  func place(of item: Item) -> Place {
    Place(parent: .type(item.parent), key: item.key == .none ? .none : .name(item.key))
  }

  /// The place of a struct that somebody names as neighbour; `nil` for GC.
  func owner(_ client: ClientID, _ clock: UInt64) -> Place? {
    if let index = known(client, clock) {
      let item = doc.items[Int(index)]
      if item.isGC { return nil }
      return place(of: item)
    }
    return new(client, clock).flatMap { $0 < found.count ? found[$0] : nil }
  }

  /// The item of the document that holds an id.
  func known(_ client: ClientID, _ clock: UInt64) -> Index32? {
    guard clock < doc.clock(of: client), let index = doc.clientTable.find(client) else {
      return nil
    }
    return doc.item(index, clock)
  }

  /// The record of the update that holds an id.
  func new(_ client: ClientID, _ clock: UInt64) -> Int? {
    var low = 0
    var high = update.records.count
    while low < high {
      let middle = (low + high) / 2
      let record = update.records[middle]
      if record.client > client || (record.client == client && record.end <= clock) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < update.records.count, update.records[low].client == client,
      update.records[low].clock <= clock
    else { return nil }
    return low
  }
}

extension Doc {
  /// The first new struct of an update that no editor writes: before a value of a key, or between
  /// elements of two lists.
  ///
  /// Yjs 13.5, Yjs 13.6 and yrs each put it elsewhere, so boards would differ for good. (None of
  /// them ever writes one, undo included; yjs#757 is about a left neighbour only.)
  /// What stands beside GC becomes GC, so it has no place to be wrong (see `Applied.madeGarbage`).
  /// - Parameter update: All of it must be integrable (`missing(for:)`), and only what is new here
  ///   (`Update.restricted(to:)`).
  /// - Complexity: O(u log n) for u structs; O(u) where none names a right neighbour.
  public func firstMisplaced(in update: Update) -> (client: ClientID, clock: UInt64)? {
    guard update.records.contains(where: { $0.hasRightOrigin }) else { return nil }
    var places = PlaceFinder(update, self)
    for run in newRecords(in: update) {
      for index in run {
        let record = update.records[index]
        if let place = places.find(index), places.isMisplaced(record, at: place) {
          return (record.client, record.clock)
        }
      }
    }
    return nil
  }
}
