internal import CRDT
internal import Lib0
internal import Storage
internal import SyncProtocol

extension Room {
  /// How an update came: as a live edit or as the answer to our step 1.
  enum Arrival { case live, step2 }

  /// Nanoseconds between two requests for what is missing.
  static let askInterval: Int64 = 1_000_000_000
  /// Nanoseconds after which a stock client is asked for what was refused for now.
  static let retryInterval: Int64 = 10_000_000_000
  /// Nanoseconds between two explanations of the same refusal to a stock client.
  static let tellInterval: Int64 = 10_000_000_000

  /// Takes an update whole, refuses it whole, or asks for what it needs.
  func take(
    _ bytes: [UInt8], as arrival: Arrival, _ membership: Membership, _ session: Session,
    now: Moment, _ effects: inout [Effect]
  ) {
    let board = membership.board
    let number = membership.ledger.receive()
    let update: Update
    do { update = try Update(v1: bytes) } catch {
      closeForMalformed("update: \(error)", session, &effects)
      return
    }
    if update.clientCount > RoomLimits.clientIDs {
      // Not even looked at more closely: that alone would take long.
      refuse(.tooManyIDs, TouchSet(), arrival, number, membership, session, now: now, &effects)
      if arrival == .step2 { settleOpen(membership, session, &effects) }
      return
    }
    var candidate = update
    var isWhole = true
    if board.doc.missing(for: update) != nil {
      guard arrival == .step2 else {
        askForMissing(number, membership, session, now: now, &effects)
        return
      }
      candidate = board.doc.integrable(update)
      isWhole = false
    }
    let touched = board.doc.news(in: candidate)
    if !touched.isEmpty {
      if let refusal = refusal(for: touched, arrival, membership, session) {
        refuse(refusal, touched, arrival, number, membership, session, now: now, &effects)
        // What waited for this step 2 was in it.
        if arrival == .step2, isWhole { settleOpen(membership, session, &effects) }
        return
      }
      do throws(Refusal) {
        try apply(candidate, touched, arrival, membership, session, now: now, &effects)
      } catch {
        refuse(error, touched, arrival, number, membership, session, now: now, &effects)
        if arrival == .step2, isWhole { settleOpen(membership, session, &effects) }
        return
      }
    }
    if arrival == .step2, isWhole { noteWhole(membership, session) }
    settle(number, arrival, isWhole: isWhole, membership, session, &effects)
  }

  /// Nothing pends on the hub: what depends on something unknown is not taken, and the client is
  /// asked for everything we lack. That is no offence: a stock client sends an offline edit before
  /// its own step 1, and tabs that share edits know more than the hub.
  private func askForMissing(
    _ number: UInt64, _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    if session.dialect == .jamboree { membership.ledger.leaveOpen(number) }
    guard now.monotonic - membership.askedAt >= Self.askInterval else {
      // Once more when the interval is over, so that the last edit of a burst is not forgotten.
      askAgain(membership, at: membership.askedAt + Self.askInterval)
      return
    }
    ask(membership, session, now: now, &effects)
  }

  private func askAgain(_ membership: Membership, at time: Int64) {
    membership.asksAgainAt = min(membership.asksAgainAt ?? time, time)
    asksPending = true
  }

  /// Sends step 1.
  func ask(
    _ membership: Membership, _ session: Session, now: Moment, _ effects: inout [Effect]
  ) {
    membership.askedAt = now.monotonic
    membership.asksAgainAt = nil
    let vector = membership.board.doc.encodedStateVector()
    effects.append(
      .send(.syncStep1(stateVector: vector), board: membership.board.name, to: session.id))
  }

  private func settle(
    _ number: UInt64, _ arrival: Arrival, isWhole: Bool, _ membership: Membership,
    _ session: Session, _ effects: inout [Effect]
  ) {
    guard session.dialect == .jamboree else { return }
    if arrival == .step2, !isWhole {
      membership.ledger.leaveOpen(number)
    } else {
      if arrival == .step2 { membership.ledger.settleOpen(at: applied) }
      membership.ledger.settle(number, at: applied)
    }
    announceSaved(membership, session, &effects)
  }

  private func settleOpen(
    _ membership: Membership, _ session: Session, _ effects: inout [Effect]
  ) {
    guard session.dialect == .jamboree else { return }
    membership.ledger.settleOpen(at: applied)
    announceSaved(membership, session, &effects)
  }

  // MARK: policy

  /// Why this may not be taken, if so. Asked for every update, never only at the door.
  private func refusal(
    for touched: TouchSet, _ arrival: Arrival, _ membership: Membership, _ session: Session
  ) -> Refusal? {
    let board = membership.board
    let visitor = session.visitor
    if board === stageBoard { return .serverOnly }
    if !visitor.role.writes { return .viewer }
    // Whose ids these are comes first: what is said of the rest depends on it.
    if let refusal = identity(touched, arrival, membership, session) { return refusal }
    let author = RefusedHistory.Author(
      subject: visitor.subject, client: membership.ownClient)
    let isKnown = board.refused.matches(touched, by: author, inStep2: arrival == .step2)
    if membership.isPoisoned || isKnown { return .refusedBefore }
    if refusesWrites { return .notSaving }
    if isFrozen && !visitor.role.moderates { return .frozen }
    return touched.newStructs.isEmpty ? nil : growth(of: board, by: touched, arrival, visitor)
  }

