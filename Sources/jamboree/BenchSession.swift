import Lib0

/// A writing session: edits of one text in their order.
struct EditSession {
  struct Edit {
    /// In UTF-16 code units, as is `deleted`.
    var position: Int
    var deleted: Int
    var inserted: String
  }

  private(set) var edits: [Edit] = []

  var summary: String {
    let insertions = edits.count { !$0.inserted.isEmpty }
    return "\(edits.count) edits, \(insertions) of them insertions"
  }

  /// A recorded one: `{"txns": [{"patches": [[position, deleted, "inserted"]]}]}`.
  init(traceFile path: String) throws {
    try self.init(trace: try DocFile.read(path), path)
  }

  /// The same of the file's bytes.
  init(trace bytes: [UInt8], _ path: String) throws {
    let value: AnyValue
    do { value = try JSON.parse(bytes.span) } catch {
      throw Failure("\(path) is not JSON: \(error)")
    }
    var length = value["startContent"]?.stringValue?.utf16.count ?? 0
    if length > 0 {
      edits.append(
        Edit(position: 0, deleted: 0, inserted: value["startContent"]?.stringValue ?? ""))
    }
    guard let transactions = value["txns"]?.arrayValue else {
      throw Failure("\(path) is no editing trace: it has no list \"txns\"")
    }
    for (number, transaction) in transactions.enumerated() {
      for patch in transaction["patches"]?.arrayValue ?? [] {
        guard let parts = patch.arrayValue, parts.count == 3,
          let position = parts[0].numberValue.flatMap(Int.init(exactly:)),
          let deleted = parts[1].numberValue.flatMap(Int.init(exactly:)),
          let inserted = parts[2].stringValue,
          position >= 0, deleted >= 0, position <= length, deleted <= length - position
        else { throw Failure("\(path): transaction \(number + 1) holds no patch of its text") }
        edits.append(Edit(position: position, deleted: deleted, inserted: inserted))
        length += inserted.utf16.count - deleted
      }
    }
    guard !edits.isEmpty else { throw Failure("\(path) holds no edits") }
  }

  /// As large as the recorded paper of editing-traces and of its shape: somebody types, goes back
  /// over the last letters, and goes on elsewhere, mostly near by.
  init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var insertions = 182_315
    var deletions = 77_463
    var length = 0
    var cursor = 0
    let letters = Array("etaoin shrdlu cmfwyp vbgkqjxz\n").map(String.init)
    edits.reserveCapacity(insertions + deletions)
    while insertions + deletions > 0 {
      if random.below(3) == 0, length > 0 {
        let distance = random.below(random.below(8) == 0 ? length + 1 : min(length, 400) + 1)
        cursor = random.below(2) == 0 ? max(0, cursor - distance) : min(length, cursor + distance)
      }
      let mayDelete = deletions > 0 && cursor > 0
      let deletes = mayDelete && (insertions == 0 || random.below(5) < 2)
      if deletes {
        for _ in 0..<min(1 + random.below(44), deletions, cursor) {
          cursor -= 1
          edits.append(Edit(position: cursor, deleted: 1, inserted: ""))
          deletions -= 1
          length -= 1
        }
      } else if insertions > 0 {
        for _ in 0..<min(1 + random.below(80), insertions) {
          let letter = letters[random.below(letters.count)]
          edits.append(Edit(position: cursor, deleted: 0, inserted: letter))
          cursor += 1
          insertions -= 1
          length += 1
        }
      } else {
        cursor = length
      }
    }
  }
}

/// Numbers that follow from a seed (SplitMix64).
struct SeededRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  /// From 0 up to, and without, `limit`.
  mutating func below(_ limit: Int) -> Int {
    Int(truncatingIfNeeded: next() % UInt64(max(limit, 1)))
  }
}
