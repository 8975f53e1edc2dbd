/// The whole algorithm (YATA, as Yjs does it) for texts and keys of maps, one element at a time:
/// arrays, searched from the front, and no cleverness. What it says is right by looking at it.
struct ReferenceEngine {
  struct ID: Hashable {
    var client: UInt64
    var clock: Int
  }

  /// Where an element is: in a text, or among the values that a key had.
  enum Place: Hashable {
    case text
    case key(String)
  }

  /// One UTF-16 unit of a text, or one value of a key.
  struct Element: Equatable {
    var id: ID
    var place: Place
    /// The neighbours when it was written.
    var left: ID?
    var right: ID?
    var value: String
    var isDeleted = false
  }

  /// What one edit tells the others.
  struct Edit {
    var elements: [Element] = []
    var deleted: [ID] = []
  }

  let client: UInt64
  private var lists: [Place: [Element]] = [:]
  private var clocks: [UInt64: Int] = [:]
  private var waiting: [Element] = []
  private var waitingDeletions: [ID] = []

  init(client: UInt64) { self.client = client }

  var waits: Bool { !waiting.isEmpty || !waitingDeletions.isEmpty }
  var units: [String] { visible(.text).map(\.value) }
  var text: String { units.joined() }

  /// The values of all keys that have one.
  var values: [String: String] {
    var found: [String: String] = [:]
    for case .key(let key) in lists.keys {
      if let last = lists[.key(key)]?.last, !last.isDeleted { found[key] = last.value }
    }
    return found
  }

  private func visible(_ place: Place) -> [Element] {
    lists[place, default: []].filter { !$0.isDeleted }
  }

  // MARK: edits

  mutating func insert(_ text: [String], at index: Int) -> Edit {
    // Right behind the visible neighbour and what was deleted there.
    let list = lists[.text, default: []]
    let shown = list.indices.filter { !list[$0].isDeleted }
    let next = index < shown.count ? shown[index] : list.count
    var left = next > 0 ? list[next - 1].id : nil
    let right = next < list.count ? list[next].id : nil
    var edit = Edit()
    for unit in text {
      let id = ID(client: client, clock: clocks[client, default: 0] + edit.elements.count)
      edit.elements.append(
        Element(id: id, place: .text, left: left, right: right, value: unit))
      left = id
    }
    take(edit)
    return edit
  }

  mutating func delete(_ range: Range<Int>) -> Edit {
    let edit = Edit(deleted: visible(.text)[range].map(\.id))
    take(edit)
    return edit
  }

  mutating func set(_ key: String, to value: String) -> Edit {
    let id = ID(client: client, clock: clocks[client, default: 0])
    let last = lists[.key(key)]?.last?.id
    let element = Element(id: id, place: .key(key), left: last, right: nil, value: value)
    // What it replaces goes as soon as this is told, also where the element itself has to wait.
    let edit = Edit(elements: [element], deleted: visible(.key(key)).map(\.id))
    take(edit)
    return edit
  }

  mutating func remove(_ key: String) -> Edit {
    let edit = Edit(deleted: visible(.key(key)).map(\.id))
    take(edit)
    return edit
  }

  // MARK: delivery

  /// Takes an edit, in any order and also twice; what refers to something unknown waits for it.
  mutating func take(_ edit: Edit) {
    waiting += edit.elements
    waitingDeletions += edit.deleted
    var isMoving = true
    while isMoving {
      isMoving = false
      for element in waiting where isReady(element) {
        integrate(element)
        clocks[element.id.client, default: 0] += 1
        isMoving = true
      }
      waiting = waiting.filter { !isKnown($0.id) }
    }
    for id in waitingDeletions where isKnown(id) { markDeleted(id) }
    waitingDeletions = waitingDeletions.filter { !isKnown($0) }
  }

  private func isKnown(_ id: ID) -> Bool { id.clock < clocks[id.client, default: 0] }

  private func isReady(_ element: Element) -> Bool {
    element.id.clock == clocks[element.id.client, default: 0]
      && element.left.map(isKnown) != false && element.right.map(isKnown) != false
  }

  private mutating func markDeleted(_ id: ID) {
    for place in lists.keys {
      for index in lists[place, default: []].indices where lists[place]?[index].id == id {
        lists[place]?[index].isDeleted = true
      }
    }
  }

  private func position(of id: ID, in list: [Element]) -> Int {
    list.firstIndex { $0.id == id } ?? -1
  }

  /// Behind its left neighbour; of those who meant the same place the lower client comes first, and
  /// each keeps what was written behind it.
  private mutating func integrate(_ new: Element) {
    var list = lists[new.place, default: []]
    let left = new.left.map { position(of: $0, in: list) } ?? -1
    let end = new.right.map { position(of: $0, in: list) } ?? list.count
    var place = left + 1
    var index = place
    while index < end {
      let other = list[index]
      let otherLeft = other.left.map { position(of: $0, in: list) } ?? -1
      if otherLeft < left { break }
      if otherLeft == left {
        if other.id.client < new.id.client {
          place = index + 1
        } else if other.right == new.right {
          break
        }
      } else if otherLeft < place {
        place = index + 1
      }
      index += 1
    }
    list.insert(new, at: place)
    if case .key = new.place {
      // Only the last value of a key counts.
      for index in list.indices.dropLast() { list[index].isDeleted = true }
    }
    lists[new.place] = list
  }
}
