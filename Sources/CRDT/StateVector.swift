public import Lib0

/// How much of each client's history a replica has.
///
/// - Shape: client id → the *next* clock expected; `clock == 3` means 0, 1 and 2 are known.
/// - Order: partial. Two replicas can each lack something of the other.
/// - Source: Yjs `writeStateVector`: a count, then (client, clock), highest client first.
public struct StateVector: Equatable, Sendable {
  private var clocks: [ClientID: UInt64] = [:]

  public init() {}

  /// Entries with clock 0 are accepted (yrs sends them) and mean the same as none.
  public init(decoding bytes: Span<UInt8>) throws(DecodingError) {
    var reader = ByteReader(bytes)
    try self.init(decoding: &reader)
  }

  /// The same from the middle of something; the reader is behind it afterwards.
  init(decoding reader: inout ByteReader) throws(DecodingError) {
    let start = reader.offset
    let count = try reader.varUInt()
    guard count <= UInt64(reader.remaining / 2) else {
      throw .invalid(offset: start, what: "more clients than bytes")
    }
    for _ in 0..<count {
      let client = try reader.varUInt()
      let clock = try reader.varUInt()
      self[client] = Swift.max(self[client], clock)
    }
  }

  /// The next clock expected of `client`; 0 where nothing of it is known.
  public subscript(client: ClientID) -> UInt64 {
    get { clocks[client] ?? 0 }
    set { clocks[client] = newValue == 0 ? nil : newValue }
  }

  public var isEmpty: Bool { clocks.isEmpty }

  /// All entries, highest client first.
  public var entries: [(client: ClientID, clock: UInt64)] {
    clocks.map { (client: $0.key, clock: $0.value) }.sorted { $0.client > $1.client }
  }

  public func encoded() -> [UInt8] { Self.encode(entries) }

  /// Entries that are in order.
  static func encode(_ entries: [(client: ClientID, clock: UInt64)]) -> [UInt8] {
    var writer = ByteWriter(reservingCapacity: 1 + entries.count * 8)
    writer.varUInt(entries.count)
    for entry in entries {
      writer.varUInt(entry.client)
      writer.varUInt(entry.clock)
    }
    return writer.bytes
  }
}

extension StateVector: Sequence {
  /// How many client ids are in it.
  public var count: Int { entries.count }

  public func makeIterator() -> IndexingIterator<[(client: ClientID, clock: UInt64)]> {
    entries.makeIterator()
  }
}
