/// How steps come about and how they are taken back.
extension UndoManager {
  enum Activity {
    case editing(Int)
    case undoing
    case redoing
  }

  /// Takes note of the open transaction, before its garbage is collected.
  mutating func capture(_ doc: inout Doc, _ origin: Origin?, _ activity: Activity) {
    captured = .nothing
    let isOwn = origin == self.origin
    guard isOwn || trackedOrigins.contains(origin), doc.hasTouched(scope) else { return }
    let deletions = doc.transactionDeletions()
    var item = StackItem(insertions: doc.transactionInsertions(), deletions: deletions)
    capturedRedo = false
    captured = .added
    switch activity {
    case .undoing:
      stopCapturing()
      redoStack.append(item)
      capturedRedo = true
    case .redoing: undoStack.append(item)
    case .editing(let now):
      forget(&doc, undo: false, redo: true)
      if let lastChange, now - lastChange < captureTimeout, var last = undoStack.popLast() {
        last.insertions.formUnion(item.insertions)
        last.deletions.formUnion(item.deletions)
        item = last
        captured = .joined
      }
      undoStack.append(item)
      lastChange = now
    }
    doc.keep(deletions, in: scope)
  }

  /// Takes steps from a stack until one changes something.
  mutating func pop(_ doc: inout Doc, _ activity: Activity) -> Step? {
    var popped: StackItem?
    while popped == nil, let item = next(activity) {
      var reversal = Reversal(item, self)
      if reversal.run(&doc) { popped = item }
    }
    capture(&doc, origin, activity)
    let applied = doc.finishTransaction(origin: origin)
    return popped.map { Step(item: $0, applied: applied) }
  }

  private mutating func next(_ activity: Activity) -> StackItem? {
    if case .undoing = activity { return undoStack.popLast() }
    return redoStack.popLast()
  }
}

/// Takes back one step in the open transaction.
private struct Reversal {
  private let item: UndoManager.StackItem
  private let scope: UndoManager.Scope
  private let ignoresRemoteMapChanges: Bool
  /// The steps that are left.
  private let stacks: [[UndoManager.StackItem]]
  /// All that those have deleted, once it was asked for.
  private var deletedByStacks: IDRanges?
  /// What is to be made again, in this order.
  private var lost: [Index32] = []
  private var isLost: Set<Index32> = []

  init(_ item: UndoManager.StackItem, _ manager: UndoManager) {
    self.item = item
    scope = manager.scope
    ignoresRemoteMapChanges = manager.ignoresRemoteMapChanges
    stacks = [manager.undoStack, manager.redoStack]
  }

  /// Whether anything was to be done.
  mutating func run(_ doc: inout Doc) -> Bool {
    let alive = inserted(&doc)
    findLost(&doc)
    var isChanged = false
    for index in lost where makeAgain(index, &doc) { isChanged = true }
    // From the last to the first, so that children go before what holds them.
    for index in alive.reversed() {
      doc.delete(index)
      isChanged = true
    }
    return isChanged
  }

  /// What the step has inserted, or what that was made again as, as far as it is still there.
  private func inserted(_ doc: inout Doc) -> [Index32] {
    var alive: [Index32] = []
    doc.cutAndVisit(item.insertions) { doc, index in
      var index = index
      if doc.record(index).isGC { return }
      if doc.undo.redone(doc.record(index)) != nil { index = doc.latest(of: index) }
      if !doc.record(index).isDeleted, doc.isInside(scope, doc.record(index)) {
        alive.append(index)
      }
    }
    return alive
  }

  /// What the step has deleted, except what it had inserted itself.
  private mutating func findLost(_ doc: inout Doc) {
    var found: [Index32] = []
    doc.cutAndVisit(item.deletions) { doc, index in
      let record = doc.record(index)
      guard !record.isGC, doc.isInside(scope, record),
        !item.insertions.contains(doc.clients[Int(record.client)].id, record.clock)
      else { return }
      found.append(index)
    }
    isLost = Set(found)
    // In the order of coming, each once.
    var seen: Set<Index32> = []
    lost = found.filter { seen.insert($0).inserted }
  }

  /// Makes an item again, and before it what holds it, from the outermost on: nesting is the
  /// peer's, and the stack is ours.
  private mutating func makeAgain(_ index: Index32, _ doc: inout Doc) -> Bool {
    var chain = [index]
    while let last = chain.last, doc.undo.redone(doc.record(last)) == nil {
      let holder = doc.holder(of: doc.record(last))
      guard holder != .none, doc.record(holder).isDeleted,
        doc.undo.redone(doc.record(holder)) == nil
      else { break }
      guard isLost.contains(holder) else { return false }
      chain.append(holder)
    }
    for index in chain.reversed() where !makeOneAgain(index, &doc) { return false }
    return true
  }

  /// Makes one item again as a copy at its place (Yjs `redoItem`).
  private mutating func makeOneAgain(_ index: Index32, _ doc: inout Doc) -> Bool {
    if doc.madeAgain(index) != nil { return true }
    let item = doc.record(index)
    var holder = doc.holder(of: item)
    var type = item.parent
    if holder != .none, doc.record(holder).isDeleted {
      while let next = doc.madeAgain(holder) { holder = next }
    }
    if holder != .none { type = doc.record(holder).type }
    if type == .none { return false }
    var left = Index32.none
    var right = Index32.none
    if item.key == .none {
      left = neighbour(of: item.left, under: holder, &doc) { $0.left }
      right = neighbour(of: index, under: holder, &doc) { $0.right }
    } else {
      guard let place = formerValue(index, item, type, &doc) else { return false }
      left = place
      // An origin under another parent would lead peers to put the copy there (yjs issue 757).
      if left != .none, doc.holder(of: doc.record(left)) != holder {
        left = doc.map.item(type, item.key)
      }
    }
    doc.putAgain(index, left: left, right: right, parent: type)
    return true
  }

  /// The nearest item from `start` on that is under `holder`, or was made again there.
  private func neighbour(
    of start: Index32, under holder: Index32, _ doc: inout Doc, next: (Item) -> Index32
  ) -> Index32 {
    var index = start
    while index != .none {
      var trace: Index32? = index
      while let place = trace, doc.holder(of: doc.record(place)) != holder {
        trace = doc.madeAgain(place)
      }
      if let trace { return trace }
      index = next(doc.record(index))
    }
    return .none
  }

  /// The value of the key that the copy comes behind; nil if others have set the key since.
  private mutating func formerValue(
    _ index: Index32, _ item: Item, _ type: Index32, _ doc: inout Doc
  ) -> Index32? {
    if item.right == .none || ignoresRemoteMapChanges { return doc.map.item(type, item.key) }
    var left = index
    while case let right = doc.record(left).right, right != .none,
      isOurs(doc.record(right), doc)
    {
      left = right
      while let next = doc.madeAgain(left) { left = next }
    }
    return doc.record(left).right == .none ? left : nil
  }

  /// Whether a later value of a key is none of others: it goes with this step, or one of the steps
  /// has replaced it.
  private mutating func isOurs(_ value: Item, _ doc: Doc) -> Bool {
    if doc.undo.redone(value) != nil { return true }
    let client = doc.clients[Int(value.client)].id
    if item.insertions.contains(client, value.clock) { return true }
    if let deletedByStacks { return deletedByStacks.contains(client, value.clock) }
    var all = IDRanges()
    for stack in stacks {
      for item in stack { all.formUnion(item.deletions) }
    }
    deletedByStacks = all
    return all.contains(client, value.clock)
  }
}
