/// Which structs of an update can be integrated, in which order, and what the others wait for.
///
/// It needs nothing of the document but its clocks, so it serves applying, `missing(for:)` and
/// `integrable(_:)` alike. Order and stops equal those of Yjs `integrateStructs`: clients from the
/// highest down, and whatever waits is put aside until the other client's structs are in.
struct UpdatePlan {
  /// Runs of records to integrate, in this order.
  private(set) var order: [Range<Int>] = []
  /// Records that cannot go in: the rest of a client after the first that has to wait.
  private(set) var blocked: [Range<Int>] = []
  /// What they wait for: the client must reach the clock.
  private(set) var needs: [(client: ClientID, clock: UInt64)] = []
  private var queues: [Queue] = []

  private struct Queue {
    var client: ClientID
    var next: Int
    var end: Int
    /// The client's clock once everything before `next` is in.
    var state: UInt64
    var isBlocked = false
    var isOpen = false
  }

  init(_ update: Update, _ clocks: ClientClocks) {
    makeQueues(update.records, clocks)
    for index in queues.indices where queues[index].next < queues[index].end {
      if !queues[index].isBlocked { run(index, update.records, clocks) }
    }
  }

  /// The client's clock after everything that can go in has gone in.
  func state(_ client: ClientID, _ clocks: ClientClocks) -> UInt64 {
    if let queue = queue(client) { return queues[queue].state }
    return clocks.clock(of: client)
  }

  private mutating func makeQueues(_ records: [UpdateRecord], _ clocks: ClientClocks) {
    var start = 0
    while start < records.count {
      let client = records[start].client
      var end = start + 1
      while end < records.count, records[end].client == client { end += 1 }
      queues.append(Queue(client: client, next: start, end: end, state: clocks.clock(of: client)))
      start = end
    }
  }

  /// Highest client first, so a binary search.
  private func queue(_ client: ClientID) -> Int? {
    var low = 0
    var high = queues.count
    while low < high {
      let middle = (low + high) / 2
      if queues[middle].client > client { low = middle + 1 } else { high = middle }
    }
    return low < queues.count && queues[low].client == client ? low : nil
  }

  /// Works off one client's structs, and before each those of others that it needs.
  private mutating func run(_ first: Int, _ records: [UpdateRecord], _ clocks: ClientClocks) {
    // What is open, and up to which clock it was asked for. Each client at most once.
    var stack: [(queue: Int, until: UInt64)] = [(first, .max)]
    queues[first].isOpen = true
    while let (current, until) = stack.last {
      let need = advance(current, until: until, records, clocks)
      let queue = queues[current]
      if let need {
        if need.client != queue.client, let other = self.queue(need.client),
          queues[other].next < queues[other].end, !queues[other].isBlocked, !queues[other].isOpen
        {
          queues[other].isOpen = true
          stack.append((other, need.clock))
        } else {
          block(&stack, needing: need)
        }
      } else {
        queues[current].isOpen = false
        stack.removeLast()
      }
    }
  }

  /// Takes the structs of one client as far as they are asked for. The result is what the next one
  /// needs, if that is not there.
  private mutating func advance(
    _ number: Int, until: UInt64, _ records: [UpdateRecord], _ clocks: ClientClocks
  ) -> (client: ClientID, clock: UInt64)? {
    var next = queues[number].next
    var state = queues[number].state
    var need: (client: ClientID, clock: UInt64)?
    // Where the run began whose structs are all new.
    var start = next
    while next < queues[number].end, state < until {
      let end = records[next].end
      if records[next].clock > state {
        need = (client: records[next].client, clock: records[next].clock)
        break
      }
      if end <= state {
        take(start..<next)
        start = next + 1
      } else {
        need = UpdatePlan.missing(records[next]) { self.state($0, clocks) }
        if need != nil { break }
        state = end
      }
      next += 1
    }
    take(start..<next)
    queues[number].next = next
    queues[number].state = state
    return need
  }

  private mutating func take(_ run: Range<Int>) {
    if run.isEmpty { return }
    if let last = order.last, last.upperBound == run.lowerBound {
      order[order.count - 1] = last.lowerBound..<run.upperBound
    } else {
      order.append(run)
    }
  }

  /// Everything on the stack waits for the same thing, directly or not. Each also counts as
  /// waiting for the one above it: that may come from elsewhere.
  private mutating func block(
    _ stack: inout [(queue: Int, until: UInt64)],
    needing need: (client: ClientID, clock: UInt64)
  ) {
    needs.append(need)
    for entry in stack {
      queues[entry.queue].isBlocked = true
      blocked.append(queues[entry.queue].next..<queues[entry.queue].end)
      if entry.until < .max {
        needs.append((client: queues[entry.queue].client, clock: entry.until))
      }
    }
    stack.removeAll()
  }

  /// The first reference of a struct to something that is not there. Its own client's earlier
  /// structs always are, by the time that it is its turn.
  static func missing(
    _ record: UpdateRecord, _ state: (ClientID) -> UInt64
  ) -> (client: ClientID, clock: UInt64)? {
    if record.kind == 0 { return nil }
    if record.hasOrigin || (record.hasParent && !record.parentIsRoot),
      record.originClient != record.client,
      state(record.originClient) <= record.originClock
    {
      return (record.originClient, record.originClock + 1)
    }
    if record.hasRightOrigin, record.rightClient != record.client,
      state(record.rightClient) <= record.rightClock
    {
      return (record.rightClient, record.rightClock + 1)
    }
    return nil
  }
}

/// The clocks of a document, without the rest of it: passing a whole `Doc` on from a mutating
/// function has the compiler retain each of its arrays.
struct ClientClocks {
  let clients: [ClientRecord]
  let table: ClientTable

  func clock(of client: ClientID) -> UInt64 {
    guard let index = table.find(client) else { return 0 }
    return clients[Int(index)].state
  }
}
