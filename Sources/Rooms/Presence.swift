internal import CRDT
internal import Lib0
internal import SyncProtocol

/// Who is on a board right now, as awareness states: the newest of each Yjs client.
///
/// Presence is where other servers hit the wall: where every state goes out at once, 500 people at
/// one state a second fill a core. So states are kept, not forwarded: what changed since the last
/// tick leaves as one frame for all, at most 30 times a second.
struct Presence {
  /// Nanoseconds between two frames.
  static let interval: Int64 = 33_000_000
  /// A state that nobody renewed for this long is gone (y-protocols: 30 s).
  static let timeout: Int64 = 30_000_000_000

  private struct Entry {
    var clock: UInt64
    /// Nil once gone: the clock stays, against older messages that come late.
    var state: [UInt8]?
    var session: SessionID
    var subject: String
    var renewed: Int64
  }

  /// Entries of one session, live ones and those that are gone: so many tabs and reconnects of one
  /// browser no person has, and what is gone is kept for a while.
  static let sessionEntries = 64
  /// Past this many entries those that are gone are no longer kept for late messages' sake.
  static let keptEntries = 4_096

  private struct Count {
    var live = 0
    var all = 0
    var bytes = 0
  }

  private var entries: [ClientID: Entry] = [:]
  private var counts: [SessionID: Count] = [:]
  private var changed: Set<ClientID> = []
  private(set) var lastFrame: Int64 = .min / 2
  /// What a newcomer gets, as long as nothing changes: the same bytes for all of them.
  private var whole: [UInt8]?

  var isEmpty: Bool { entries.isEmpty }
  var hasNews: Bool { !changed.isEmpty }

  /// Whose live state announces `client`, if any. It may only have been passed on.
  func subject(announcing client: ClientID) -> String? {
    guard let entry = entries[client], entry.state != nil else { return nil }
    return entry.subject
  }

  /// Its own session speaks: what somebody else passed on of the document counts no more, nor does
  /// the name that it was passed on under. What another tab of the same person passed on stays, and
  /// does not go with that tab.
  mutating func release(_ client: ClientID, to subject: String, _ session: SessionID) {
    guard var entry = entries[client], entry.session != session else { return }
    guard entry.subject == subject else {
      put(nil, client)
      return
    }
    guard entry.state != nil else { return }
    entry.session = session
    put(entry, client)
  }

  func session(of client: ClientID) -> SessionID? { entries[client]?.session }

  /// Whether a session may announce one client id more.
  func hasPlace(for session: SessionID) -> Bool {
    let count = counts[session] ?? Count()
    return count.live < RoomLimits.liveClientsPerBoard && count.all < Self.sessionEntries
  }

  /// The clock rules of y-protocols.
  func isNews(_ entry: AwarenessEntry) -> Bool {
    let known = entries[entry.client]
    return entry.isNews(after: known?.clock, isLive: known?.state != nil)
  }

  /// Takes a state under the clock rules of y-protocols; false if it was outdated, or more than
  /// one session may announce.
  ///
  /// The sender is `session` from now on, so a reconnect takes its states along and the old
  /// connection's end does not remove them.
  @discardableResult
  mutating func take(
    _ entry: AwarenessEntry, state: [UInt8]?, session: SessionID, subject: String, now: Int64
  ) -> Bool {
    guard isNews(entry) else { return false }
    if let state {
      let replaced = entries[entry.client].flatMap { $0.session == session ? $0.state : nil }
      let bytes = (counts[session]?.bytes ?? 0) - (replaced?.count ?? 0) + state.count
      guard bytes <= RoomLimits.presenceBytesOfSession else { return false }
    }
    // Whoever announced it keeps it in their count when another session says that it is gone.
    let holder = state == nil ? entries[entry.client]?.session ?? session : session
    put(
      Entry(clock: entry.clock, state: state, session: holder, subject: subject, renewed: now),
      entry.client)
    return true
  }

  /// The one place where entries change, so that the counts stay true.
  private mutating func put(_ entry: Entry?, _ client: ClientID) {
    let old = entries[client]
    if let old {
      counts[old.session]?.all -= 1
      if let state = old.state {
        counts[old.session]?.live -= 1
        counts[old.session]?.bytes -= state.count
      }
      if counts[old.session]?.all == 0 { counts[old.session] = nil }
    }
    if let entry {
      counts[entry.session, default: Count()].all += 1
      if let state = entry.state {
        counts[entry.session, default: Count()].live += 1
        counts[entry.session, default: Count()].bytes += state.count
      }
    }
    entries[client] = entry
    whole = nil
    if entry != nil { changed.insert(client) }
  }

  /// A session ended: what it announced is gone.
  mutating func remove(session: SessionID) {
    guard counts[session] != nil else { return }
    for (client, var entry) in entries where entry.session == session && entry.state != nil {
      entry.state = nil
      put(entry, client)
    }
    guard entries.count > Self.keptEntries else { return }
    for (client, entry) in entries where entry.state == nil && !changed.contains(client) {
      put(nil, client)
    }
  }

  /// States that nobody renewed are gone.
  mutating func expire(now: Int64) {
    for (client, var entry) in entries where now - entry.renewed > Self.timeout {
      if entry.state != nil {
        entry.state = nil
        entry.renewed = now
        put(entry, client)
      } else {
        // Long gone: a message older than that cannot come any more.
        put(nil, client)
      }
    }
  }

  /// One frame's worth of what changed; empty if nothing did.
  mutating func takeNews(now: Int64) -> [UInt8] {
    defer {
      changed.removeAll(keepingCapacity: true)
      lastFrame = now
    }
    return encode(changed)
  }

  /// All live states, for a newcomer; nil if there are none.
  mutating func everything() -> [UInt8]? {
    if let whole { return whole }
    let live = entries.keys.filter { entries[$0]?.state != nil }
    whole = live.isEmpty ? nil : encode(live)
    return whole
  }

  func isWhole(_ bytes: [UInt8]) -> Bool { whole?.isIdentical(to: bytes) ?? false }

  private func encode(_ clients: some Collection<ClientID>) -> [UInt8] {
    AwarenessEntry.encode(
      clients.compactMap { client in
        entries[client].map {
          AwarenessEntry(
            client: client, clock: $0.clock, state: $0.state ?? AwarenessEntry.gone)
        }
      })
  }
}

extension AwarenessEntry {
  /// The state with the name and role of its token written into `user`, so that nobody shows up
  /// under another's name.
  ///
  /// - Returns: nil where the state is not a JSON object.
  func signed(by visitor: Visitor) -> [UInt8]? {
    guard case .object(var fields)? = try? JSON.parse(state.span, maxDepth: 8) else { return nil }
    var user = ObjectValue()
    if case .object(let given)? = fields["user"] { user = given }
    user.set("name", .string(visitor.name))
    user.set("role", .string(visitor.role.rawValue))
    fields.set("user", .object(user))
    return Array(JSON.text(.object(fields)).utf8)
  }
}
