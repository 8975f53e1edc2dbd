import Lib0

/// Index of a record in one of a document's arrays. 32 bits: half of a pointer, and no counting.
typealias Index32 = UInt32

extension Index32 {
  /// No record.
  static let none = UInt32.max
}

/// One struct of a document: an item with its content and place, or a GC struct without either.
///
/// 64 bytes, all links are indices, the content's bytes lie in the document's shared buffer. What
/// needs few bits lies in the upper ones of the clocks, which end at 2^53:
///
///     clock       53 bits, then kind (4) and isDeleted (1)
///     origin's    53 bits, then the lower half of the spare room for content (11)
///     right one's 53 bits, then the upper half (11)
///     extent      the length; of a type, whose length is 1, its index
///     count       bytes of content; the upper half of the length where there is no content
struct Item: Sendable {
  private var clockBits: UInt64
  private var originBits: UInt64 = 0
  private var rightOriginBits: UInt64 = 0
  /// Index into the document's clients, as are the next two; `.none` where there is no origin.
  var client: Index32
  var originClient: Index32 = .none
  var rightOriginClient: Index32 = .none
  /// Neighbours in the list of the parent, or of the parent's key. Never those of a GC struct.
  var left: Index32 = .none
  var right: Index32 = .none
  /// The shared type that it is part of, and the key there (`.none`: in the sequence).
  var parent: Index32 = .none
  var key: Index32 = .none
  /// Where the content lies. Text as UTF-8, Any and JSON as their elements, everything else as on
  /// the wire.
  var contentOffset: UInt32 = 0
  private var count: UInt32 = 0
  private var extent: UInt32 = 0

  private static let clockMask: UInt64 = 1 << 53 - 1
  private static let kindShift: UInt64 = 56
  private static let deletedBit: UInt64 = 1 << 63
  /// The most spare room: 22 bits.
  private static let mostSpare: UInt32 = 1 << 22 - 1

  init(kind: UInt8, client: Index32, clock: UInt64, length: UInt64) {
    clockBits = clock | UInt64(kind) << Self.kindShift
    self.client = client
    if kind == ContentKind.gc || kind == ContentKind.deleted { clockBits |= Self.deletedBit }
    self.length = length
    if kind == ContentKind.type { extent = .none }
  }

  var clock: UInt64 {
    get { clockBits & Self.clockMask }
    set { clockBits = clockBits & ~Self.clockMask | newValue }
  }

  var originClock: UInt64 {
    get { originBits & Self.clockMask }
    set { originBits = originBits & ~Self.clockMask | newValue }
  }

  var rightOriginClock: UInt64 {
    get { rightOriginBits & Self.clockMask }
    set { rightOriginBits = rightOriginBits & ~Self.clockMask | newValue }
  }

  var isDeleted: Bool {
    get { clockBits & Self.deletedBit != 0 }
    set { clockBits = newValue ? clockBits | Self.deletedBit : clockBits & ~Self.deletedBit }
  }

  var kind: UInt8 { UInt8(truncatingIfNeeded: clockBits >> Self.kindShift) & 0xf }

  var length: UInt64 {
    get {
      if kind == ContentKind.type { return 1 }
      return UInt64(extent) | (kind <= ContentKind.deleted ? UInt64(count) << 32 : 0)
    }
    set {
      if kind == ContentKind.type { return }
      extent = UInt32(truncatingIfNeeded: newValue)
      if kind <= ContentKind.deleted { count = UInt32(truncatingIfNeeded: newValue >> 32) }
    }
  }

  /// The type that this item holds.
  var type: Index32 {
    get { kind == ContentKind.type ? extent : .none }
    set { if kind == ContentKind.type { extent = newValue } }
  }

  var contentCount: UInt32 {
    get { kind <= ContentKind.deleted ? 0 : count }
    set { if kind > ContentKind.deleted { count = newValue } }
  }

  /// Bytes behind the content that belong to it too, so that text can grow in place.
  var spareCount: UInt32 {
    get {
      UInt32(truncatingIfNeeded: originBits >> 53 | (rightOriginBits >> 53) << 11)
    }
    set {
      originBits = originBits & Self.clockMask | UInt64(newValue & 0x7ff) << 53
      rightOriginBits = rightOriginBits & Self.clockMask | UInt64(newValue >> 11) << 53
    }
  }

  /// All bytes that belong to the item.
  var contentCapacity: UInt32 { contentCount + spareCount }

  /// How much room text of so many bytes gets when it moves, so that what several people type in
  /// turn is not moved at each letter.
  static func spare(for count: UInt32) -> UInt32 { min(count / 2, mostSpare) }

  /// Makes it a struct whose content is gone; it keeps its place.
  mutating func becomeDeleted() {
    let length = length
    clockBits = clock | UInt64(ContentKind.deleted) << Self.kindShift | Self.deletedBit
    forgetContent()
    count = 0
    self.length = length
  }

  mutating func forgetContent() {
    contentOffset = 0
    contentCount = 0
    spareCount = 0
  }

  /// Its first byte on the wire, when all of it is written.
  var info: UInt8 {
    kind | (originClient != .none ? InfoBit.origin : 0)
      | (rightOriginClient != .none ? InfoBit.rightOrigin : 0)
      | (key != .none ? InfoBit.key : 0)
  }

  var end: UInt64 { clock + length }
  var isGC: Bool { kind == ContentKind.gc }
  var isCountable: Bool { ContentKind.isCountable(kind) }
  var contentRange: Range<Int> { Int(contentOffset)..<Int(contentOffset) + Int(contentCount) }

  func hasSameRightOrigin(as other: Item) -> Bool {
    rightOriginClient == other.rightOriginClient
      && (rightOriginClient == .none || rightOriginClock == other.rightOriginClock)
  }

  func hasSameOrigin(as other: Item) -> Bool {
    originClient == other.originClient
      && (originClient == .none || originClock == other.originClock)
  }
}

/// A shared type: a root, or what an item holds.
struct TypeRecord: Sendable {
  /// Sum of the lengths of live countable items of the sequence.
  var length: Int64 = 0
  /// The item that holds it; `.none` for a root.
  var holder: Index32
  /// A root's name.
  var name: Index32
  /// Head of the sequence.
  var start: Index32 = .none
  /// Its keys, chained in the order in which they first came.
  var firstKey: Index32 = .none
  var lastKey: Index32 = .none
  private var kindByte: UInt8
  /// Whether a formatting mark was ever put into its sequence.
  var hasMarks = false

  init(holder: Index32, name: Index32 = .none, kind: UInt64) {
    self.holder = holder
    self.name = name
    kindByte = UInt8(truncatingIfNeeded: kind)
  }

  /// What it is, see `TypeKind`.
  var kind: UInt64 { UInt64(kindByte) }
}

/// One client, whose structs are in `Doc.structs` without holes.
struct ClientRecord: Sendable {
  let id: ClientID
  /// The id as it is written, which most structs do.
  let encodedID: EncodedNumber
  /// The next clock expected.
  var state: UInt64 = 0
  /// `state` when the transaction began.
  var before: UInt64 = 0

  init(id: ClientID) {
    precondition(id <= maxSafeInteger)
    self.id = id
    encodedID = EncodedNumber(id)
  }
}
