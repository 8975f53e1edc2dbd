import Lib0

extension Doc {
  /// What applying `update` would touch, without applying it.
  ///
  /// - Limits: a path has at most `Touch.maximumDepth` keys; what lies deeper counts as a change
  ///   of the value there.
  /// - Complexity: O(update × that limit), plus once the holders of the types that it touches.
  ///   `news(in:)` does without places.
  public func touches(_ update: Update) -> TouchSet {
    var finder = TouchFinder(update, self)
    finder.structs()
    finder.deletes()
    return finder.result
  }
}

/// Walks the structs of an update that are new to a document and says where they belong.
struct TouchFinder {
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
  private var outers: [Place.Parent: Outer] = [:]
  private var texts: [Place.Key: String] = [:]

  /// How a path names a type: the place, and how many keys lead there.
  struct Outer {
    var place: Place
    var depth: Int
  }

  /// A parent and a key there.
  struct Place: Hashable {
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
    for run in doc.newRecords(in: update) {
      for index in run { add(index) }
    }
  }

  private mutating func add(_ index: Int) {
    let record = update.records[index]
    result.add(record, doc.clocks)
    guard let place = place(ofRecord: index) else { return }
    let hadValue = hasValue(place)
    if record.kind == ContentKind.deleted {
      // A tombstone: it can only hide a value that was there.
      if place.key == .none { touch(place, .changed) } else if hadValue { touch(place, .deleted) }
    } else {
      touch(place, place.key == .none || hadValue ? .changed : .created)
    }
  }

  /// Where a struct of the update belongs; `nil` if it would become GC. Ask in the order of
  /// integration.
  mutating func place(ofRecord index: Int) -> Place? {
    guard let place = place(of: update.records[index]) else { return nil }
    if update.records.count > 1 { parents[index] = place }
    return place
  }

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

  func hasValue(_ place: Place) -> Bool {
    guard case .name(let name) = place.key, case .type(let type) = place.parent else {
      return false
    }
    let item = doc.map.item(type, name)
    return item != .none && !doc.items[Int(item)].isDeleted
  }

  mutating func deletes() {
    result.newDeletes = doc.alive(in: update.deleteSet) { item in
      touch(place(of: item), item.key == .none ? .changed : .deleted)
    }
  }

  /// Notes a place once. A value that is replaced is changed, whatever the delete set says of it.
  private mutating func touch(_ exact: Place, _ kind: Touch.Kind) {
    let outer = outer(exact.parent)
    let isCut = outer.depth == Touch.maximumDepth
    let place = exact.key == .none || isCut ? outer.place : exact
    let kind = isCut ? .changed : kind
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

  /// Where a type is: the nearest place with a key that a path may still name, or the root's own
  /// sequence.
  mutating func outer(_ parent: Place.Parent) -> Outer {
    // The holders up to one that is known; then back down, so that none is visited twice.
    var open: [(parent: Place.Parent, holder: Place)] = []
    var next = parent
    var found: Outer
    while true {
      if let known = outers[next] {
        found = known
        break
      }
      guard let holder = holder(next) else {
        found = Outer(place: Place(parent: next, key: .none), depth: 0)
        outers[next] = found
        break
      }
      open.append((parent: next, holder: holder))
      next = holder.parent
    }
    for (parent, holder) in open.reversed() {
      if holder.key != .none, found.depth < Touch.maximumDepth {
        found = Outer(place: holder, depth: found.depth + 1)
      }
      outers[parent] = found
    }
    return found
  }

  /// The place of the item that holds a type; `nil` for a root.
  private func holder(_ parent: Place.Parent) -> Place? {
    switch parent {
    case .root: return nil
    case .new(let record): return parents[record]
    case .type(let type):
      let holder = doc.types[Int(type)].holder
      return holder == .none ? nil : place(of: doc.items[Int(holder)])
    }
  }

  /// From the root to a place: the keys on the way.
  mutating func path(_ place: Place) -> (root: String, path: [String]) {
    var keys: [String] = []
    var place = place
    while place.key != .none {
      keys.append(text(place.key))
      place = outer(place.parent).place
    }
    keys.reverse()
    switch place.parent {
    case .root(let range): return (text(.new(range)), keys)
    case .type(let type): return (text(.name(doc.types[Int(type)].name)), keys)
    case .new: return ("", [])
    }
  }

  /// A name as text. Each is made once and shared: a long one may be in many paths.
  private mutating func text(_ key: Place.Key) -> String {
    if let known = texts[key] { return known }
    let text: String
    switch key {
    case .none: text = ""
    case .name(let name): text = doc.names.string(name)
    case .new(let range): text = String(decoding: update.source[range], as: UTF8.self)
    }
    texts[key] = text
    return text
  }
}
