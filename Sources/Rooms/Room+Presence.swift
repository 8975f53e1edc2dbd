internal import Lib0
internal import SyncProtocol

extension Room {
  /// Takes awareness states: under the sender's own ids only, with the token's name and role
  /// written in. What does not fit is dropped without a word: presence is lossy by nature.
  mutating func takePresence(
    _ entries: [AwarenessEntry], _ board: String, _ id: SessionID, now: Moment
  ) {
    guard let session = sessions[id], boards[board] != nil else { return }
    var announced = boards[board]?.presence.clientCount(of: id) ?? 0
    for entry in entries {
      guard entry.state.count <= RoomLimits.presenceBytes else { continue }
      if let owner = meta.bindings.owner(of: entry.client), owner != session.visitor.subject {
        continue
      }
      let announcer = boards[board]?.presence.subject(announcing: entry.client)
      if let announcer, announcer != session.visitor.subject { continue }
      if announcer == nil, !entry.isGone {
        guard announced < RoomLimits.liveClientsPerSession else { continue }
        announced += 1
      }
      var state: [UInt8]?
      if !entry.isGone {
        guard let signed = entry.signed(by: session.visitor) else { continue }
        state = signed
      }
      _ = boards[board]?.presence.take(
        entry, state: state, session: id, subject: session.visitor.subject, now: now.monotonic)
    }
  }
}
