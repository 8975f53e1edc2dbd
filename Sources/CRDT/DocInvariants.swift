/// What must always hold inside a document.
extension Doc {
  #if DEBUG
    /// A document of no more structs is looked at after every transaction.
    private static var alwaysChecked: Int { 500 }
  #endif

  /// Stops where an invariant is broken, in debug builds: after every transaction, and of a large
  /// document as often as costs no more than that.
  @inline(__always) mutating func checkInvariants() {
    #if DEBUG
      uncheckedCount += 1
      guard stepsLeft > 0, uncheckedCount * Self.alwaysChecked >= structCount else { return }
      uncheckedCount = 0
      let found = problems()
      precondition(found.isEmpty, "the document is broken: \(found.prefix(5))")
    #endif
  }

  /// Broken invariants, in words; empty if all is well. It looks at everything.
  func problems() -> [String] {
    var found: [String] = []
    var seen = [Bool](repeating: false, count: items.count)
    for (number, client) in clients.enumerated() {
      var clock: UInt64 = 0
      for index in structs.all(of: Index32(number)) {
        let item = items[Int(index)]
        if seen[Int(index)] { found.append("struct \(index) is listed twice") }
        seen[Int(index)] = true
        if item.clock != clock { found.append("hole at \(client.id):\(clock)") }
        if item.length == 0 { found.append("empty struct at \(client.id):\(clock)") }
        clock = item.end
        if tombstones[index] != item.isDeleted { found.append("deletion of struct \(index)") }
        check(index, item, &found)
      }
      if clock != client.state { found.append("client \(client.id): state \(client.state)") }
      if client.before != client.state { found.append("client \(client.id): open transaction") }
    }
    for index in freeItems where seen[Int(index)] {
      found.append("struct \(index) is free and used")
    }
    if seen.count(where: { $0 }) + freeItems.count != items.count { found.append("lost structs") }
    let weights = clients.indices.flatMap { structs.all(of: Index32($0)) }
      .reduce(0) { $0 + weight(of: items[Int($1)]) }
    if weights != structBytes { found.append("structs weigh \(weights), not \(structBytes)") }
    for index in types.indices { checkLength(Index32(index), &found) }
    checkMarker(&found)
    checkUndoTables(&found)
    return found
  }

  private func check(_ index: Index32, _ item: Item, _ found: inout [String]) {
    guard !item.isGC else { return }
    if item.left != .none, items[Int(item.left)].right != index {
      found.append("left neighbour of \(index) does not know it")
    }
    if item.right != .none, items[Int(item.right)].left != index {
      found.append("right neighbour of \(index) does not know it")
    }
    if item.right != .none,
      items[Int(item.right)].parent != item.parent || items[Int(item.right)].key != item.key
    {
      found.append("neighbours \(index) and \(item.right) have different parents")
    }
    if item.key != .none, item.right == .none, map.item(item.parent, item.key) != index {
      found.append("rightmost item \(index) is not the key's value")
    }
    // A value of several units that was cut lives on in both parts, as in Yjs.
    if item.key != .none, item.right != .none, !item.isDeleted,
      items[Int(item.right)].client != item.client || items[Int(item.right)].clock != item.end
    {
      found.append("overwritten item \(index) is alive")
    }
    if item.key == .none, item.left == .none, types[Int(item.parent)].start != index {
      found.append("first item \(index) is not the start")
    }
    let holder = types[Int(item.parent)].holder
    if holder != .none, items[Int(holder)].isDeleted, !item.isDeleted {
      found.append("item \(index) lives in a deleted type")
    }
    if Int(item.contentOffset) + Int(item.contentCapacity) > content.count {
      found.append("content of \(index) is out of bounds")
    }
  }

  private func checkLength(_ type: Index32, _ found: inout [String]) {
    var length: Int64 = 0
    var index = types[Int(type)].start
    while index != .none {
      let item = items[Int(index)]
      if item.isCountable, !item.isDeleted { length += Int64(item.length) }
      index = item.right
    }
    if length != types[Int(type)].length { found.append("length of type \(type)") }
  }
}
