internal import Lib0

/// Rooms in which recorded sessions are performed: everybody reads, only the performance writes.
extension Room {
  /// A session that performs a recording has come, and is about to join: if nobody has ever written
  /// here, this is a review room from now on. Part of the journal, so that it stays one. (`admit`
  /// lets the first one in only where nobody else is.)
  public func noteReplay(by visitor: Visitor, now: Moment, _ effects: inout [Effect]) {
    guard visitor.replays, isBlank, !isReview else { return }
    meta.isReview = true
    var fields = ObjectValue()
    fields.set("do", .string("review"))
    fields.set("sub", .string(visitor.subject))
    journalControl(fields, by: visitor, now: now, &effects)
    effects.append(.log("a review room begins", ["sub": visitor.subject]))
  }

  /// Why nothing that this session sends here can be taken, if so: then nobody looks far into what
  /// is big.
  func futility(_ membership: Membership, _ session: Session) -> Refusal? {
    if !session.visitor.role.writes { return .viewer }
    if membership.board === stageBoard { return .serverOnly }
    return isReview && !session.visitor.replays ? .review : nil
  }
}
