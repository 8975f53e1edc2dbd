internal import Lib0
internal import SyncProtocol

extension Room {
  /// Takes awareness states: under the sender's own ids only, with the token's name and role
  /// written in. What does not fit is dropped without a word: presence is lossy by nature.
  func takePresence(
    _ entries: [AwarenessEntry], _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    let board = membership.board
    noteOwnClient(entries, membership, session, now: now, &effects)
    for entry in entries.prefix(RoomLimits.presenceEntries) {
      guard entry.state.count <= RoomLimits.presenceBytes else { continue }
      let owner = meta.bindings.owner(of: entry.client) ?? claims[entry.client]?.subject
      if let owner, owner != session.visitor.subject { continue }
      if membership.ownClient == entry.client {
        board.presence.release(entry.client, to: session.visitor.subject, session.id)
      }
      let announcer = board.presence.subject(announcing: entry.client)
      // Costs next to nothing beside parsing the state.
      guard board.presence.isNews(entry) else { continue }
      if let announcer, announcer != session.visitor.subject { continue }
      // Nobody can leave who is not here.
      if announcer == nil, entry.isGone { continue }
      let isMore = announcer == nil || board.presence.session(of: entry.client) != session.id
      if isMore, !entry.isGone, !board.presence.hasPlace(for: session.id) { continue }
      var state: [UInt8]?
      if !entry.isGone {
        guard let signed = entry.signed(by: session.visitor) else { continue }
        state = signed
      }
      board.presence.take(
        entry, state: state, session: session.id, subject: session.visitor.subject,
        now: now.monotonic)
    }
  }
}
