internal import Board
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
  /// Sessions on a board of which is known what their documents lack; the others are asked later.
  static let lackingMax = 64
  /// Client ids that a document may lack for that to be known.
  static let lackingIDsMax = 16
  /// Nanoseconds between two explanations of the same refusal to a stock client.
  static let tellInterval: Int64 = 10_000_000_000

  /// Takes an update whole, refuses it whole, or asks for what it needs.
  func take(
    _ bytes: [UInt8], as arrival: Arrival, _ membership: Membership, _ session: Session,
    now: Moment, _ effects: inout [Effect]
  ) {
    let board = membership.board
    let number = membership.ledger.receive()
    if bytes.count > RoomLimits.futileBytes, let refusal = futility(membership, session) {
      if arrival == .live {
        refuse(refusal, TouchSet(), arrival, number, membership, session, now: now, &effects)
      } else {
        settle(number, .live, isWhole: true, membership, session, &effects)
      }
      return
    }
    let update: Update
    do { update = try Update(v1: bytes).withReadableJSON() } catch {
      closeForMalformed("update: \(error)", session, &effects)
      return
    }
    if update.hasPaddedNumbers {
      closeForMalformed("update: a number with more bytes than it needs", session, &effects)
      return
    }
    if update.clientCount > RoomLimits.clientIDs {
      // Not even looked at more closely: that alone would take long.
      refuse(.tooManyIDs, TouchSet(), arrival, number, membership, session, now: now, &effects)
      if arrival == .step2 { settleOpen(membership, session, &effects) }
      return
    }
    let missing = board.doc.missing(for: update)
    let isWhole = missing == nil
    guard isWhole || arrival == .step2 else {
      askForMissing(number, membership, session, now: now, &effects)
      return
    }
    let candidate = isWhole ? update : board.doc.integrable(update)
    judge(
      candidate, as: arrival, isWhole: isWhole, number, membership, session, now: now, &effects)
    if arrival == .step2 { noteCut(missing, membership, session, now: now) }
  }

  /// Takes or refuses an update that needs nothing more.
  ///
  /// - Parameter isWhole: It is all that came; else the rest of a step 2 was cut off.
  private func judge(
    _ update: Update, as arrival: Arrival, isWhole: Bool, _ number: UInt64,
    _ membership: Membership, _ session: Session, now: Moment, _ effects: inout [Effect]
  ) {
    let board = membership.board
    var candidate = update
    var touched = board.doc.news(in: candidate)
    var withheld: Refusal?
    if arrival == .step2, session.dialect == .stock,
      let part = welcome(candidate, touched, membership, session)
    {
      (candidate, touched, withheld) = part
    }
    if !touched.isEmpty {
      if let refusal = refusal(of: candidate, touched, arrival, membership, session) {
        if refusal == .frozen,
          takeBack(candidate, touched, membership, session, now: now, &effects)
        {
          tell(refusal, membership, session, now: now, &effects)
          return
        }
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
    if let withheld {
      refuse(withheld, TouchSet(), arrival, number, membership, session, now: now, &effects)
      if isWhole { settleOpen(membership, session, &effects) }
      return
    }
    if arrival == .step2, isWhole { noteWhole(membership, session) }
    settle(number, arrival, isWhole: isWhole, membership, session, &effects)
  }

  /// Of a step 2 that also holds what may not come in with it, the part that may.
  ///
  /// Tabs of one browser pass on what they know, so a document may hold somebody else's edits, or
  /// what was refused in another tab. That is no fault of this one: what it wrote itself is taken,
  /// unless it builds on the rest. Deletions are not: they do not say whose they are, and a value
  /// that the rest replaces is among them.
  ///
  /// - Returns: nil where all of it may come in, or nothing.
  private func welcome(
    _ update: Update, _ touched: TouchSet, _ membership: Membership, _ session: Session
  ) -> (Update, TouchSet, Refusal)? {
    let board = membership.board
    var kept = TouchSet()
    var refusal: Refusal?
    for range in touched.newStructs {
      if board.refused.holds(range.client, before: range.to) {
        refusal = .holdsRefused
      } else if isForeign(range.client, .step2, membership, session) {
        refusal = refusal ?? .holdsForeign(range.client)
      } else {
        kept.newStructs.append(range)
      }
    }
    guard let refusal, !kept.newStructs.isEmpty else { return nil }
    let part = board.doc.integrable(update.restricted(to: kept))
    let news = board.doc.news(in: part)
    return news.isEmpty ? nil : (part, news, refusal)
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

  func askAgain(_ membership: Membership, at time: Int64) {
    membership.asksAgainAt = min(membership.asksAgainAt ?? time, time)
    asksPending = true
  }

  /// What was cut off a step 2 is asked for again: once what it builds on has come, and every now
  /// and then, ever more rarely.
  private func noteCut(
    _ missing: StateVector?, _ membership: Membership, _ session: Session, now: Moment
  ) {
    let board = membership.board
    guard let missing, !membership.isPoisoned, futility(membership, session) == nil else {
      membership.cuts = 0
      board.lacking[session.id] = nil
      return
    }
    if board.lacking.count < Self.lackingMax, missing.count <= Self.lackingIDsMax {
      board.lacking[session.id] = missing
    }
    // What a freeze put off is asked for when that ends, and not before.
    if membership.asksAgainAt == .max { return }
    askAgain(membership, at: now.monotonic + Self.retryInterval << membership.cuts)
    membership.cuts = min(membership.cuts + 1, 5)
  }

  /// A board has changed: whose step 2 was cut off for the lack of it is asked.
  private func askWhoLacked(on board: BoardState) {
    for (id, missing) in board.lacking
    where missing.contains(where: { board.doc.clock(of: $0.client) >= $0.clock }) {
      board.lacking[id] = nil
      guard let membership = sessions[id]?.membership(board.name),
        membership.asksAgainAt != .max
      else { continue }
      askAgain(membership, at: membership.askedAt + Self.askInterval)
    }
  }

  /// The room is open: what came in step 2s meanwhile may come in.
  func askForWhatWasFrozen(now: Moment) {
    for session in sessions.values {
      for membership in session.memberships where membership.asksAgainAt == .max {
        askAgain(membership, at: now.monotonic)
      }
    }
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
    of update: Update, _ touched: TouchSet, _ arrival: Arrival, _ membership: Membership,
    _ session: Session
  ) -> Refusal? {
    let board = membership.board
    let visitor = session.visitor
    if let refusal = futility(membership, session) { return refusal }
    if visitor.replays {
      // All of it was taken once, by the rules of its time, and what builds on it is to come.
      if refusesWrites { return .notSaving }
      if touched.newStructs.contains(where: { $0.client == hubClient }) {
        return .foreignClient(hubClient)
      }
      return touched.newStructs.isEmpty ? nil : growth(of: board, by: touched, visitor)
    }
    // The order decides what is remembered: only what a freeze refuses. So whose ids these are
    // comes before it (somebody else's are not this person's to lose), and all other reasons after
    // it: what one of them refuses for now shall not come in when both are over.
    if let refusal = identity(touched, arrival, membership, session) { return refusal }
    if let violation = BoardSchema.violation(
      in: update, deleting: touched.newDeletes, on: board.doc)
    {
      return .schema(violation)
    }
    if isFrozen && !visitor.role.moderates {
      // A step 2 holds what was written offline, or what the hub lost: nobody shall lose that
      // because they come back during a freeze.
      return arrival == .step2 ? .frozenForNow : .frozen
    }
    // What was held during a freeze may have been passed on by another document.
    let author = RefusedHistory.Author(
      subject: visitor.subject, client: membership.wasHeld ? nil : membership.ownClient)
    let isKnown = board.refused.matches(touched, by: author, inStep2: arrival == .step2)
    if membership.isPoisoned { return .refusedBefore }
    if isKnown { return board.refused.holds(touched) ? .holdsRefused : .refusedBefore }
    if refusesWrites { return .notSaving }
    return touched.newStructs.isEmpty ? nil : growth(of: board, by: touched, visitor)
  }

  /// Growth is refused past the limits, shrinking never is.
  func growth(
    of board: BoardState, by touched: TouchSet, _ visitor: Visitor
  ) -> Refusal? {
    let doc = board.doc
    let new = touched.newClientCount
    if new > 0, doc.clientCount + new > RoomLimits.clientIDs { return .tooManyIDs }
    // Nobody alone uses up the ids of all: they never come back. (Facilitators may import.)
    let introduced = meta.introduced[visitor.subject, default: 0]
    let isTrusted = visitor.role.moderates || visitor.replays
    if new > 0, !isTrusted, introduced + new > RoomLimits.clientIDsOfOne {
      return .tooManyIDsOfOne
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
    let news = news(of: update, touched, arrival)
    // A recording was taken once, by the rules of its time.
    if !session.visitor.replays { try checkStructs(of: news, on: board) }
    let result: Update
    do throws(CostlyUpdate) { result = try integrate(news, into: board) } catch {
      throw .tooCostly
    }
    meta.introduced.add(touched.newClientCount, of: session.visitor.subject)
    if arrival == .live {
      for range in touched.newStructs {
        meta.bindings.bind(range.client, to: session.visitor.subject)
        membership.clients.insert(range.client)
        if isUncertain { settled.insert(range.client, on: board.name) }
      }
    }
    record(result, arrival == .live ? .update : .syncReply, board, session, now: now, &effects)
    if arrival == .step2 {
      noteBrought(touched, membership, session, now: now, &effects)
    }
    takeWhatWaited(on: board, session, now: now, &effects)
  }

  /// What some implementations put elsewhere or cannot read comes in nowhere.
  private func checkStructs(of news: Update, on board: BoardState) throws(Refusal) {
    if let odd = board.doc.firstMisplaced(in: news) { throw .misplaced(odd.client, odd.clock) }
    if let odd = unreadable(news, on: board) { throw .unreadable(odd) }
  }

  /// - Returns: What others get: what became GC here is GC for everybody.
  private func integrate(
    _ news: Update, into board: BoardState
  ) throws(CostlyUpdate) -> Update {
    let applied = try board.doc.applyBounded(news)
    return applied.madeGarbage ? board.doc.update(of: applied) : news
  }

  /// What not everybody could read of what is new.
  func unreadable(_ news: Update, on board: BoardState) -> UnreadableContent? {
    news.firstUnreadable ?? board.doc.firstTypeDeeper(than: RoomLimits.typeDepth, in: news)
  }

  /// Only what is new goes on. A step 2 carries the whole delete set, and after a reconnect most of
  /// it is known to everybody; a live update is nearly always new as it stands.
  func news(of update: Update, _ touched: TouchSet, _ arrival: Arrival) -> Update {
    arrival == .live && update.isNew(in: touched) ? update : update.restricted(to: touched)
  }

  /// What builds on changes that the disk lost shows as soon as somebody has brought those.
  private func takeWhatWaited(
    on board: BoardState, _ session: Session, now: Moment, _ effects: inout [Effect]
  ) {
    guard let waiting = board.waiting else { return }
    let part = board.doc.integrable(waiting)
    let touched = board.doc.news(in: part)
    if !touched.isEmpty {
      let news = part.restricted(to: touched)
      let result: Update
      do throws(CostlyUpdate) { result = try integrate(news, into: board) } catch { return }
      record(result, .syncReply, board, session, now: now, &effects)
    }
    if board.doc.missing(for: waiting) == nil { board.waiting = nil }
  }

  /// A change of a board that has been made: into the journal, and on its way to everybody.
  ///
  /// - Returns: how many bytes it has.
  @discardableResult
  func record(
    _ update: Update, _ kind: RecordKind, _ board: BoardState, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) -> Int {
    applied += 1
    let payload = update.encodedV1()
    journal(
      JournalRecord(
        time: now.wall, room: id, board: board.name, sequence: applied,
        author: session.visitor.subject, kind: kind, payload: payload), &effects)
    board.enqueue(update, bytes: payload.count, at: applied)
    askWhoLacked(on: board)
    return payload.count
  }

  /// Every change of a room goes through here, once.
  func journal(_ record: JournalRecord, _ effects: inout [Effect]) {
    unarchived.append(record)
    unarchivedBytes += record.cost
    effects.append(.record(record))
  }
}

extension [String: Int] {
  /// Does not make an entry of nothing.
  mutating func add(_ count: Int, of key: String) {
    if count > 0 { self[key, default: 0] += count }
  }
}
