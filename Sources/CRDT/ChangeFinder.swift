import Lib0

extension Doc {
  /// What the open transaction has changed, before its garbage is collected: old values have to be
  /// readable.
  ///
  /// - Parameter deleted: All that it deleted, by client and clock.
  /// - Complexity: O(changed structs), plus for each changed sequence the items up to the last
  ///   change, plus the way to each changed type.
  func findChanges(_ deleted: [DeletedRun]) -> Changes {
    var finder = ChangeFinder(self, deleted)
    finder.touch()
    return finder.changes()
  }
}

/// Finds the types that a transaction has touched, and says what became of them.
private struct ChangeFinder {
  private struct Touched {
    var type: Index32
    /// How many items of the sequence came or went.
    var itemCount = 0
    var keys: [Index32] = []
  }

  private let doc: Doc
  private let deleted: [DeletedRun]
  private var touched: [Touched] = []
  /// Where a type is in `touched`; -1 if it is new or deleted.
  private var places: [Index32: Int] = [:]
  private var lastType = Index32.none
  private var lastPlace = -1
  /// Indices of the types in a sequence.
  private var indices: [Index32: [Index32: Int]] = [:]

  init(_ doc: Doc, _ deleted: [DeletedRun]) {
    self.doc = doc
    self.deleted = deleted
  }

  /// Finds what came and what went.
  mutating func touch() {
    for client in doc.transaction.advanced {
      let record = doc.clients[Int(client)]
      for index in doc.run(of: client, from: record.before, to: record.state) {
        let item = doc.record(index)
        if item.isGC || (item.isDeleted && item.key == .none) { continue }
        touch(item)
      }
    }
    for range in deleted {
      for index in doc.run(of: range.client, from: range.clock, to: range.clock + range.length) {
        let item = doc.record(index)
        if !item.isGC, !doc.isNew(item) { touch(item) }
      }
    }
  }

  private mutating func touch(_ item: Item) {
    if item.parent != lastType {
      lastType = item.parent
      lastPlace = place(of: item.parent)
    }
    guard lastPlace >= 0 else { return }
    if item.key == .none {
      touched[lastPlace].itemCount += 1
    } else if touched[lastPlace].keys.last != item.key {
      touched[lastPlace].keys.append(item.key)
    }
  }

  private mutating func place(of type: Index32) -> Int {
    if let known = places[type] { return known }
    let holder = doc.types[Int(type)].holder
    var place = -1
    if holder == .none || (!doc.record(holder).isDeleted && !doc.isNew(doc.record(holder))) {
      place = touched.count
      touched.append(Touched(type: type))
    }
    places[type] = place
    return place
  }

  mutating func changes() -> Changes {
    var result: [TypeChange] = []
    for entry in touched {
      let keys = keyChanges(entry)
      let delta = entry.itemCount > 0 ? delta(entry) : []
      if keys.isEmpty, delta.isEmpty { continue }
      let (root, path, holders) = path(to: entry.type)
      let kind = SharedTypeKind(doc.types[Int(entry.type)].kind)
      result.append(
        TypeChange(
          target: SharedType(index: entry.type), kind: kind, root: root, path: path,
          holders: holders, keys: keys, delta: delta))
    }
    let order = result.indices.sorted {
      (result[$0].path.count, $0) < (result[$1].path.count, $1)
    }
    return Changes(order.map { result[$0] })
  }

  /// Whether the transaction has deleted an item. Complexity: O(log n).
  private func isDeletedNow(_ item: Item) -> Bool {
    guard item.isDeleted else { return false }
    var low = 0
    var high = deleted.count
    while low < high {
      let middle = (low + high) / 2
      let range = deleted[middle]
      if (range.client, range.clock) <= (item.client, item.clock) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low > 0 else { return false }
    let range = deleted[low - 1]
    return range.client == item.client && item.clock < range.clock + range.length
  }

  // MARK: Keys

  private func keyChanges(_ entry: Touched) -> [KeyChange] {
    var seen = Set<Index32>()
    return entry.keys.compactMap { name in
      guard seen.insert(name).inserted else { return nil }
      return action(entry.type, name).map { KeyChange(key: doc.names.string(name), action: $0) }
    }
  }

  /// What became of a key: its newest item against the newest one from before.
  private func action(_ type: Index32, _ name: Index32) -> KeyChange.Action? {
    let last = doc.map.item(type, name)
    guard last != .none else { return nil }
    let item = doc.record(last)
    var former = last
    while former != .none, doc.isNew(doc.record(former)) { former = doc.record(former).left }
    var old: SharedValue?
    if former != .none, isDeletedNow(doc.record(former)) {
      old = doc.lastValue(doc.record(former))
    }
    let isThere = !item.isDeleted
    if let old {
      return isThere ? .updated(old: old) : .deleted(old: old)
    }
    return isThere && former != last ? .added : nil
  }

  // MARK: Sequences

  private func delta(_ entry: Touched) -> [DeltaOperation] {
    var builder = DeltaBuilder()
    var formats = TwoFormats()
    var rest = entry.itemCount
    var index = doc.types[Int(entry.type)].start
    while index != .none, rest > 0 || !formats.difference.isEmpty {
      let item = doc.record(index)
      index = item.right
      let isNew = doc.isNew(item)
      let wasThere = !isNew && (!item.isDeleted || isDeletedNow(item))
      let isThere = !item.isDeleted
      if wasThere != isThere { rest -= 1 }
      guard wasThere || isThere else { continue }
      if item.kind == ContentKind.format {
        let mark = doc.format(item)
        formats.pass(mark.key, mark.value, wasThere: wasThere, isThere: isThere)
      } else if !item.isCountable {
        continue
      } else if wasThere, isThere {
        builder.retain(Int(item.length), formats.difference)
      } else if wasThere {
        builder.delete(Int(item.length))
      } else if item.kind == ContentKind.string {
        builder.insert(text: doc.content[item.contentRange], formats.new)
      } else {
        builder.insert(doc.values(item), formats.new)
      }
    }
    return builder.finish()
  }

  // MARK: Paths

  private mutating func path(
    to target: Index32
  ) -> (root: String, path: [TypeChange.Step], holders: [SharedType]) {
    var path: [TypeChange.Step] = []
    var holders: [SharedType] = []
    var type = target
    while case let holder = doc.types[Int(type)].holder, holder != .none {
      let item = doc.record(holder)
      if item.key != .none {
        path.append(.key(doc.names.string(item.key)))
      } else {
        path.append(.index(index(of: holder, in: item.parent)))
      }
      type = item.parent
      holders.append(SharedType(index: type))
    }
    path.reverse()
    holders.reverse()
    return (root: doc.names.string(doc.types[Int(type)].name), path: path, holders: holders)
  }

  /// The index of an item that holds a type. Those of a sequence are counted once.
  private mutating func index(of holder: Index32, in type: Index32) -> Int {
    if let known = indices[type] { return known[holder] ?? 0 }
    var known: [Index32: Int] = [:]
    var count = 0
    var index = doc.types[Int(type)].start
    while index != .none {
      let item = doc.record(index)
      if !item.isDeleted, item.isCountable {
        if item.type != .none { known[index] = count }
        count += Int(item.length)
      }
      index = item.right
    }
    indices[type] = known
    return known[holder] ?? 0
  }
}
