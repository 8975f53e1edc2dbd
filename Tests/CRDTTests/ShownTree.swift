import Lib0

@testable import CRDT

/// All that a document shows, kept up to date by nothing but the changes that it reports.
struct ShownTree {
  /// One unit of a sequence, and how it is formatted.
  struct Unit: Equatable {
    var value: String
    var attributes: [String: String] = [:]
  }

  struct Node: Equatable {
    var units: [Unit] = []
    var keys: [String: String] = [:]
  }

  private(set) var nodes: [SharedType: Node] = [:]
  /// What a report said that cannot be.
  private(set) var mistakes: [String] = []

  /// Reads everything below some roots.
  init(_ doc: Doc, _ roots: [String]) {
    for name in roots { if let root = doc.root(name) { read(doc, root) } }
  }

  private mutating func read(_ doc: Doc, _ type: SharedType) {
    var node = Node()
    for run in doc.runs(of: type) {
      let attributes = Self.texts(run.attributes)
      switch run.content {
      case .text(let text): node.units += Self.units(text, attributes)
      case .embed(let value):
        node.units.append(Unit(value: Roots.text(value), attributes: attributes))
      case .type(let inner, _):
        node.units.append(Unit(value: "\(inner)", attributes: attributes))
        read(doc, inner)
      }
    }
    // An array's values are no runs. A sequence of this test holds one or the other.
    if node.units.count < doc.length(of: type) {
      node.units = doc.elements(of: type).map { value in Unit(value: show(doc, value)) }
    }
    for entry in doc.entries(of: type) { node.keys[entry.key] = show(doc, entry.value) }
    nodes[type] = node
  }

  private mutating func show(_ doc: Doc, _ value: SharedValue) -> String {
    if case .type(let type, _) = value, nodes[type] == nil { read(doc, type) }
    return Self.text(value)
  }

  static func text(_ value: SharedValue) -> String {
    switch value {
    case .value(let value): Roots.text(value)
    case .type(let type, _): "\(type)"
    case .subdocument(let guid, _): "doc \(guid)"
    }
  }

  private static func texts(_ attributes: ObjectValue) -> [String: String] {
    Dictionary(uniqueKeysWithValues: attributes.entries.map { ($0.key, Roots.text($0.value)) })
  }

  private static func units(_ text: String, _ attributes: [String: String]) -> [Unit] {
    // Cutting an emoji turns its halves into U+FFFD, and nobody is told, in Yjs neither.
    text.utf16.map { unit in
      let isHalf = UTF16.isSurrogate(unit) || unit == 0xfffd
      return Unit(value: isHalf ? "half" : "'\(unit)", attributes: attributes)
    }
  }

  /// Applies what a transaction reported. `doc` is the document after it: types that came are read.
  mutating func apply(_ changes: Changes, _ doc: Doc, roots: [String]) {
    for change in changes {
      if change.path.isEmpty, nodes[change.target] == nil, roots.contains(change.root) {
        nodes[change.target] = Node()
      }
      guard var node = nodes[change.target] else {
        mistakes.append("a type nobody knows changed")
        continue
      }
      apply(change.keys, to: &node, doc, change.target)
      apply(change.delta, to: &node, doc)
      nodes[change.target] = node
      check(change, doc)
    }
  }

  private mutating func apply(
    _ keys: [KeyChange], to node: inout Node, _ doc: Doc, _ type: SharedType
  ) {
    for change in keys {
      let former = node.keys[change.key]
      let now = doc.value(of: type, key: change.key).map { show(doc, $0) }
      node.keys[change.key] = now
      let isRight =
        switch change.action {
        case .added: former == nil && now != nil
        case .updated(let old): former == Self.text(old) && now != nil
        case .deleted(let old): former == Self.text(old) && now == nil
        }
      if !isRight { mistakes.append("\(change) where \(former ?? "nothing") was") }
    }
  }

  private mutating func apply(_ delta: [DeltaOperation], to node: inout Node, _ doc: Doc) {
    var place = 0
    for operation in delta {
      switch operation {
      case .retain(let count, let attributes):
        for index in place..<min(place + count, node.units.count) {
          for entry in attributes.entries {
            let value = entry.value == .null ? nil : Roots.text(entry.value)
            if node.units[index].attributes[entry.key] == value { mistakes.append("says nothing") }
            node.units[index].attributes[entry.key] = value
          }
        }
        place += count
      case .delete(let count):
        guard place + count <= node.units.count else {
          mistakes.append("deletes beyond the end")
          return
        }
        node.units.removeSubrange(place..<place + count)
      case .insert(let inserted, let attributes):
        var units: [Unit] = []
        switch inserted {
        case .text(let text): units = Self.units(text, Self.texts(attributes))
        case .elements(let values):
          units = values.map { Unit(value: show(doc, $0), attributes: Self.texts(attributes)) }
        }
        if units.count != inserted.length { mistakes.append("wrong length") }
        node.units.insert(contentsOf: units, at: min(place, node.units.count))
        place += units.count
      }
      if place > node.units.count { mistakes.append("goes on beyond the end") }
    }
    if case .retain(_, let attributes) = delta.last, attributes.isEmpty {
      mistakes.append("ends with nothing")
    }
  }

  /// The path leads to the type.
  private mutating func check(_ change: TypeChange, _ doc: Doc) {
    guard var type = doc.root(change.root) else {
      mistakes.append("no root \(change.root)")
      return
    }
    for (step, holder) in zip(change.path, change.holders) {
      if type != holder { mistakes.append("another type on the way") }
      let next: SharedValue? =
        switch step {
        case .key(let key): doc.value(of: type, key: key)
        case .index(let index): Self.element(doc, type, index)
        }
      guard case .type(let inner, _) = next else {
        mistakes.append("the path \(change.path) leads nowhere")
        return
      }
      type = inner
    }
    if type != change.target { mistakes.append("the path \(change.path) leads elsewhere") }
  }

  static func element(_ doc: Doc, _ type: SharedType, _ index: Int) -> SharedValue? {
    var rest = index
    var item = doc.types[Int(type.index)].start
    while item != .none {
      let record = doc.record(item)
      item = record.right
      if record.isDeleted || !record.isCountable { continue }
      if rest == 0 { return doc.lastValue(record) }
      rest -= Int(record.length)
    }
    return nil
  }

  /// Types that differ from what another tree has of them.
  func differences(_ other: ShownTree) -> [String] {
    other.nodes.compactMap { type, node in
      let own = nodes[type] ?? Node()
      if own == node { return nil }
      let place = zip(own.units, node.units).prefix { $0 == $1 }.count
      return "\(type): keys \(own.keys), not \(node.keys); units from \(place) on: "
        + "\(own.units.dropFirst(place).prefix(3)), not \(node.units.dropFirst(place).prefix(3))"
    }
  }
}
