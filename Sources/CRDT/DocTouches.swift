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
  private var places: PlaceFinder
  /// The places of `result.touches`, in the same order; beyond a few also by place.
  private var touched: [Place] = []
  private var touchedIndices: [Place: Int] = [:]
  private var outers: [Place.Parent: Outer] = [:]
  private var texts: [Place.Key: String] = [:]

  /// How a path names a type: the place, and how many keys lead there.
  struct Outer {
    var place: Place
    var depth: Int
  }

  init(_ update: Update, _ doc: Doc) {
    self.update = update
    self.doc = doc
    places = PlaceFinder(update, doc)
  }

  mutating func structs() {
    for run in doc.newRecords(in: update) {
      for index in run { add(index) }
    }
  }

  /// Where a struct of the update belongs; `nil` if it would become GC. To be asked for each, in
  /// the order of integration.
  mutating func place(ofRecord index: Int) -> Place? { places.find(index) }

  private mutating func add(_ index: Int) {
    let record = update.records[index]
    result.add(record, doc.clocks)
    guard let place = places.find(index) else { return }
    let hadValue = hasValue(place)
    if record.kind == ContentKind.deleted {
      // A tombstone: it can only hide a value that was there.
      if place.key == .none { touch(place, .changed) } else if hadValue { touch(place, .deleted) }
    } else {
      touch(place, place.key == .none || hadValue ? .changed : .created)
    }
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
      touch(places.place(of: item), item.key == .none ? .changed : .deleted)
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
    case .new(let record): return places.found[record]
    case .type(let type):
      let holder = doc.types[Int(type)].holder
      return holder == .none ? nil : places.place(of: doc.items[Int(holder)])
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
