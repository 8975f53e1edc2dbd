import Lib0

extension Update {
  /// One update that does what all of them do, without a document.
  ///
  /// Bytes equal those of Yjs `mergeUpdates`. Nothing is lost: what pends stays, holes become
  /// Skips. Complexity: O(total), and sorting where updates come out of order.
  public static func merging(_ updates: [Update]) -> Update {
    let filled = updates.filter { !$0.isEmpty }
    if filled.count <= 1 { return filled.first ?? Update() }
    return rewriting(filled)
  }

  /// Orders the structs of all updates, drops what is there twice and writes the rest.
  static func rewriting(_ updates: [Update]) -> Update {
    let places = ordered(updates)
    var pieces: [UpdatePiece] = []
    pieces.reserveCapacity(places.count)
    var client: ClientID?
    var written: UInt64 = 0
    var lastIsGC = false
    for place in places {
      let record = updates[place.update].records[place.record]
      if client != record.client {
        client = record.client
        written = 0
        lastIsGC = false
      } else if record.end <= written {
        continue
      }
      let cut = written <= record.clock ? 0 : written - record.clock
      let isGC = record.kind == ContentKind.gc
      if isGC, lastIsGC, record.clock + cut == written {
        pieces[pieces.count - 1].extra += record.length - cut
      } else {
        pieces.append(UpdatePiece(update: place.update, record: place.record, cut: cut))
      }
      lastIsGC = isGC
      written = record.end
    }
    let deleteSet = DeleteSet(updates.flatMap { $0.deleteSet.ranges })
    let bytes = encode(pieces, of: updates, deleteSet: deleteSet)
    do { return try Update(v1: bytes) } catch {
      preconditionFailure("our own merge does not decode: \(error)")
    }
  }

  /// All structs by client and clock; at equal places the earlier update comes first.
  private static func ordered(_ updates: [Update]) -> [UpdatePiece] {
    var places: [UpdatePiece] = []
    var total = 0
    for update in updates { total += update.records.count }
    places.reserveCapacity(total)
    var isSorted = true
    var last: UpdateRecord?
    for (number, update) in updates.enumerated() {
      for (index, record) in update.records.enumerated() {
        if let last, UpdateRecord.precedes(record, last) { isSorted = false }
        last = record
        places.append(UpdatePiece(update: number, record: index))
      }
    }
    if isSorted { return places }
    return places.sorted { left, right in
      let a = updates[left.update].records[left.record]
      let b = updates[right.update].records[right.record]
      if a.client != b.client { return a.client > b.client }
      if a.clock != b.clock { return a.clock < b.clock }
      return left.update != right.update
        ? left.update < right.update : left.record < right.record
    }
  }

  /// The part that somebody with `state` lacks; the delete set stays whole (Yjs `diffUpdate`).
  public func since(_ state: StateVector) -> Update {
    if state.isEmpty { return self }
    var pieces: [UpdatePiece] = []
    for (index, record) in records.enumerated() {
      let known = state[record.client]
      if record.end <= known { continue }
      let cut = known > record.clock ? known - record.clock : 0
      pieces.append(UpdatePiece(update: 0, record: index, cut: cut))
    }
    return rewritten(pieces, deleteSet: deleteSet)
  }

  /// An update of its own, of pieces of this one.
  func rewritten(_ pieces: [UpdatePiece], deleteSet: DeleteSet) -> Update {
    let bytes = Update.encode(pieces, of: [self], deleteSet: deleteSet)
    do { return try Update(v1: bytes) } catch {
      preconditionFailure("our own difference does not decode: \(error)")
    }
  }
}
