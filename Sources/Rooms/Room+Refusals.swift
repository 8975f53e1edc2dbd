internal import CRDT
internal import Lib0
internal import Storage
internal import SyncProtocol

/// What becomes of an update that may not stand.
extension Room {
  /// Part of the journal, so that neither a crash nor an empty room forgets it.
  private func remember(
    _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership, _ session: Session,
    now: Moment, _ effects: inout [Effect]
  ) {
    let subject = session.visitor.subject
    let board = membership.board
    // Names that nobody has written to cost nothing, so they are bounded here.
    guard board.sequence > 0 || meta.refused[board.name] != nil
      || meta.refused.count < limits.boards
    else { return }
    let author = RefusedHistory.Author(subject: subject, client: membership.ownClient)
    var guessed = 0
    let lesson = RefusedHistory(touched, by: author) { client in
      if let owner = meta.bindings.owner(of: client) { return owner == subject }
      if arrival == .live { return true }
      // A step 2 holds what others wrote too, so the document's own id is asked for. Without one
      // what nobody else has counts as this document's, unless the hub has lost something.
      if let own = membership.ownClient { return own == client }
      guessed += 1
      return !isUncertain && guessed <= RoomLimits.liveClientsPerBoard
    }
    if arrival == .live {
      // Refused ids count as used: one session shall not fill the memory for refusals.
      for client in lesson.clients.keys { membership.clients.insert(client) }
    }
    let news = board.refused.merge(lesson)
    guard !news.isEmpty else { return }
    meta.refused[board.name] = board.refused
    var fields = news.fields
    fields.set("do", .string("refuse"))
    fields.set("sub", .string(subject))
    fields.set("board", .string(board.name))
    journalControl(fields, by: session.visitor, now: now, &effects)
  }

  func refuse(
    _ refusal: Refusal, _ touched: TouchSet, _ arrival: Arrival, _ number: UInt64,
    _ membership: Membership, _ session: Session, now: Moment, _ effects: inout [Effect]
  ) {
    let board = membership.board
    if refusal.isRemembered {
      remember(touched, arrival, membership, session, now: now, &effects)
    }
    switch session.dialect {
    case .jamboree:
      // Refused messages count as answered: the client knows what became of them.
      membership.ledger.settle(number, at: applied)
      let message = ServerMessage.reject(
        number: number, code: refusal.code.rawValue, reason: refusal.reason)
      effects.append(.send(message, board: board.name, to: session.id))
      announceSaved(membership, session, &effects)
    case .stock:
      if refusal.poisons { membership.isPoisoned = true }
      if refusal.mayEnd {
        // The end of a freeze is known when it comes.
        let retry = refusal == .frozenForNow ? .max : now.monotonic + Self.retryInterval
        if refusal == .frozenForNow { membership.wasHeld = true }
        askAgain(membership, at: retry)
      }
      let told = refusal == .frozen ? .frozenAndKept : refusal
      tell(told, membership, session, now: now, &effects)
      return
    }
    logRefusal(refusal, membership, session, &effects)
  }

  // MARK: taking back

  /// What a stock client does that merely runs into a freeze is taken and undone, in one record and
  /// one frame: its board snaps back, and its document goes on without a gap. To drop it would lock
  /// its author out, and every other tab that has seen it.
  ///
  /// - Returns: false where that cannot be (a whole shape deleted, too much or too often, content
  ///   that is refused anyway): then it is refused whole.
  func takeBack(
    _ update: Update, _ touched: TouchSet, _ membership: Membership, _ session: Session,
    now: Moment, _ effects: inout [Effect]
  ) -> Bool {
    guard session.dialect == .stock, !membership.isPoisoned, !refusesWrites else { return false }
    let board = membership.board
    let subject = session.visitor.subject
    guard !board.refused.holds(touched), membership.takeBacks.mayHaveOneMore(now: now.monotonic),
      restored[subject, default: RestoredBytes()].mayBeMore(now: now.monotonic),
      growth(of: board, by: touched, session.visitor) == nil
    else { return false }
    let news = news(of: update, touched, .live)
    // Most of it would go on as tombstones, but not all.
    guard unreadable(news, on: board) == nil else { return false }
    let undone: Update
    do throws(TakeBackError) { undone = try board.doc.applyTakenBack(news) } catch { return false }
    meta.introduced.add(touched.newClientCount, of: subject)
    // The hub's own id is nobody's, also in later runs, when it is another.
    bind(hubClient, to: "", by: session.visitor, now: now, &effects)
    for range in touched.newStructs {
      // The record is not the author's alone, so it says nothing of whose ids these are.
      bind(range.client, membership, session, now: now, &effects)
      membership.clients.insert(range.client)
      if isUncertain { settled.insert(range.client, on: board.name) }
    }
    let bytes = record(undone, .syncReply, board, session, now: now, &effects)
    restored[subject]?.add(bytes)
    return true
  }

  /// Tells a stock client why, but not of each of its edits.
  func tell(
    _ refusal: Refusal, _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    if let told = membership.told, told.refusal.code == refusal.code,
      refusal != .frozenAndKept || told.refusal == refusal,
      now.monotonic - told.at < Self.tellInterval
    {
      return
    }
    membership.told = (refusal, now.monotonic)
    let message = ServerMessage.permissionDenied(reason: refusal.reason)
    effects.append(.send(message, board: membership.board.name, to: session.id))
    logRefusal(refusal, membership, session, &effects)
  }

  private func logRefusal(
    _ refusal: Refusal, _ membership: Membership, _ session: Session, _ effects: inout [Effect]
  ) {
    let board = membership.board
    effects.append(
      .log(
        "refused an update",
        [
          "board": board.name, "sub": session.visitor.subject, "code": refusal.code.rawValue,
          "reason": refusal.reason,
        ]))
  }
}

extension Refusal {
  /// Whether a stock session is read-only from then on. What the role, the disk or the board's size
  /// refuses is no judgement on the document; what somebody else wrote may still come from its
  /// owner; and who holds what was refused, perhaps in another tab, may go on with the rest.
  var poisons: Bool {
    switch code {
    case .viewer, .review, .notSaving, .documentLimit, .foreignClient: false
    default: self != .frozenForNow && self != .holdsRefused
    }
  }

  /// The reason may be gone a moment later, and a stock client would only offer the same again
  /// after a reconnect.
  var mayEnd: Bool {
    switch code {
    case .notSaving, .documentLimit, .foreignClient: true
    default: self == .frozenForNow
    }
  }

  /// Refused structs stay refused. What is refused for their sake is not remembered by itself: it
  /// comes with them, or it was passed on by a document that is open to edits.
  var isRemembered: Bool { self == .frozen || self == .tooCostly }
}
