import Lib0

/// Taking back: an update is accepted and undone in one transaction.
///
/// To drop an update would leave a gap in its author's clock for ever, so what a room does not want
/// is integrated like everything else, and what it did is undone by structs of our own. All of it
/// leaves as one update: nobody sees a state in between, and the author's board snaps back.
///
///     before   a b c d          m["k"] = 1
///     update   a . x . d        m["k"] = 2          (b and c deleted, x new)
///     after    a . . . b' c' d  m["k"] = 1'         (x deleted, copies of b, c and 1)
extension Doc {
  /// How many items one take-back may copy.
  public static let takeBackItemLimit = 20_000
  /// How many bytes of content one take-back may copy.
  public static let takeBackByteLimit = 1 << 20
  /// How many items one take-back may pass on its ways through lists: between the neighbours that
  /// a new struct names, and around marks that are deleted.
  public static let takeBackWalkLimit = 50_000

  /// Applies an update and takes its effect back.
  ///
  /// What it created is deleted. Values of keys that it replaced or removed are set again, deleted
  /// elements, text and marks are inserted again at their places, both as copies under
  /// `clientID`. Marks that would say nothing where they stood do not come back: Yjs deletes them
  /// at every chance, and would do so again. Everything visible is then as it was, except that a
  /// root may be new, and empty.
  /// - Parameter update: All of it must be integrable (`missing(for:)`). What is known of it
  ///   already does nothing.
  /// - Returns: One update from the state before to the state after, for every peer and for the
  ///   author; the update itself is in it, its content mostly as tombstones.
  /// - Throws: `TakeBackError`; nothing has changed then.
  /// - Complexity: O(u log n) for u structs and ranges, plus what they cover and cut; at most
  ///   `takeBackWalkLimit` items beside those. As with `applyBounded`, the document's arrays are
  ///   copied only where the product of the two sizes leaves doubt.
  public mutating func applyTakenBack(_ update: Update) throws(TakeBackError) -> Update {
    guard !hasPending, missing(for: update) == nil else { throw .incomplete }
    let plan = try TakeBackSurvey(update, self).plan
    guard mayBeCostly(update) else { return takeBack(update, plan) }
    var copy = self
    copy.stepsLeft = Int64(Self.searchBudget)
    let result = copy.takeBack(update, plan)
    guard copy.stepsLeft > 0 else { throw .tooCostly }
    copy.stepsLeft = .max
    self = copy
    return result
  }

  private mutating func takeBack(_ update: Update, _ plan: TakeBackPlan) -> Update {
    transaction.keepsStructsApart = true
    guard integrate(all: update) else { return Update() }
    let lost = lostFromSequences()
    deleteNewStructs()
    for value in plan.values where items[Int(value)].isDeleted {
      let item = items[Int(value)]
      _ = putCopy(of: value, left: map.item(item.parent, item.key), right: .none)
    }
    putBack(lost, without: plan.idle)
    let applied = finishTransaction()
    return applied.changed ? self.update(of: applied) : Update()
  }

  /// What the open transaction has deleted so far of sequences, new structs apart.
  private func lostFromSequences() -> [Index32] {
    var lost: [Index32] = []
    for range in transaction.deletes where range.clock < clients[Int(range.client)].before {
      let end = range.clock + range.length
      var next: StructPlace? = structs.find(range.client, range.clock)
      while let place = next {
        let index = structs[place]
        let item = items[Int(index)]
        if item.clock >= end { break }
        if item.key == .none, !item.isGC, ContentKind.isCopyable(item.kind) { lost.append(index) }
        next = structs.next(place)
      }
    }
    return lost
  }

  /// Deletes everything that the open transaction has brought.
  private mutating func deleteNewStructs() {
    for client in transaction.advanced {
      var next: StructPlace? = structs.find(client, clients[Int(client)].before)
      while let place = next {
        delete(structs[place])
        next = structs.next(place)
      }
    }
  }

  /// Inserts copies of lost items. Where several stand side by side, the copies come behind the
  /// last, one chained to the other, so that they become one item again.
  private mutating func putBack(_ lost: [Index32], without idle: Set<Index32>) {
    var open = Set(lost)
    for start in lost where open.contains(start) {
      var head = start
      while case let left = items[Int(head)].left, left != .none, isGone(left, open) { head = left }
      var run: [Index32] = []
      while head != .none, isGone(head, open) {
        if open.remove(head) != nil { run.append(head) }
        head = items[Int(head)].right
      }
      guard var left = run.last else { continue }
      for index in run where !idle.contains(index) {
        left = putCopy(of: index, left: left, right: items[Int(left)].right)
      }
    }
  }

  /// Whether the open transaction made an item disappear: an old one, or one that it brought.
  private func isGone(_ index: Index32, _ lost: Set<Index32>) -> Bool {
    if lost.contains(index) { return true }
    let item = items[Int(index)]
    return item.isDeleted && item.clock >= clients[Int(item.client)].before
  }

  private mutating func putCopy(of index: Index32, left: Index32, right: Index32) -> Index32 {
    let item = items[Int(index)]
    return insertOwn(
      item.kind, length: item.length, Array(content[item.contentRange]), left: left,
      right: right, parent: item.parent, key: item.key)
  }
}
