internal import CRDT
internal import Storage
internal import SyncProtocol

extension Room {
  /// How an update came: as a live edit or as the answer to our step 1.
  enum Arrival { case live, step2 }

  /// Nanoseconds between two requests for what is missing.
  static let askInterval: Int64 = 1_000_000_000

  /// Takes an update whole, refuses it whole, or asks for what it needs.
  mutating func take(
    _ bytes: [UInt8], as arrival: Arrival, _ board: String, _ id: SessionID, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard let number = sessions[id]?.memberships[board]?.ledger.receive() else { return }
    let update: Update
    do { update = try Update(v1: bytes) } catch {
      closeForMalformed("update: \(error)", id, &effects)
      return
    }
    guard let doc = boards[board]?.doc else { return }

    var candidate = update
    var isWhole = true
    if doc.missing(for: update) != nil {
      guard arrival == .step2 else {
        askForMissing(number, board, id, now: now, &effects)
        return
      }
      candidate = doc.integrable(update)
      isWhole = false
    }
    let touched = doc.touches(candidate)
    if !touched.isEmpty {
      if let refusal = refusal(for: touched, arrival, board, id) {
        refuse(refusal, touched, number, board, id, now: now, &effects)
        return
      }
      apply(candidate, touched, bytes, arrival, board, id, now: now, &effects)
    }
    if arrival == .step2, isWhole, let subject = sessions[id]?.visitor.subject {
      settled.insert(subject)
    }
    settle(number, arrival, isWhole: isWhole, board, id, &effects)
  }

  /// Nothing pends on the hub: what depends on something unknown is not taken, and the client is
  /// asked for everything we lack. That is no offence: a stock client sends an offline edit before
  /// its own step 1, and tabs that share edits know more than the hub.
  private mutating func askForMissing(
    _ number: UInt64, _ board: String, _ id: SessionID, now: Moment, _ effects: inout [Effect]
  ) {
    sessions[id]?.memberships[board]?.ledger.leaveOpen(number)
    guard let asked = sessions[id]?.memberships[board]?.askedAt, let state = boards[board]
    else { return }
    if now.monotonic - asked < Self.askInterval {
      // Asked already; once more later, so that the last edit of a burst is not forgotten.
      sessions[id]?.memberships[board]?.asksAgain = true
      asksPending = true
      return
    }
    sessions[id]?.memberships[board]?.askedAt = now.monotonic
    let vector = state.doc.stateVector.encoded()
    effects.append(.send(.syncStep1(stateVector: vector), board: board, to: id))
  }

  private mutating func settle(
    _ number: UInt64, _ arrival: Arrival, isWhole: Bool, _ board: String, _ id: SessionID,
    _ effects: inout [Effect]
  ) {
    guard sessions[id]?.dialect == .jamboree else { return }
    if arrival == .step2, !isWhole {
      sessions[id]?.memberships[board]?.ledger.leaveOpen(number)
    } else {
      if arrival == .step2 { sessions[id]?.memberships[board]?.ledger.settleOpen(at: applied) }
      sessions[id]?.memberships[board]?.ledger.settle(number, at: applied)
    }
    announceSaved(board, id, &effects)
  }

  // MARK: policy

  /// Why this may not be taken, if so. Asked for every update, never only at the door.
  private func refusal(
    for touched: TouchSet, _ arrival: Arrival, _ board: String, _ id: SessionID
  ) -> Refusal? {
    guard let session = sessions[id], let state = boards[board] else { return nil }
    if board == Self.stageName { return .serverOnly }
    if !session.visitor.role.writes { return .viewer }
    let isPoisoned = session.memberships[board]?.isPoisoned ?? false
    if isPoisoned
      || state.refused.matches(
        touched, subject: session.visitor.subject, inStep2: arrival == .step2)
    {
      return .refusedBefore
    }
    if refusesWrites { return .notSaving }
    if isFrozen && !session.visitor.role.moderates { return .frozen }
    if let refusal = identity(touched, arrival, session, state) { return refusal }
    // Growth is refused past the limit, shrinking never is.
    if !touched.newStructs.isEmpty, state.doc.approximateByteCount > limits.documentBytes {
      return Refusal(
        .documentLimit, "the board has reached \(limits.documentBytes) bytes: delete something")
    }
    return nil
  }

