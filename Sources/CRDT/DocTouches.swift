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
  let plan: UpdatePlan
  var result = TouchSet()
  /// Where each new struct belongs, by its place in the update.
  private var parents: [Int: Place] = [:]
  private var places: [Touch.Place: Int] = [:]

  /// A parent: a type of the document, one that comes with this update, or a root yet unknown.
  private struct Place {
    enum Parent {
      case type(Index32)
      case new(record: Int)
      case root(Range<Int>)
    }
    var parent: Parent
    var key: [UInt8]?
  }

  init(_ update: Update, _ doc: Doc) {
    self.update = update
    self.doc = doc
    plan = UpdatePlan(update, doc)
  }

  mutating func structs() {
    for run in plan.order {
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
    parents[index] = place
    let hadValue = hasValue(place)
    if record.kind == ContentKind.deleted {
      // A tombstone: it can only hide a value that was there.
      if place.key == nil { touch(place, .changed) } else if hadValue { touch(place, .deleted) }
    } else {
      touch(place, place.key == nil || hadValue ? .changed : .created)
    }
  }

  /// Where a struct belongs; `nil` if it would become GC.
  private func place(of record: UpdateRecord) -> Place? {
    if record.kind == ContentKind.gc { return nil }
    if record.hasOrigin || record.hasRightOrigin {
      let left = record.hasOrigin ? owner(record.originClient, record.originClock) : nil
      let right = record.hasRightOrigin ? owner(record.rightClient, record.rightClock) : nil
      if record.hasOrigin, left == nil { return nil }
      if record.hasRightOrigin, right == nil { return nil }
      return left ?? right
    }
    let key = record.hasKey ? Array(update.source[record.keyRange]) : nil
    if record.parentIsRoot {
      let name = doc.names.find(update.source, record.rootNameRange)
      if name != .none, let root = doc.roots[name] { return Place(parent: .type(root), key: key) }
      return Place(parent: .root(record.rootNameRange), key: key)
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

  /// The place of a struct that somebody names as neighbour.
  private func owner(_ client: ClientID, _ clock: UInt64) -> Place? {
    if let index = known(client, clock) {
      let item = doc.items[Int(index)]
      if item.isGC { return nil }
      return Place(parent: .type(item.parent), key: item.key == .none ? nil : doc.bytes(item.key))
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
    guard let key = place.key, case .type(let type) = place.parent else { return false }
    let name = doc.names.find(key, key.indices)
    guard name != .none else { return false }
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
        let key = item.key == .none ? nil : doc.bytes(item.key)
        touch(Place(parent: .type(item.parent), key: key), key == nil ? .changed : .deleted)
      }
    }
    result.newDeletes = DeleteSet(alive)
  }

  /// Notes a place once. A value that is replaced is changed, whatever the delete set says of it.
  private mutating func touch(_ place: Place, _ kind: Touch.Kind) {
    let (root, path) = path(place)
    let at = Touch.Place(root: root, path: path)
    if let index = places[at] {
      if result.touches[index].kind == .deleted { result.touches[index].kind = kind }
      return
    }
    places[at] = result.touches.count
    result.touches.append(
      Touch(
        root: String(decoding: root, as: UTF8.self),
        path: path.map { String(decoding: $0, as: UTF8.self) }, kind: kind))
  }

  /// From the root to a place: the keys on the way.
  private func path(_ place: Place) -> (root: [UInt8], path: [[UInt8]]) {
    var keys: [[UInt8]] = []
    var place = place
    while true {
      if let key = place.key { keys.append(key) }
      switch place.parent {
      case .root(let range): return (Array(update.source[range]), keys.reversed())
      case .new(let record):
        guard let outer = parents[record] else { return ([], keys.reversed()) }
        place = outer
      case .type(let type):
        let holder = doc.types[Int(type)].holder
        if holder == .none {
          return (doc.bytes(doc.types[Int(type)].name), keys.reversed())
        }
        let item = doc.items[Int(holder)]
        place = Place(
          parent: .type(item.parent), key: item.key == .none ? nil : doc.bytes(item.key))
      }
    }
  }
}

extension Touch {
  /// Root and path by bytes: a `String` would take two spellings of one text for the same key.
  fileprivate struct Place: Hashable {
    var root: [UInt8]
    var path: [[UInt8]]
  }
}

extension Doc {
  /// The bytes of a key or a root's name.
  fileprivate func bytes(_ name: Index32) -> [UInt8] { Array(names.buffer[names.range(name)]) }
}
