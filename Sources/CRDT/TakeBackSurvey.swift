import Lib0

/// What taking an update back needs to know of the document before. It holds no document: that
/// would have the arrays copied with the first change.
struct TakeBackPlan {
  /// Live values of keys that the update deletes or may overwrite, each once.
  var values: [Index32] = []
  /// Marks that the update deletes and that need not come back.
  var idle: Set<Index32> = []
}

/// What an update would make disappear, found out before it is applied: afterwards it is too late
/// to say no.
///
/// It errs on the side of saying no: a set that would lose against another one counts as a
/// replacement here.
struct TakeBackSurvey {
  private let update: Update
  private let doc: Doc
  private(set) var plan = TakeBackPlan()
  private var seen: Set<Index32> = []
  /// Ids before which an item would be cut, in no order.
  private var cuts: [(client: Index32, clock: UInt64)] = []
  /// What is alive and would be deleted.
  private var dying = DeleteSet()
  private var itemCount = 0
  private var byteCount = 0
  /// Marks that would be deleted.
  private var marks: [Index32] = []

  /// - Complexity: O(u log n) for u structs and ranges, plus the structs that the ranges cover, the
  ///   text that is cut, and `Doc.takeBackWalkLimit` items at most.
  init(_ update: Update, _ doc: Doc) throws(TakeBackError) {
    self.update = update
    self.doc = doc
    var walk = TakeBackWalk()
    try surveyStructs(&walk)
    try surveyDeletes()
    try surveyCuts()
    plan.idle = try IdleMarks(doc).among(marks, &walk)
  }

  private mutating func surveyStructs(_ walk: inout TakeBackWalk) throws(TakeBackError) {
    var neighbours = NeighbourCheck(update, doc)
    for run in doc.newRecords(in: update) {
      for index in run {
        let record = update.records[index]
        guard record.client != doc.clientID else { throw .writesAsUs }
        try neighbours.check(index, &walk)
        if record.kind == ContentKind.gc { continue }
        if record.hasOrigin { cut(record.originClient, before: record.originClock + 1) }
        if record.hasRightOrigin { cut(record.rightClient, before: record.rightClock) }
        if let value = rival(of: record) { try add(value: value) }
      }
    }
  }

  /// The live value that a record would stand beside, if it belongs to a key that has one. What
  /// stands beside another new record has the same rival as that one.
  private func rival(of record: UpdateRecord) -> Index32? {
    let state = doc.clock(of: record.client)
    // The rest of a struct whose beginning is known stands behind that.
    if record.clock < state { return rival(beside: record.client, state - 1) }
    if record.hasOrigin { return rival(beside: record.originClient, record.originClock) }
    if record.hasRightOrigin { return rival(beside: record.rightClient, record.rightClock) }
    guard record.hasKey else { return nil }
    let key = doc.names.find(update.source, record.keyRange)
    let type = parent(of: record)
    return key == .none || type == .none ? nil : liveValue(type, key)
  }

  private func rival(beside client: ClientID, _ clock: UInt64) -> Index32? {
    guard let index = known(client, clock) else { return nil }
    let item = doc.items[Int(index)]
    return item.key == .none ? nil : liveValue(item.parent, item.key)
  }

  private func parent(of record: UpdateRecord) -> Index32 {
    if record.parentIsRoot {
      let name = doc.names.find(update.source, record.rootNameRange)
      return doc.roots[name] ?? .none
    }
    guard let holder = known(record.originClient, record.originClock) else { return .none }
    return doc.items[Int(holder)].type
  }

  private func liveValue(_ type: Index32, _ key: Index32) -> Index32? {
    let item = doc.map.item(type, key)
    return item == .none || doc.items[Int(item)].isDeleted ? nil : item
  }

  private func known(_ client: ClientID, _ clock: UInt64) -> Index32? {
    guard let index = doc.clientTable.find(client), clock < doc.clients[Int(index)].state else {
      return nil
    }
    return doc.item(index, clock)
  }

