/// Index of a record in one of a document's arrays. 32 bits: half of a pointer, and no counting.
typealias Index32 = UInt32

extension Index32 {
  /// No record.
  static let none = UInt32.max
}

/// One struct of a document: an item with its content and place, or a GC struct without either.
///
/// Fixed size; all links are indices. The content's bytes lie in the document's shared buffer.
struct Item: Sendable {
  var clock: UInt64
  var length: UInt64
  var originClock: UInt64 = 0
  var rightOriginClock: UInt64 = 0
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
  /// Where the content lies; `contentCapacity` bytes belong to it, so that text can grow in place.
  /// Text as UTF-8, Any and JSON as their elements, everything else as on the wire.
  var contentOffset: UInt32 = 0
  var contentCount: UInt32 = 0
  var contentCapacity: UInt32 = 0
  /// The type that this item holds.
  var type: Index32 = .none
  var kind: UInt8
  var isDeleted = false

  init(kind: UInt8, client: Index32, clock: UInt64, length: UInt64) {
    self.kind = kind
    self.client = client
    self.clock = clock
    self.length = length
    isDeleted = kind == ContentKind.gc || kind == ContentKind.deleted
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
  /// The item that holds it; `.none` for a root.
  var holder: Index32
  /// A root's name.
  var name: Index32 = .none
  var kind: UInt64
  /// Head of the sequence.
  var start: Index32 = .none
  /// Sum of the lengths of live countable items of the sequence.
  var length: Int64 = 0
  /// Whether a formatting mark was ever put into its sequence.
  var hasMarks = false
  /// Its keys, chained in the order in which they first came.
  var firstKey: Index32 = .none
  var lastKey: Index32 = .none
}

/// One client, whose structs are in `Doc.structs` without holes.
struct ClientRecord: Sendable {
  var id: ClientID
  /// The next clock expected.
  var state: UInt64 = 0
  /// `state` when the transaction began.
  var before: UInt64 = 0
}
