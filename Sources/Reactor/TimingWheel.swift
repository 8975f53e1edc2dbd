/// Timers by the thousand: O(1) to schedule, to cancel and to fire. A value: time is a parameter.
///
/// ```
/// level 0   256 slots of 4 ms      next 1.02 s     fires
/// level 1    64 slots of 1.02 s    next 65 s       moves down when its time comes
/// level 2    64 slots of 65 s      next 70 min     moves down
/// level 3    64 slots of 70 min    next 74 h       moves down; what is later waits in the last slot
/// ```
/// Lists run through one array of records, linked by index, so a timer costs 32 bytes and no
/// object. Timers of one tick fire in the order of scheduling only within one level.
///
/// - Unit: ticks of 4 ms. A timer never fires early, and at most two ticks late.
public struct TimingWheel: Sendable {
  /// Names a scheduled timer until it fires or is cancelled.
  public struct TimerID: Hashable, Sendable {
    let index: Int32
    let generation: UInt32
  }

  /// A timer that is due.
  struct Due: Equatable {
    var token: UInt64
    /// The reactor's own timers share the wheel with the handler's.
    var isInternal: Bool
  }

  private struct Record {
    var deadline: UInt64 = 0
    var token: UInt64 = 0
    var next: Int32 = -1
    var previous: Int32 = -1
    var generation: UInt32 = 0
    /// Index of the list that holds the record; `free` where none does.
    var list: UInt16 = Self.free
    var isInternal = false
    static let free = UInt16.max
  }

  static let nanosecondsPerTick: UInt64 = 4_000_000
  private static let slotBits: [UInt64] = [8, 6, 6, 6]
  private static let firstList = [0, 256, 320, 384]
  private static let firstTick: [UInt64] = [0, 8, 14, 20]  // log2 of a slot's length in ticks

  private var records: [Record] = []
  private var freeHead: Int32 = -1
  private var heads = [Int32](repeating: -1, count: 448)
  private var tails = [Int32](repeating: -1, count: 448)
  /// One bit a list: which of them hold anything.
  private var occupied = [UInt64](repeating: 0, count: 7)
  /// All ticks before this one have fired.
  private var tick: UInt64
  public private(set) var count = 0

  public init(nowNS: UInt64) { tick = nowNS / Self.nanosecondsPerTick }

  /// Schedules `token` to be due `afterMS` milliseconds after `nowNS`.
  mutating func schedule(
    nowNS: UInt64, afterMS: Int, token: UInt64, isInternal: Bool = false
  ) -> TimerID {
    let delay = UInt64(max(0, min(afterMS, 1 << 40))) * 1_000_000
    let deadline = (nowNS + delay + Self.nanosecondsPerTick - 1) / Self.nanosecondsPerTick
    let index: Int32
    if freeHead >= 0 {
      index = freeHead
      freeHead = records[Int(index)].next
    } else {
      index = Int32(records.count)
      records.append(Record())
    }
    let slot = Int(index)
    records[slot].deadline = max(deadline, tick)
    records[slot].token = token
    records[slot].isInternal = isInternal
    count += 1
    link(index)
    return TimerID(index: index, generation: records[slot].generation)
  }

  /// Takes a timer back. False where it has fired, or was cancelled before.
  @discardableResult
  mutating func cancel(_ id: TimerID) -> Bool {
    let slot = Int(id.index)
    guard slot < records.count, records[slot].generation == id.generation,
      records[slot].list != Record.free
    else { return false }
    unlink(id.index)
    release(id.index)
    return true
  }

  /// Appends everything that is due at `nowNS`, in order of deadline, to `due`.
  mutating func advance(toNS nowNS: UInt64, into due: inout [Due]) {
    let target = nowNS / Self.nanosecondsPerTick
    while tick <= target {
      guard count > 0, let next = nextTick, next <= target else {
        tick = target + 1
        return
      }
      tick = max(tick, next)
      cascade()
      fireList(Int(tick & 255), into: &due)
      tick += 1
    }
  }

  /// When `advance` has something to do next; nil where nothing is scheduled.
  var nextDeadlineNS: UInt64? { nextTick.map { $0 * Self.nanosecondsPerTick } }

