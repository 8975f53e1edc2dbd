import Lib0

extension Doc {
  /// What applying `update` would touch, without applying it.
  ///
  /// - Complexity: O(update × depth).
  public func touches(_ update: Update) -> TouchSet {
    var finder = TouchFinder(update, self)
    finder.structs()
    finder.deletes()
    return finder.result
  }
}

/// Walks the structs of an update that are new to a document and says where they belong.
private struct TouchFinder {
  let update: Update
  let doc: Doc
  var result = TouchSet()
  /// Where each new struct belongs, by its place in the update.
  private var parents: [Int: Place] = [:]
  /// The places of `result.touches`, in the same order; beyond a few also by place.
  private var touched: [Place] = []
  private var touchedIndices: [Place: Int] = [:]
  /// Names that the document does not know: where in the source each was first mentioned.
  private var newNames: [[UInt8]: Range<Int>] = [:]

  /// A parent and a key there.
  private struct Place: Hashable {
    /// A type of the document, one that comes with this update, or a root yet unknown.
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

  init(_ update: Update, _ doc: Doc) {
    self.update = update
    self.doc = doc
  }

  mutating func structs() {
    if update.records.isEmpty { return }
    if update.records.count == 1, doc.isReady(update.records[0]) {
      add(0)
      return
    }
    for run in UpdatePlan(update, doc.clocks).order {
      for index in run { add(index) }
    }
  }

  private mutating func add(_ index: Int) {
    let record = update.records[index]
    let from = max(record.clock, doc.clock(of: record.client))
    if let last = result.newStructs.last, last.client == record.client, last.to == from {
      result.newStructs[result.newStructs.count - 1].to = record.end
    } else {
      result.newStructs.append((client: record.client, from: from, to: record.end))
    }
    guard let place = place(of: record) else { return }
    if update.records.count > 1 { parents[index] = place }
    let hadValue = hasValue(place)
    if record.kind == ContentKind.deleted {
      // A tombstone: it can only hide a value that was there.
      if place.key == .none { touch(place, .changed) } else if hadValue { touch(place, .deleted) }
    } else {
      touch(place, place.key == .none || hadValue ? .changed : .created)
    }
  }

  /// Where a struct belongs; `nil` if it would become GC.
  private mutating func place(of record: UpdateRecord) -> Place? {
    if record.kind == ContentKind.gc { return nil }
    if record.hasOrigin || record.hasRightOrigin {
      let left = record.hasOrigin ? owner(record.originClient, record.originClock) : nil
      let right = record.hasRightOrigin ? owner(record.rightClient, record.rightClock) : nil
      if record.hasOrigin, left == nil { return nil }
      if record.hasRightOrigin, right == nil { return nil }
      return left ?? right
    }
    let key = record.hasKey ? key(record.keyRange) : .none
    if record.parentIsRoot {
      switch self.key(record.rootNameRange) {
      case .name(let name):
        if let root = doc.roots[name] { return Place(parent: .type(root), key: key) }
        return Place(parent: .root(record.rootNameRange), key: key)
      case .new(let range): return Place(parent: .root(range), key: key)
      case .none: return nil
      }
    }
    if let item = known(record.originClient, record.originClock) {
      let type = doc.items[Int(item)].type
      return type == .none ? nil : Place(parent: .type(type), key: key)
    }
    guard let holder = new(record.originClient, record.originClock), parents[holder] != nil,
      update.records[holder].kind == ContentKind.type
    else { return nil }
    return Place(parent: .new(record: holder), key: key)
  }

  /// One key for one name, however often and wherever the update mentions it.
  private mutating func key(_ range: Range<Int>) -> Place.Key {
    let name = doc.names.find(update.source, range)
    if name != .none { return .name(name) }
    let bytes = Array(update.source[range])
    if let first = newNames[bytes] { return .new(first) }
    newNames[bytes] = range
    return .new(range)
  }

