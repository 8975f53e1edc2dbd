internal import CRDT
internal import Lib0
internal import Storage

/// Whose Yjs client ids are whose: what is refused for it, and what binds an id to a subject.
extension Room {
  /// New structs under somebody else's client id are refused.
  func identity(
    _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership, _ session: Session
  ) -> Refusal? {
    let subject = session.visitor.subject
    let board = membership.board
    var fresh: Set<ClientID> = []
    for range in touched.newStructs {
      let owner = meta.bindings.owner(of: range.client) ?? announcer(of: range.client, board)
      if let owner, owner != subject {
        // After an unclean end a peer may bring back what the hub lost, until the document that
        // wrote it has been here with all of it.
        let isReturning = isUncertain && !settled.contains(range.client, on: board.name)
        if arrival == .step2, isReturning { continue }
        return .foreignClient(range.client)
      }
      guard arrival == .live, !membership.clients.contains(range.client) else { continue }
      fresh.insert(range.client)
    }
    let count = membership.clients.count + fresh.count
    return count > RoomLimits.liveClientsPerBoard ? .tooManyClients : nil
  }

  /// Whose live awareness announces a client id, on any board: bindings are the room's. Where the
  /// id has written already, saying its name is no claim: its owner may just be offline.
  private func announcer(of client: ClientID, _ board: BoardState) -> String? {
    guard board.doc.clock(of: client) == 0 else { return nil }
    for board in boards.values {
      if let subject = board.presence.subject(announcing: client) { return subject }
    }
    return nil
  }

  // MARK: what a step 2 says of client ids

  /// A step 2 binds nothing by itself: it holds what others wrote. But the document's own id, which
  /// the client announced, is its owner's also where all of it was written before connecting.
  func noteBrought(
    _ touched: TouchSet, _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    for range in touched.newStructs where meta.bindings.owner(of: range.client) == nil {
      if membership.ownClient == range.client {
        bind(range.client, membership, session, now: now, &effects)
      } else if membership.brought.count < RoomLimits.liveClientsPerBoard {
        membership.brought.insert(range.client)
      }
    }
  }

  /// Part of the journal: a live update says itself whose ids it has, this does not.
  func bind(
    _ client: ClientID, _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    let visitor = session.visitor
    guard visitor.role.writes, meta.bindings.owner(of: client) == nil else { return }
    meta.bindings.bind(client, to: visitor.subject)
    membership.clients.insert(client)
    var fields = ObjectValue()
    fields.set("do", .string("bind"))
    fields.set("sub", .string(visitor.subject))
    fields.set("client", .number(Double(client)))
    journalControl(fields, by: visitor, now: now, &effects)
  }

  /// Everything that this session's document holds is here.
  func noteWhole(_ membership: Membership, _ session: Session) {
    guard isUncertain else { return }
    var own = membership.clients
    if let client = membership.ownClient { own.insert(client) }
    for client in own {
      guard let owner = meta.bindings.owner(of: client), owner == session.visitor.subject
      else { continue }
      settled.insert(client, on: membership.board.name)
    }
  }
}
