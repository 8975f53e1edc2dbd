internal import CRDT
internal import Lib0
internal import SyncProtocol

/// Who is on a board right now, as awareness states: the newest of each Yjs client.
///
/// Presence is where other servers hit the wall: where every state goes out at once, 500 people at
/// one state a second fill a core. So states are kept, not forwarded: what changed since the last tick
/// leaves as one frame for all, at most 30 times a second.
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

  private var entries: [ClientID: Entry] = [:]
  private var changed: Set<ClientID> = []
  private(set) var lastFrame: Int64 = .min / 2

  var isEmpty: Bool { entries.isEmpty }
  var hasNews: Bool { !changed.isEmpty }

  /// Whose live state announces `client`, if any.
  func subject(announcing client: ClientID) -> String? {
    guard let entry = entries[client], entry.state != nil else { return nil }
    return entry.subject
  }

  /// How many live states a session has announced.
  func clientCount(of session: SessionID) -> Int {
    entries.values.reduce(into: 0) { $0 += $1.session == session && $1.state != nil ? 1 : 0 }
  }

  /// The clock rules of y-protocols.
  func isNews(_ entry: AwarenessEntry) -> Bool {
    let known = entries[entry.client]
    let clock = known?.clock ?? 0
    return clock < entry.clock || (clock == entry.clock && entry.isGone && known?.state != nil)
  }

  /// Takes a state under the clock rules of y-protocols; false if it was outdated.
  ///
  /// The sender is `session` from now on, so a reconnect takes its states along and the old
  /// connection's end does not remove them.
  @discardableResult
  mutating func take(
    _ entry: AwarenessEntry, state: [UInt8]?, session: SessionID, subject: String, now: Int64
  ) -> Bool {
    guard isNews(entry) else { return false }
    entries[entry.client] = Entry(
      clock: entry.clock, state: state, session: session, subject: subject, renewed: now)
    changed.insert(entry.client)
    return true
  }

  /// A session ended: what it announced is gone.
  mutating func remove(session: SessionID) {
    for (client, entry) in entries where entry.session == session && entry.state != nil {
      entries[client]?.state = nil
      changed.insert(client)
    }
  }

  /// States that nobody renewed are gone.
  mutating func expire(now: Int64) {
    for (client, entry) in entries {
      guard now - entry.renewed > Self.timeout else { continue }
      if entry.state != nil {
        entries[client]?.state = nil
        entries[client]?.renewed = now
        changed.insert(client)
      } else {
        // Long gone: a message older than that cannot come any more.
        entries[client] = nil
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
  func everything() -> [UInt8]? {
    let live = entries.keys.filter { entries[$0]?.state != nil }
    return live.isEmpty ? nil : encode(live)
  }

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