  private mutating func cut(_ client: ClientID, before clock: UInt64) {
    guard let index = doc.clientTable.find(client), clock < doc.clients[Int(index)].state else {
      return
    }
    cuts.append((client: index, clock: clock))
  }

  private mutating func surveyDeletes() throws(TakeBackError) {
    dying = doc.alive(in: update.deleteSet) { _ in }
    for range in dying {
      cut(range.client, before: range.clock)
      cut(range.client, before: range.end)
      guard let client = doc.clientTable.find(range.client) else { continue }
      var next: StructPlace? = doc.structs.find(client, range.clock)
      var clock = range.clock
      while clock < range.end, let place = next {
        let index = doc.structs[place]
        let end = min(doc.items[Int(index)].end, range.end)
        try add(index, units: end - clock)
        clock = end
        next = doc.structs.next(place)
      }
    }
  }

  /// Adds a part of a live item.
  private mutating func add(_ index: Index32, units: UInt64) throws(TakeBackError) {
    let item = doc.items[Int(index)]
    guard ContentKind.isCopyable(item.kind) else { throw .replacesType }
    if item.key == .none, item.kind == ContentKind.format { marks.append(index) }
    if item.key != .none {
      // Of a key only the rightmost item shows.
      if item.right == .none { try add(value: index) }
    } else if item.kind == ContentKind.string {
      // A UTF-16 unit takes at most three bytes.
      try count(bytes: Int(min(UInt64(item.contentCount), 3 * units)))
    } else {
      // Where exactly values are cut is not worth reading them: the item counts whole, but once.
      let isNew = seen.insert(index).inserted
      try count(bytes: isNew ? Int(item.contentCount) : 0)
    }
  }

  private mutating func add(value index: Index32) throws(TakeBackError) {
    let item = doc.items[Int(index)]
    guard ContentKind.isCopyable(item.kind) else { throw .replacesType }
    guard seen.insert(index).inserted else { return }
    plan.values.append(index)
    try count(bytes: Int(item.contentCount))
  }

  private mutating func count(bytes: Int) throws(TakeBackError) {
    itemCount += 1
    byteCount += bytes
    guard itemCount <= Doc.takeBackItemLimit, byteCount <= Doc.takeBackByteLimit else {
      throw .tooMuch
    }
  }

  /// Looks at where live items would be cut: each text is read once, from cut to cut.
  private mutating func surveyCuts() throws(TakeBackError) {
    cuts.sort { $0.client != $1.client ? $0.client < $1.client : $0.clock < $1.clock }
    var text = Index32.none
    var offset = 0
    var clock: UInt64 = 0
    for (number, cut) in cuts.enumerated() {
      if number > 0, cuts[number - 1] == cut { continue }
      let index = doc.item(cut.client, cut.clock)
      let item = doc.items[Int(index)]
      if item.clock == cut.clock || item.isDeleted { continue }
      guard item.key == .none else { throw .cutsValue }
      let client = doc.clients[Int(cut.client)].id
      if dying.contains(client: client, clock: cut.clock - 1),
        dying.contains(client: client, clock: cut.clock)
      {
        try count(bytes: 0)  // one more piece to copy
      }
      guard item.kind == ContentKind.string else { continue }
      if index != text {
        text = index
        offset = Int(item.contentOffset)
        clock = item.clock
      }
      let rest = doc.content.span.extracting(offset..<item.contentRange.upperBound)
      let place = ContentCut.find(
        item.kind, rest, units: Int(cut.clock - clock), of: Int(item.end - clock))
      guard !place.splitsPair else { throw .cutsValue }
      offset += place.byteOffset
      clock = cut.clock
    }
  }
}

extension ContentKind {
  /// Whether an item of this kind can be replaced by another with the same content.
  static func isCopyable(_ kind: UInt8) -> Bool { kind != type && kind != doc }
}