  /// New structs under somebody else's client id are refused.
  private func identity(
    _ touched: TouchSet, _ arrival: Arrival, _ session: Session, _ state: BoardState
  ) -> Refusal? {
    let subject = session.visitor.subject
    var fresh = 0
    for range in touched.newStructs {
      if let owner = meta.bindings.owner(of: range.client) {
        if owner == subject { continue }
        // After an unclean start a peer may bring back what the hub lost, until the owner has
        // been here with all of it.
        if arrival == .step2, isUnclean, !settled.contains(owner) { continue }
        return .foreignClient(range.client)
      }
      guard arrival == .live else { continue }
      if let other = state.presence.subject(announcing: range.client), other != subject {
        return .foreignClient(range.client)
      }
      if !session.clients.contains(range.client) { fresh += 1 }
    }
    return session.clients.count + fresh > RoomLimits.liveClientsPerSession ? .tooManyClients : nil
  }

  // MARK: applying

  private mutating func apply(
    _ update: Update, _ touched: TouchSet, _ bytes: [UInt8], _ arrival: Arrival, _ board: String,
    _ id: SessionID, now: Moment, _ effects: inout [Effect]
  ) {
    guard let subject = sessions[id]?.visitor.subject else { return }
    if arrival == .live {
      for range in touched.newStructs {
        meta.bindings.bind(range.client, to: subject)
        sessions[id]?.clients.insert(range.client)
      }
    }
    // Of a step 2 only what is new goes on: it carries the whole delete set, and after a reconnect
    // most of it is known to everybody.
    let news = arrival == .live ? update : update.restricted(to: touched)
    boards[board]?.doc.apply(news)
    applied += 1
    let payload = news.encodedV1()
    let record = JournalRecord(
      time: now.wall, room: self.id, board: board, sequence: applied, author: subject,
      kind: arrival == .live ? .update : .syncReply, payload: payload)
    journal(record, &effects)
    boards[board]?.enqueue(news, bytes: payload.count, at: applied)
  }

  /// Every change of a room goes through here, once.
  mutating func journal(_ record: JournalRecord, _ effects: inout [Effect]) {
    unarchived.append(record)
    unarchivedBytes += record.payload.count + 64
    effects.append(.record(record))
  }

  // MARK: refusing

  private mutating func refuse(
    _ refusal: Refusal, _ touched: TouchSet, _ number: UInt64, _ board: String, _ id: SessionID,
    now: Moment, _ effects: inout [Effect]
  ) {
    guard let session = sessions[id] else { return }
    // What a viewer or a broken disk refuses is no judgement on the document.
    let isSticky = refusal.code != .viewer && refusal.code != .notSaving
    if isSticky, refusal.code != .foreignClient, refusal.code != .tooManyClients {
      boards[board]?.refused.remember(touched, by: session.visitor.subject)
      meta.refused[board] = boards[board]?.refused
    }
    switch session.dialect {
    case .jamboree:
      // Refused messages count as answered: the client knows what became of them.
      sessions[id]?.memberships[board]?.ledger.settle(number, at: applied)
      let message = ServerMessage.reject(
        number: number, code: refusal.code.rawValue, reason: refusal.reason)
      effects.append(.send(message, board: board, to: id))
      announceSaved(board, id, &effects)
    case .stock:
      if isSticky { sessions[id]?.memberships[board]?.isPoisoned = true }
      let told = session.memberships[board]?.told
      let isNews = told.map { $0.code != refusal.code || now.monotonic - $0.at > 10_000_000_000 }
      guard isNews ?? true else { return }
      sessions[id]?.memberships[board]?.told = (refusal.code, now.monotonic)
      effects.append(.send(.permissionDenied(reason: refusal.reason), board: board, to: id))
    }
    effects.append(
      .log("refused an update on \(self.id)/\(board): \(refusal.code.rawValue)"))
  }

  /// Refuses something of the control channel, or an opening.
  func refuseControl(_ refusal: Refusal, to id: SessionID, _ effects: inout [Effect]) {
    guard let session = sessions[id], session.dialect == .jamboree else { return }
    effects.append(.control(ControlMessage.error(refusal), to: id))
  }
}