  /// The next tick that fires or moves anything down.
  private var nextTick: UInt64? {
    guard count > 0 else { return nil }
    var best: UInt64?
    for level in 0..<4 {
      let shift = Self.firstTick[level]
      let slots = UInt64(1) << Self.slotBits[level]
      // The current slot of a higher level has been moved down when the tick entered it.
      let current = tick >> shift
      let entered = level == 0 || tick & (1 << shift - 1) == 0
      let from = entered ? current : current + 1
      guard let distance = distance(level, from: Int(from & (slots - 1))) else { continue }
      let candidate = max((from + UInt64(distance)) << shift, tick)
      best = min(best ?? candidate, candidate)
    }
    return best
  }

  /// How many slots after `start` (going round) the next list with anything in it is.
  private func distance(_ level: Int, from start: Int) -> Int? {
    let slots = 1 << Int(Self.slotBits[level])
    let base = Self.firstList[level]
    var passed = 0
    while passed < slots {
      let slot = (start + passed) & (slots - 1)
      let list = base + slot
      let inWord = min(64 - (list & 63), slots - slot, slots - passed)
      let word = occupied[list >> 6] >> UInt64(list & 63)
      let zeros = word.trailingZeroBitCount
      if zeros < inWord { return passed + zeros }
      passed += inWord
    }
    return nil
  }

  /// At a boundary, moves what the higher levels hold for the time that begins now.
  private mutating func cascade() {
    for level in (1..<4).reversed() {
      let shift = Self.firstTick[level]
      guard tick & (1 << shift - 1) == 0 else { continue }
      let slot = Int(tick >> shift) & 63
      var index = takeList(Self.firstList[level] + slot)
      while index >= 0 {
        let next = records[Int(index)].next
        link(index)
        index = next
      }
    }
  }

  private mutating func fireList(_ list: Int, into due: inout [Due]) {
    var index = takeList(list)
    while index >= 0 {
      let record = records[Int(index)]
      due.append(Due(token: record.token, isInternal: record.isInternal))
      release(index)
      index = record.next
    }
  }

  /// Empties a list and returns its first record; the records stay linked to each other.
  private mutating func takeList(_ list: Int) -> Int32 {
    let head = heads[list]
    heads[list] = -1
    tails[list] = -1
    occupied[list >> 6] &= ~(1 << UInt64(list & 63))
    return head
  }

  /// Which list a deadline belongs to, seen from the current tick.
  private func list(for deadline: UInt64) -> Int {
    for level in 0..<4 {
      let shift = Self.firstTick[level]
      let slots = UInt64(1) << Self.slotBits[level]
      // Strictly less slots away than there are, so that a slot never means two times.
      if (deadline >> shift) - (tick >> shift) < slots {
        return Self.firstList[level] + Int((deadline >> shift) & (slots - 1))
      }
    }
    let farthest = (tick >> Self.firstTick[3]) + 63
    return Self.firstList[3] + Int(farthest & 63)
  }

  private mutating func link(_ index: Int32) {
    let slot = Int(index)
    let list = list(for: max(records[slot].deadline, tick))
    let tail = tails[list]
    records[slot].list = UInt16(list)
    records[slot].previous = tail
    records[slot].next = -1
    if tail >= 0 { records[Int(tail)].next = index } else { heads[list] = index }
    tails[list] = index
    occupied[list >> 6] |= 1 << UInt64(list & 63)
  }

  private mutating func unlink(_ index: Int32) {
    let record = records[Int(index)]
    let list = Int(record.list)
    if record.previous >= 0 {
      records[Int(record.previous)].next = record.next
    } else {
      heads[list] = record.next
    }
    if record.next >= 0 {
      records[Int(record.next)].previous = record.previous
    } else {
      tails[list] = record.previous
    }
    if heads[list] < 0 { occupied[list >> 6] &= ~(1 << UInt64(list & 63)) }
  }

  private mutating func release(_ index: Int32) {
    let slot = Int(index)
    records[slot].list = Record.free
    records[slot].generation &+= 1
    records[slot].next = freeHead
    freeHead = index
    count -= 1
  }
}
