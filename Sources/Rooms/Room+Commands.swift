internal import CRDT
internal import Lib0
internal import Storage
internal import SyncProtocol

extension Room {
  /// One text message of the control channel: a command with an id, answered under that id.
  ///
  /// - Limits: the host bounds the text's length; nesting is bounded here.
  public func command(
    _ text: [UInt8], from id: SessionID, now: Moment, _ effects: inout [Effect]
  ) {
    guard let session = sessions[id], session.dialect == .jamboree else { return }
    let request: ControlRequest
    do throws(ControlRequest.Failure) { request = try ControlRequest(parsing: text) } catch {
      let answer =
        error.id.map { ControlMessage.reply(to: $0, error.refusal) }
        ?? ControlMessage.error(error.refusal)
      effects.append(.control(answer, to: id))
      return
    }
    do throws(Refusal) {
      let result = try perform(request, by: session, now: now, &effects)
      effects.append(.control(ControlMessage.reply(to: request.id, result), to: id))
    } catch {
      effects.append(.control(ControlMessage.reply(to: request.id, error), to: id))
      let told = [
        "command": request.command.name, "sub": session.visitor.subject,
        "code": error.code.rawValue, "reason": error.reason,
      ]
      effects.append(.log("refused a command", told))
    }
  }

  private func perform(
    _ request: ControlRequest, by session: Session, now: Moment, _ effects: inout [Effect]
  ) throws(Refusal) -> ObjectValue {
    if case .who = request.command {
      return who(asksAFacilitator: session.visitor.role.moderates)
    }
    guard session.visitor.role.moderates else {
      throw Refusal(.notAllowed, "only facilitators may \(request.command.name)")
    }
    if refusesWrites { throw .notSaving }
    switch request.command {
    case .who: break
    case .freeze: setFrozen(true, by: session.visitor, now: now, &effects)
    case .unfreeze: setFrozen(false, by: session.visitor, now: now, &effects)
    case .remove(let subject):
      guard subject != session.visitor.subject else {
        throw Refusal(.badCommand, "you cannot remove yourself")
      }
      remove(subject, by: session.visitor, now: now, &effects)
    case .readmit(let subject):
      guard meta.isRemoved(subject) else {
        throw Refusal(.notHere, "'\(subject)' is not removed from this room")
      }
      meta.readmit(subject)
      journalControl("readmit", subject, by: session.visitor, now: now, &effects)
    }
    return ObjectValue()
  }

  // MARK: the stage

  private func setFrozen(
    _ frozen: Bool, by visitor: Visitor, now: Moment, _ effects: inout [Effect]
  ) {
    guard isFrozen != frozen else { return }
    let update = stageBoard.doc.transact { transaction in
      Stage.set(frozen: frozen, by: visitor.name, in: &transaction)
    }
    guard let bytes = update, let decoded = try? Update(v1: bytes) else { return }
    applied += 1
    journal(
      JournalRecord(
        time: now.wall, room: id, board: "", sequence: applied,
        author: visitor.subject, kind: .stageUpdate, payload: bytes), &effects)
    isFrozen = Stage(stageBoard.doc).frozen
    stageBoard.enqueue(decoded, bytes: bytes.count, at: applied)
    if isFrozen { restored = [:] } else { askForWhatWasFrozen(now: now) }
    effects.append(.log(frozen ? "froze the room" : "unfroze the room", ["by": visitor.subject]))
  }

  // MARK: removing

  /// Ends every session of a subject and keeps it out: its upgrade meets 403 from now on. A stock
  /// client is told by an auth message first, because it makes nothing of a close code.
  private func remove(
    _ subject: String, by visitor: Visitor, now: Moment, _ effects: inout [Effect]
  ) {
    let present = sessions.values.filter { $0.visitor.subject == subject }
    let name = present.min { $0.id < $1.id }?.visitor.name ?? ""
    meta.remove(subject, called: name, by: visitor.subject, at: now.wall)
    journalControl("remove", subject, called: name, by: visitor, now: now, &effects)
    for session in present {
      if session.dialect == .stock, let board = session.memberships.first?.board.name {
        let message = ServerMessage.permissionDenied(reason: Refusal.removed.reason)
        effects.append(.send(message, board: board, to: session.id))
      }
      effects.append(.close(session.id, code: 4403, reason: "removed"))
    }
    effects.append(.log("removed somebody", ["sub": subject, "by": visitor.subject]))
  }

  /// Removals and readmissions are part of the journal, so a crash does not let anybody back in.
  private func journalControl(
    _ action: String, _ subject: String, called name: String = "", by visitor: Visitor,
    now: Moment, _ effects: inout [Effect]
  ) {
    var fields = ObjectValue()
    fields.set("do", .string(action))
    fields.set("sub", .string(subject))
    if !name.isEmpty { fields.set("name", .string(name)) }
    journalControl(fields, by: visitor, now: now, &effects)
  }

  func journalControl(
    _ fields: ObjectValue, by visitor: Visitor, now: Moment, _ effects: inout [Effect]
  ) {
    applied += 1
    let text = JSON.text(.object(fields))
    journal(
      JournalRecord(
        time: now.wall, room: id, board: "", sequence: applied, author: visitor.subject,
        kind: .control, payload: Array(text.utf8)), &effects)
  }

  // MARK: hello

  func hello(for visitor: Visitor) -> String {
    let boards: [AnyValue] = self.boards.values.sorted { $0.name < $1.name }.map {
      .object(["name": .string($0.name), "epoch": .number(Double($0.epoch))])
    }
    return JSON.text(
      .object([
        "type": .string("hello"), "protocol": .string(jamboreeSubprotocol),
        "you": .object([
          "sub": .string(visitor.subject), "name": .string(visitor.name),
          "role": .string(visitor.role.rawValue),
        ]),
        "room": .object([
          "jam": .string(id.jam.description), "prototype": .string(id.prototype.description),
          "frozen": .bool(isFrozen), "review": .bool(isReview),
        ]),
        "boards": .array(boards),
        "saving": .bool(isSaving),
      ]))
  }
}