  /// Growth is refused past the limits, shrinking never is.
  private func growth(
    of board: BoardState, by touched: TouchSet, _ arrival: Arrival, _ visitor: Visitor
  ) -> Refusal? {
    let doc = board.doc
    let new = touched.newClientCount
    if new > 0, doc.clientCount + new > RoomLimits.clientIDs { return .tooManyIDs }
    // Nobody alone uses up the ids of all: they never come back. (Facilitators may import.)
    if arrival == .step2, new > 0, !visitor.role.moderates,
      board.idsBrought[visitor.subject, default: 0] + new > RoomLimits.clientIDsBrought
    {
      return .tooManyIDsBrought
    }
    let limit = limits.documentBytes
    guard doc.approximateByteCount > limit || doc.memoryByteCount > limit * RoomLimits.memoryFactor
    else { return nil }
    return Refusal(.documentLimit, "the board has reached \(limit) bytes: delete something")
  }

  // MARK: applying

  private func apply(
    _ update: Update, _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership,
    _ session: Session, now: Moment, _ effects: inout [Effect]
  ) throws(Refusal) {
    let board = membership.board
    // Only what is new goes on. A step 2 carries the whole delete set, and after a reconnect most
    // of it is known to everybody; a live update is nearly always new as it stands.
    let isAllNew = arrival == .live && update.isNew(in: touched)
    let news = isAllNew ? update : update.restricted(to: touched)
    do throws(CostlyUpdate) { try board.doc.applyBounded(news) } catch { throw .tooCostly }
    if arrival == .live {
      for range in touched.newStructs {
        meta.bindings.bind(range.client, to: session.visitor.subject)
        membership.clients.insert(range.client)
        if isUncertain { settled.insert(range.client, on: board.name) }
      }
    }
    applied += 1
    let payload = news.encodedV1()
    journal(
      JournalRecord(
        time: now.wall, room: id, board: board.name, sequence: applied,
        author: session.visitor.subject, kind: arrival == .live ? .update : .syncReply,
        payload: payload), &effects)
    board.enqueue(news, bytes: payload.count, at: applied)
    if arrival == .step2 {
      noteBrought(touched, membership, session, now: now, &effects)
    }
  }

  /// Every change of a room goes through here, once.
  func journal(_ record: JournalRecord, _ effects: inout [Effect]) {
    unarchived.append(record)
    unarchivedBytes += record.cost
    effects.append(.record(record))
  }

  // MARK: refusing

  /// Part of the journal, so that neither a crash nor an empty room forgets it.
  private func remember(
    _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership, _ session: Session,
    now: Moment, _ effects: inout [Effect]
  ) {
    let subject = session.visitor.subject
    let board = membership.board
    let author = RefusedHistory.Author(subject: subject, client: membership.ownClient)
    let lesson = RefusedHistory(touched, by: author) { client in
      if let owner = meta.bindings.owner(of: client) { return owner == subject }
      if arrival == .live { return true }
      // A step 2 holds what others wrote too, so the document's own id is asked for. Without one
      // all of it counts as this document's, unless the hub has lost something.
      return membership.ownClient.map { $0 == client } ?? !isUncertain
    }
    if arrival == .live {
      // Refused ids count as used: one session shall not fill the memory for refusals.
      for client in lesson.clocks.keys { membership.clients.insert(client) }
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

  private func refuse(
    _ refusal: Refusal, _ touched: TouchSet, _ arrival: Arrival, _ number: UInt64,
    _ membership: Membership, _ session: Session, now: Moment, _ effects: inout [Effect]
  ) {
    let board = membership.board
    if refusal.code.isRemembered {
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
      if refusal.code.poisons { membership.isPoisoned = true }
      if refusal.code.mayEnd { askAgain(membership, at: now.monotonic + Self.retryInterval) }
      if let told = membership.told, told.code == refusal.code,
        now.monotonic - told.at < Self.tellInterval
      {
        return
      }
      membership.told = (refusal.code, now.monotonic)
      effects.append(
        .send(.permissionDenied(reason: refusal.reason), board: board.name, to: session.id))
    }
    effects.append(
      .log(
        "refused an update",
        [
          "board": board.name, "sub": session.visitor.subject, "code": refusal.code.rawValue,
          "reason": refusal.reason,
        ]))
  }
}

extension Refusal.Code {
  /// What the role, the disk or the board's size refuses is no judgement on the document, and what
  /// somebody else wrote may still come from its owner.
  var poisons: Bool {
    switch self {
    case .viewer, .notSaving, .documentLimit, .foreignClient: false
    default: true
    }
  }

  /// The reason may be gone a moment later, and a stock client would only offer the same again
  /// after a reconnect.
  var mayEnd: Bool { self == .notSaving || self == .documentLimit || self == .foreignClient }

  /// Refused structs stay refused, also those that a session goes on to write after the first. Not
  /// under somebody else's id: its owner may write there.
  var isRemembered: Bool { poisons && self != .serverOnly && self != .tooManyClients }
}
