public import Lib0

/// Who is there, as one participant knows it: a state for each client, the newest by its clock.
///
/// A value without a timer: the caller says what time it is, calls `tick` every few seconds, and
/// sends what a call reports.
///
///     var awareness = Awareness(clientID: doc.clientID, now: now)
///     let change = awareness.setLocalState(.object(["name": .string("Ann")]), now: now)
///     send(awareness.update(of: change.all))
///
/// - Unit: milliseconds, from any fixed start.
/// - Limits: `Limits`, for what others send; what does not fit is left out and named.
/// - Source: y-protocols `awareness.js`.
public struct Awareness: Sendable {
  /// A remote state that nobody renewed for this long is gone; one's own is renewed at half of it.
  public static let timeout: Int64 = 30_000
  /// How often `tick` is to be called.
  public static let tickInterval: Int64 = 3_000

  /// What others may make this one keep.
  public struct Limits: Equatable, Sendable {
    /// Clients that are known, those that are gone included.
    public var clients: Int
    /// JSON of one state.
    public var stateBytes: Int
    /// JSON of all states.
    public var totalBytes: Int

    public init(clients: Int = 4_096, stateBytes: Int = 64 << 10, totalBytes: Int = 8 << 20) {
      self.clients = clients
      self.stateBytes = stateBytes
      self.totalBytes = totalBytes
    }
  }

  /// What one call did, in the order of the entries.
  public struct Change: Equatable, Sendable {
    public var added: [UInt64] = []
    /// States that were set, also to what they were.
    public var updated: [UInt64] = []
    public var removed: [UInt64] = []
    /// Those of `updated` that are another value now.
    public var differing: [UInt64] = []
    /// Clients whose entry was not taken because of `Limits`.
    public var refused: [UInt64] = []

    public init() {}

    /// Whether something is to be sent on (`update` of y-protocols).
    public var isEmpty: Bool { added.isEmpty && updated.isEmpty && removed.isEmpty }
    /// Whether something looks different now (`change` of y-protocols).
    public var isVisible: Bool { !added.isEmpty || !differing.isEmpty || !removed.isEmpty }
    /// All clients that others have to be told of.
    public var all: [UInt64] { added + updated + removed }
  }

  private struct Entry {
    var clock: UInt64
    var renewed: Int64
    /// Nil once gone: the clock stays, against older messages that come late.
    var state: AnyValue?
    var byteCount = 0
    /// When the client became known, and when its state appeared, counted in steps.
    var known: UInt64
    var appeared: UInt64 = 0
  }

  public let clientID: UInt64
  public let limits: Limits
  private var entries: [UInt64: Entry] = [:]
  private var totalBytes = 0
  private var steps: UInt64 = 0

  /// - Parameter state: Where nobody sits behind it, as on a server: nil.
  public init(
    clientID: UInt64, state: AnyValue? = .object([:]), limits: Limits = Limits(), now: Int64
  ) {
    self.clientID = clientID
    self.limits = limits
    if let state { setLocalState(state, now: now) }
  }

  // MARK: reading

  /// The own state; nil while offline.
  public var localState: AnyValue? { entries[clientID]?.state }

  /// The state of a client; nil if it is gone or was never there.
  public func state(of client: UInt64) -> AnyValue? { entries[client]?.state }

  /// The clock of a client, also of one that is gone.
  public func clock(of client: UInt64) -> UInt64? { entries[client]?.clock }

  /// Everybody with a state, in the order of their appearance.
  public var states: [(client: UInt64, state: AnyValue)] {
    let live = entries.compactMap { client, entry in
      entry.state.map { (client: client, state: $0, appeared: entry.appeared) }
    }
    return live.sorted { $0.appeared < $1.appeared }.map { (client: $0.client, state: $0.state) }
  }

  /// Everybody whose clock is known, in the order in which they became known.
  public var knownClients: [UInt64] {
    entries.map { (client: $0.key, known: $0.value.known) }.sorted { $0.known < $1.known }
      .map { $0.client }
  }

  // MARK: encoding

  /// What to send of some clients: their states, or that they are gone. Who is not known is left
  /// out.
  public func entries(of clients: [UInt64]) -> [AwarenessEntry] {
    clients.compactMap { client in
      entries[client].map {
        AwarenessEntry(client: client, clock: $0.clock, value: $0.state ?? .null)
      }
    }
  }

  /// The same as an awareness update.
  public func update(of clients: [UInt64]) -> [UInt8] {
    AwarenessEntry.encode(entries(of: clients))
  }

  /// An awareness update with all states: for who comes new, or asks.
  public func update() -> [UInt8] { update(of: states.map { $0.client }) }

  // MARK: changing

  /// Sets or ends (nil, null) the own state.
  @discardableResult
  public mutating func setLocalState(_ state: AnyValue?, now: Int64) -> Change {
    let state = state == .null ? nil : state
    let before = localState
    let clock = entries[clientID].map { min($0.clock + 1, maxSafeInteger) } ?? 0
    put(clientID, clock: clock, state: state, now: now)
    var change = Change()
    if let state {
      if let before {
        change.updated = [clientID]
        if !before.isAlike(state) { change.differing = [clientID] }
      } else {
        change.added = [clientID]
      }
    } else {
      change.removed = [clientID]
    }
    return change
  }