  /// The place of an item of the document.
  private func place(of item: Item) -> Place {
    Place(parent: .type(item.parent), key: item.key == .none ? .none : .name(item.key))
  }

  /// The place of a struct that somebody names as neighbour.
  private func owner(_ client: ClientID, _ clock: UInt64) -> Place? {
    if let index = known(client, clock) {
      let item = doc.items[Int(index)]
      if item.isGC { return nil }
      return place(of: item)
    }
    return new(client, clock).flatMap { parents[$0] }
  }

  private func known(_ client: ClientID, _ clock: UInt64) -> Index32? {
    guard clock < doc.clock(of: client), let index = doc.clientIndices[client] else { return nil }
    return doc.item(index, clock)
  }

  /// The record of the update that holds an id.
  private func new(_ client: ClientID, _ clock: UInt64) -> Int? {
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

  private func hasValue(_ place: Place) -> Bool {
    guard case .name(let name) = place.key, case .type(let type) = place.parent else {
      return false
    }
    let item = doc.map.item(type, name)
    return item != .none && !doc.items[Int(item)].isDeleted
  }

  mutating func deletes() {
    var alive: [DeleteRange] = []
    for range in update.deleteSet.ranges {
      guard let client = doc.clientIndices[range.client] else { continue }
      let end = min(range.end, doc.clients[Int(client)].state)
      guard range.clock < end else { continue }
      var place = doc.position(client, range.clock)
      while place < doc.clients[Int(client)].structs.count {
        let item = doc.items[Int(doc.clients[Int(client)].structs[place])]
        if item.clock >= end { break }
        place += 1
        if item.isDeleted { continue }
        let from = max(item.clock, range.clock)
        alive.append(
          DeleteRange(client: range.client, clock: from, length: min(item.end, end) - from))
        touch(self.place(of: item), item.key == .none ? .changed : .deleted)
      }
    }
    result.newDeletes = DeleteSet(alive)
  }

  /// Notes a place once. A value that is replaced is changed, whatever the delete set says of it.
  private mutating func touch(_ exact: Place, _ kind: Touch.Kind) {
    let place = keyed(exact)
    let former =
      touched.count <= 8 ? touched.firstIndex(of: place) : touchedIndices[place]
    if let index = former {
      if result.touches[index].kind == .deleted { result.touches[index].kind = kind }
      return
    }
    touched.append(place)
    if touched.count == 9 {
      for (index, place) in touched.enumerated() { touchedIndices[place] = index }
    } else if touched.count > 9 {
      touchedIndices[place] = touched.count - 1
    }
    let (root, path) = path(place)
    result.touches.append(Touch(root: root, path: path, kind: kind))
  }

  /// The nearest place that has a key, or the root: what a path can name.
  private func keyed(_ place: Place) -> Place {
    var place = place
    while place.key == .none {
      switch place.parent {
      case .root: return place
      case .new(let record):
        guard let outer = parents[record] else { return place }
        place = outer
      case .type(let type):
        let holder = doc.types[Int(type)].holder
        if holder == .none { return place }
        place = self.place(of: doc.items[Int(holder)])
      }
    }
    return place
  }

  /// From the root to a place: the keys on the way.
  private func path(_ place: Place) -> (root: String, path: [String]) {
    var keys: [String] = []
    var place = place
    while true {
      switch place.key {
      case .none: break
      case .name(let name): keys.append(doc.names.string(name))
      case .new(let range): keys.append(text(range))
      }
      switch place.parent {
      case .root(let range):
        keys.reverse()
        return (text(range), keys)
      case .new(let record):
        guard let outer = parents[record] else { return ("", []) }
        place = outer
      case .type(let type):
        let holder = doc.types[Int(type)].holder
        if holder == .none {
          keys.reverse()
          return (doc.names.string(doc.types[Int(type)].name), keys)
        }
        place = self.place(of: doc.items[Int(holder)])
      }
    }
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: update.source[range], as: UTF8.self)
  }
}
