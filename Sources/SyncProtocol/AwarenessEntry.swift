public import Lib0

/// One participant's presence: what an awareness message says of one client.
///
/// - Shape: `varUInt client ‖ varUInt clock ‖ varString JSON`; the JSON text `null` means "gone".
/// - Order: a higher clock replaces a lower one; at equal clocks only `null` replaces a state.
/// - Source: y-protocols `awareness.js`, `applyAwarenessUpdate`.
public struct AwarenessEntry: Equatable, Sendable {
  public var client: UInt64
  public var clock: UInt64
  /// JSON text, in UTF-8.
  public var state: [UInt8]

  public init(client: UInt64, clock: UInt64, state: [UInt8]) {
    self.client = client
    self.clock = clock
    self.state = state
  }

  /// - Parameter value: The state; null says that the client is gone.
  public init(client: UInt64, clock: UInt64, value: AnyValue) {
    self.init(client: client, clock: clock, state: Array(JSON.text(value).utf8))
  }

  /// The state as a value; null if the client is gone.
  ///
  /// - Throws: where it is no JSON.
  public func value() throws(DecodingError) -> AnyValue { try JSON.parse(state.span) }

  /// The JSON text that says "this client is gone".
  public static let gone: [UInt8] = Array("null".utf8)

  public var isGone: Bool { state == Self.gone }

  /// The clock rule: whether it says something new to who knows this clock of the client.
  ///
  /// - Parameters:
  ///   - clock: nil where the client is not known, which counts as 0.
  ///   - isLive: whether the client has a state there.
  public func isNews(after clock: UInt64?, isLive: Bool) -> Bool {
    let known = clock ?? 0
    return known < self.clock || (known == self.clock && isGone && isLive)
  }

  /// The entries of an awareness update.
  ///
  /// - Throws: `DecodingError` where a count or a length reaches past the end.
  public static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> [AwarenessEntry] {
    var reader = ByteReader(bytes)
    let count = try reader.varUInt()
    // An entry takes at least three bytes: the peer's count is believed only that far.
    guard count <= UInt64(reader.remaining / 3) else {
      throw .truncated(offset: reader.offset, needed: 1)
    }
    var entries: [AwarenessEntry] = []
    entries.reserveCapacity(Int(count))
    for _ in 0..<count {
      let client = try reader.varUInt()
      let clock = try reader.varUInt()
      let state = try reader.varBytes()
      entries.append(AwarenessEntry(client: client, clock: clock, state: [UInt8](copying: state)))
    }
    return entries
  }

  /// An awareness update (without the message type around it).
  public static func encode(_ entries: some Collection<AwarenessEntry>) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(UInt64(entries.count))
    for entry in entries {
      writer.varUInt(entry.client)
      writer.varUInt(entry.clock)
      writer.varBytes(entry.state)
    }
    return writer.bytes
  }

  /// An awareness update with other states, under the same clocks: what a server does that knows
  /// better who somebody is (y-protocols `modifyAwarenessUpdate`).
  public static func rewrite(
    _ update: Span<UInt8>, _ change: (_ client: UInt64, _ state: AnyValue) -> AnyValue
  ) throws(DecodingError) -> [UInt8] {
    var entries = try decode(update)
    for index in entries.indices {
      let entry = entries[index]
      let value = change(entry.client, try entry.value())
      entries[index] = AwarenessEntry(client: entry.client, clock: entry.clock, value: value)
    }
    return encode(entries)
  }
}
