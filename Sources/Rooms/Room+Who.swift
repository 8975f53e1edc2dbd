internal import Lib0

extension Room {
  /// Who is here, each once, however many sessions they have. Subjects may be anything that a token
  /// was made for, an address for example, so only those who need them to remove somebody see them.
  ///
  /// Every session may ask, and all of their answers may wait at once, so an answer is bounded.
  func who(asksAFacilitator moderates: Bool) -> ObjectValue {
    var people: [Person] = []
    var places: [Person.Key: Int] = [:]
    for session in sessions.values.sorted(by: { $0.id < $1.id }) {
      let key = Person.Key(session.visitor)
      let place = places[key, default: people.count]
      if place == people.count {
        places[key] = place
        people.append(Person(visitor: session.visitor))
      }
      people[place].add(session.memberships)
    }
    var left = moderates ? Self.whoBytesOfFacilitator : Self.whoBytes
    var told: [AnyValue] = []
    for person in people {
      let line = AnyValue.object(person.fields(withSubject: moderates))
      left -= JSON.text(line).utf8.count + 1
      guard left >= 0 else { break }
      told.append(line)
    }
    var answer = ObjectValue()
    answer.set("people", .array(told))
    if told.count < people.count { answer.set("more", .number(Double(people.count - told.count))) }
    if moderates { answer.set("removed", .array(removedPeople())) }
    return answer
  }

  /// Who may be let back in, those who were removed last first.
  private func removedPeople() -> [AnyValue] {
    var left = Self.removedBytes
    var told: [AnyValue] = []
    for removal in meta.removed.reversed() {
      let line = AnyValue.object([
        "sub": .string(removal.subject), "name": .string(removal.name),
      ])
      left -= JSON.text(line).utf8.count + 1
      guard left >= 0 else { break }
      told.append(line)
    }
    return told
  }

  /// Bytes of an answer: some hundreds of people. Less than a connection may have waiting.
  private static let whoBytes = 64 << 10
  private static let whoBytesOfFacilitator = 80 << 10
  private static let removedBytes = 16 << 10
}

/// One line of the answer to `who`.
private struct Person {
  struct Key: Hashable {
    var subject: [UInt8]
    var name: [UInt8]
    var role: Role

    init(_ visitor: Visitor) {
      subject = Array(visitor.subject.utf8)
      name = Array(visitor.name.utf8)
      role = visitor.role
    }
  }

  static let boardsMax = 8

  var visitor: Visitor
  var boards: [String] = []

  mutating func add(_ memberships: [Membership]) {
    for membership in memberships where boards.count < Self.boardsMax {
      let name = membership.board.name
      if !boards.contains(name) { boards.append(name) }
    }
  }

  func fields(withSubject: Bool) -> ObjectValue {
    var fields = ObjectValue()
    if withSubject { fields.set("sub", .string(visitor.subject)) }
    fields.set("name", .string(visitor.name))
    fields.set("role", .string(visitor.role.rawValue))
    fields.set("boards", .array(boards.map { .string($0) }))
    return fields
  }
}
