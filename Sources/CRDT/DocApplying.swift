/// Applying updates, and asking beforehand what that would do.
extension Doc {
  /// Applies an update: integrates what can be, parks the rest until what it needs arrives.
  ///
  /// Duplicates do nothing; any order of delivery ends in the same content.
  /// - Parameter origin: Where it comes from; it is in the result again.
  /// - Complexity: O(update), plus O(log n) a struct, plus what is deleted or joined.
  @discardableResult
  public mutating func apply(_ update: Update, origin: Origin? = nil) -> Applied {
    guard integrate(all: update) else { return Applied() }
    var applied = finishTransaction(origin: origin)
    applied.leftPending = hasPending
    return applied
  }

  /// Integrates an update and whatever waited for it, and leaves the transaction open. False once
  /// `stepsLeft` are used up.
  mutating func integrate(all update: Update) -> Bool {
    var next: Update? = update
    while let current = next {
      next = nil
      if current.records.count > 64 { reserve(for: current) }
      if current.records.count == 1, isReady(current.records[0]) {
        integrate(current.records[0], of: current.source)
      } else if !current.records.isEmpty {
        let plan = UpdatePlan(current, clocks)
        for run in plan.order {
          for index in run {
            integrate(current.records[index], of: current.source)
            if stepsLeft <= 0 { return false }
          }
        }
        if !plan.blocked.isEmpty { park(current, plan) }
      }
      applyDeletes(current.deleteSet)
      if stepsLeft <= 0 { return false }
      if pending.structs != nil, canRetry {
        next = pending.structs
        pending.structs = nil
        pending.needs = []
      }
    }
    return true
  }

  /// Makes room for a big update at once, where growing step by step would move all of it again and
  /// again. At least as much as growing would take, so that many such updates do not move it each;
  /// and only for what is new: who sends what is known makes nothing bigger.
  private mutating func reserve(for update: Update) {
    func room(_ count: Int, _ more: Int, _ capacity: Int) -> Int? {
      count + more <= capacity ? nil : max(count + more, count + count / 2)
    }
    var more = 0
    var bytes = 0
    var (client, known) = (ClientID.max, 0 as UInt64)
    for record in update.records {
      if record.client != client { (client, known) = (record.client, clock(of: record.client)) }
      guard record.end > known else { continue }
      more += 1
      bytes += Int(record.contentCount)
    }
    if let count = room(items.count, more, items.capacity) { items.reserveCapacity(count) }
    structs.reserve(more)
    if let count = room(content.count, bytes, content.capacity) { content.reserveCapacity(count) }
  }

  /// Whether one struct alone is new and has all that it refers to: the usual update, for which
  /// making a plan costs more than integrating it.
  func isReady(_ record: UpdateRecord) -> Bool {
    let state = clocks.clock(of: record.client)
    return record.clock <= state && record.end > state
      && UpdatePlan.missing(record, clocks.clock) == nil
  }

  private var canRetry: Bool {
    pending.needs.contains { clock(of: $0.client) >= $0.clock }
  }

  /// Keeps structs that have to wait, together with those that already do.
  private mutating func park(_ update: Update, _ plan: UpdatePlan) {
    let rest = update.keeping(plan.blocked, deleteSet: DeleteSet())
    pending.structs = pending.structs.map { Update.merging([$0, rest]) } ?? Update.rewriting([rest])
    pending.needs.append(contentsOf: plan.needs)
  }

  /// Deletes what is there; the rest, old and new, stays pending (Yjs `readAndApplyDeleteSet`).
  private mutating func applyDeletes(_ deleteSet: DeleteSet) {
    var rest: [DeleteRange] = []
    for range in deleteSet.ranges {
      applyDelete(range, &rest)
      if stepsLeft <= 0 { return }
    }
    if !pending.deletes.isEmpty {
      for range in pending.deletes.ranges { applyDelete(range, &rest) }
    } else if rest.isEmpty {
      return
    }
    pending.deletes = DeleteSet(rest)
  }

  private mutating func applyDelete(_ range: DeleteRange, _ rest: inout [DeleteRange]) {
    let state = clock(of: range.client)
    if range.clock < state, let client = clientTable.find(range.client) {
      delete(client, from: range.clock, to: min(range.end, state))
    }
    if range.end > state {
      let start = max(range.clock, state)
      rest.append(
        DeleteRange(client: range.client, clock: start, length: range.end - start))
    }
  }

  /// What is missing for all of the update to be integrated now; `nil` if nothing is.
  ///
  /// Structs that come within the update count as present, in whatever order of clients; what the
  /// document has already is no matter. The result says per client which clock must be reached.
  public func missing(for update: Update) -> StateVector? {
    if needsNothing(update) { return nil }
    let plan = UpdatePlan(update, clocks)
    var vector = StateVector()
    var isComplete = true
    for need in plan.needs {
      vector[need.client] = max(vector[need.client], need.clock)
      isComplete = false
    }
    for range in update.deleteSet.ranges where range.end > plan.state(range.client, clocks) {
      vector[range.client] = max(vector[range.client], range.end)
      isComplete = false
    }
    return isComplete ? nil : vector
  }

  /// The short answer for the usual update: one new struct or none, and deletions of what is here.
  private func needsNothing(_ update: Update) -> Bool {
    guard update.records.isEmpty || (update.records.count == 1 && isReady(update.records[0])) else {
      return false
    }
    for range in update.deleteSet.ranges where range.end > clocks.clock(of: range.client) {
      return false
    }
    return true
  }

  /// The largest part of an update that leaves nothing pending: of each client the structs up to
  /// the first that would have to wait, and the deletions of what is there then.
  public func integrable(_ update: Update) -> Update {
    if needsNothing(update) { return update }
    let plan = UpdatePlan(update, clocks)
    var kept: [DeleteRange] = []
    var cutsDeletes = false
    for range in update.deleteSet.ranges {
      let state = plan.state(range.client, clocks)
      if range.end > state { cutsDeletes = true }
      if range.clock < state {
        let end = min(range.end, state)
        kept.append(
          DeleteRange(client: range.client, clock: range.clock, length: end - range.clock))
      }
    }
    if plan.blocked.isEmpty, !cutsDeletes { return update }
    var isBlocked = [Bool](repeating: false, count: update.records.count)
    for run in plan.blocked { for index in run { isBlocked[index] = true } }
    let runs = isBlocked.indices.filter { !isBlocked[$0] }.map { $0..<$0 + 1 }
    return update.keeping(runs, deleteSet: DeleteSet(kept))
  }
}

extension Update {
  /// The records of some runs only, in the update's order.
  func keeping(_ runs: [Range<Int>], deleteSet: DeleteSet) -> Update {
    var kept: [UpdateRecord] = []
    for run in runs.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      kept.append(contentsOf: records[run])
    }
    return Update(source: source, records: kept, deleteSet: deleteSet, exactByteCount: nil)
  }
}