  /// Sets one field of the own state; nothing happens while there is none.
  @discardableResult
  public mutating func setLocalField(_ field: String, to value: AnyValue, now: Int64) -> Change {
    guard let state = localState else { return Change() }
    var object = state.objectValue ?? ObjectValue()
    object.set(field, value)
    return setLocalState(.object(object), now: now)
  }

  /// Takes an awareness update from outside.
  ///
  /// When the change says that the own client was removed although `localState` is not nil,
  /// somebody said that it is gone: its clock was raised, and sending it on tells that it is not.
  ///
  /// - Throws: where it does not decode or a state is no JSON; nothing of it is taken then.
  @discardableResult
  public mutating func apply(_ update: Span<UInt8>, now: Int64) throws(DecodingError) -> Change {
    try apply(AwarenessEntry.decode(update), now: now)
  }

  /// Takes entries from outside.
  @discardableResult
  public mutating func apply(
    _ update: [AwarenessEntry], now: Int64
  ) throws(DecodingError) -> Change {
    var values: [AnyValue] = []
    values.reserveCapacity(update.count)
    for entry in update { values.append(try entry.value()) }
    var change = Change()
    for (var entry, value) in zip(update, values) {
      // Null may have white space around it.
      if value == .null { entry.state = AwarenessEntry.gone }
      take(entry, value == .null ? nil : value, now, &change)
    }
    return change
  }

  /// Ends the states of some clients: of those whose connection is closed.
  @discardableResult
  public mutating func remove(_ clients: [UInt64], now: Int64) -> Change {
    var change = Change()
    for client in clients {
      guard let entry = entries[client], entry.state != nil else { continue }
      let isOwn = client == clientID
      put(
        client, clock: isOwn ? min(entry.clock + 1, maxSafeInteger) : entry.clock, state: nil,
        now: isOwn ? now : entry.renewed)
      change.removed.append(client)
    }
    return change
  }

  /// Renews the own state and ends those that nobody renewed.
  @discardableResult
  public mutating func tick(now: Int64) -> Change {
    var change = Change()
    if let own = entries[clientID], let state = own.state, now - own.renewed >= Self.timeout / 2 {
      change = setLocalState(state, now: now)
    }
    let stale = knownClients.filter { client in
      guard client != clientID, let entry = entries[client] else { return false }
      return entry.state != nil && now - entry.renewed >= Self.timeout
    }
    change.removed = remove(stale, now: now).removed
    return change
  }

  private mutating func take(
    _ entry: AwarenessEntry, _ state: AnyValue?, _ now: Int64, _ change: inout Change
  ) {
    let known = entries[entry.client]
    guard entry.isNews(after: known?.clock, isLive: known?.state != nil) else { return }
    guard hasRoom(for: entry, state, known) else {
      change.refused.append(entry.client)
      return
    }
    if state == nil, entry.client == clientID, let own = known?.state {
      // Nobody else ends the own state; whoever thinks so hears of a newer clock.
      put(clientID, clock: min(entry.clock + 1, maxSafeInteger), state: own, now: now)
    } else {
      put(entry.client, clock: entry.clock, state: state, now: now, byteCount: entry.state.count)
    }
    guard let state else {
      if known != nil { change.removed.append(entry.client) }
      return
    }
    guard known != nil else {
      change.added.append(entry.client)
      return
    }
    change.updated.append(entry.client)
    if known?.state?.isAlike(state) != true { change.differing.append(entry.client) }
  }

  /// Whether the limits allow an entry. Of many clients those that are gone longest make room.
  private mutating func hasRoom(
    for entry: AwarenessEntry, _ state: AnyValue?, _ known: Entry?
  ) -> Bool {
    if state != nil {
      let bytes = totalBytes - (known?.byteCount ?? 0) + entry.state.count
      guard entry.state.count <= limits.stateBytes, bytes <= limits.totalBytes else { return false }
    }
    guard known == nil, entries.count >= limits.clients else { return true }
    let gone = entries.filter { $0.key != clientID && $0.value.state == nil }
    guard !gone.isEmpty else { return false }
    // Half of them at once, so that a stream of new clients does not search for each.
    let oldest = gone.sorted { $0.value.renewed < $1.value.renewed }.prefix(gone.count / 2 + 1)
    for (client, _) in oldest { entries[client] = nil }
    return entries.count < limits.clients
  }

  /// The one place where entries change, so that the sum of bytes stays true.
  private mutating func put(
    _ client: UInt64, clock: UInt64, state: AnyValue?, now: Int64, byteCount: Int = 0
  ) {
    steps += 1
    var entry = entries[client] ?? Entry(clock: clock, renewed: now, known: steps)
    if entry.state == nil { entry.appeared = steps }
    totalBytes -= entry.byteCount
    entry.clock = clock
    entry.renewed = now
    entry.state = state
    // The own state is nobody else's burden.
    entry.byteCount = state == nil || client == clientID ? 0 : byteCount
    totalBytes += entry.byteCount
    entries[client] = entry
  }
}
