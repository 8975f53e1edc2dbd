internal import CRDT
internal import Lib0
internal import Storage
internal import SyncProtocol

/// Who says that a document is theirs, by announcing its client id first.
struct Claim {
  var subject: String
  /// How many of their stays on boards say so.
  var sessions: Int
}

/// Whose Yjs client ids are whose: what is refused for it, and what binds an id to a subject.
extension Room {
  /// New structs under somebody else's client id are refused.
  func identity(
    _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership, _ session: Session
  ) -> Refusal? {
    var fresh: Set<ClientID> = []
    for range in touched.newStructs {
      if isForeign(range.client, arrival, membership, session) {
        return arrival == .live ? .foreignClient(range.client) : .holdsForeign(range.client)
      }
      guard arrival == .live, !membership.clients.contains(range.client) else { continue }
      fresh.insert(range.client)
    }
    let count = membership.clients.count + fresh.count
    return count > RoomLimits.liveClientsPerBoard ? .tooManyClients : nil
  }

  func isForeign(
    _ client: ClientID, _ arrival: Arrival, _ membership: Membership, _ session: Session
  ) -> Bool {
    if client == hubClient { return true }
    let board = membership.board
    let owner = meta.bindings.owner(of: client) ?? claimant(of: client, board)
    guard let owner, owner != session.visitor.subject else { return false }
    // After an unclean end a peer may bring back what the hub lost, until the document that wrote
    // it has been here with all of it.
    return arrival == .live || !isUncertain || settled.contains(client, on: board.name)
  }

  /// Whose document announces a client id as its own, on any board: bindings are the room's. Where
  /// the id has written already, saying its name is no claim: its owner may just be offline.
  private func claimant(of client: ClientID, _ board: BoardState) -> String? {
    guard board.doc.clock(of: client) == 0 else { return nil }
    return claims[client]?.subject
  }

  /// The first state that a session announces is its own document's. Whether it is news does not
  /// matter: after a reconnect its clock is the old one, and the first of all has clock 0.
  func noteOwnClient(
    _ entries: [AwarenessEntry], _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard membership.ownClient == nil, let client = entries.first(where: { !$0.isGone })?.client
    else { return }
    let subject = session.visitor.subject
    let owner = meta.bindings.owner(of: client) ?? claims[client]?.subject
    guard owner == nil || owner == subject else { return }
    membership.ownClient = client
    claims[client, default: Claim(subject: subject, sessions: 0)].sessions += 1
    if membership.brought.contains(client) {
      bind(client, membership, session, now: now, &effects)
    }
    if membership.wasWhole { noteWhole(membership, session) }
  }

  /// What a session claimed is nobody's again, unless another one of the same person claims it too:
  /// on another board, or because the connection before it has not ended yet.
  func dropClaims(of membership: Membership) {
    guard let client = membership.ownClient, let claim = claims[client] else { return }
    claims[client] =
      claim.sessions > 1 ? Claim(subject: claim.subject, sessions: claim.sessions - 1) : nil
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
    membership.clients.insert(client)
    bind(client, to: visitor.subject, by: visitor, now: now, &effects)
  }

  func bind(
    _ client: ClientID, to subject: String, by visitor: Visitor, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard meta.bindings.owner(of: client) == nil else { return }
    meta.bindings.bind(client, to: subject)
    var fields = ObjectValue()
    fields.set("do", .string("bind"))
    fields.set("sub", .string(subject))
    fields.set("client", .number(Double(client)))
    journalControl(fields, by: visitor, now: now, &effects)
  }

  /// Everything that this session's document holds is here.
  func noteWhole(_ membership: Membership, _ session: Session) {
    membership.wasWhole = true
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
