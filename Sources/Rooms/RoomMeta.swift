internal import CRDT
internal import Lib0

/// What a room remembers beside its documents: removed people, whose client ids are whose, and what
/// was refused. Kept in the room's file as JSON (Protocol/storage.md §5).
struct RoomMeta: Equatable {
  struct Removal: Equatable {
    var subject: String
    /// What they were called when they were removed; empty where they were not in the room.
    var name: String
    var by: String
    /// Microseconds since 1970.
    var at: Int64
  }

  var removed: [Removal] = []
  var bindings = ClientBindings()
  /// Boards that have a file, so that a lost one is noticed and not taken for an empty one.
  var boards: [String] = []
  /// The same of the stage.
  var hasStage = false
  /// Recorded sessions are performed here, and nobody else writes.
  var isReview = false
  /// Who began a board, by its name.
  var creators: [String: String] = [:]
  /// By board.
  var refused: [String: RefusedHistory] = [:]
  /// How many Yjs client ids each subject was the first to bring to a board, on all boards.
  var introduced: [String: Int] = [:]

  func isRemoved(_ subject: String) -> Bool { removed.contains { $0.subject == subject } }

  mutating func remove(
    _ subject: String, called name: String, by facilitator: String, at time: Int64
  ) {
    guard !isRemoved(subject) else { return }
    removed.append(Removal(subject: subject, name: name, by: facilitator, at: time))
  }

  mutating func readmit(_ subject: String) { removed.removeAll { $0.subject == subject } }
}

extension RoomMeta {
  /// The JSON text, in UTF-8.
  func encoded() -> [UInt8] {
    let removals = removed.map { removal in
      AnyValue.object([
        "sub": .string(removal.subject), "name": .string(removal.name), "by": .string(removal.by),
        "at": .number(Double(removal.at)),
      ])
    }
    var owners = ObjectValue()
    for (subject, clients) in bindings.bySubject {
      owners.set(subject, .array(clients.map { .number(Double($0)) }))
    }
    var boards = ObjectValue()
    for (board, history) in refused.sorted(by: { $0.key < $1.key }) where !history.isEmpty {
      boards.set(board, .object(history.fields))
    }
    var begun = ObjectValue()
    for (board, subject) in creators.sorted(by: { $0.key < $1.key }) {
      begun.set(board, .string(subject))
    }
    var introductions = ObjectValue()
    for (subject, count) in introduced.sorted(by: { $0.key < $1.key }) {
      introductions.set(subject, .number(Double(count)))
    }
    let names = self.boards.sorted().map { AnyValue.string($0) }
    var fields = ObjectValue([
      .init(key: "version", value: .number(1)), .init(key: "boards", value: .array(names)),
      .init(key: "stage", value: .bool(hasStage)),
      .init(key: "removed", value: .array(removals)), .init(key: "clients", value: .object(owners)),
      .init(key: "refused", value: .object(boards)),
      .init(key: "introduced", value: .object(introductions)),
      .init(key: "creators", value: .object(begun)),
    ])
    if isReview { fields.set("review", .bool(true)) }
    return Array(JSON.text(.object(fields)).utf8)
  }

  /// Reads what `encoded()` writes; unknown fields are left alone.
  ///
  /// - Throws: `DecodingError` where it is not JSON or a known field has another shape.
  init(decoding bytes: [UInt8]) throws(DecodingError) {
    guard case .object(let fields) = try JSON.parse(bytes.span) else {
      throw .invalid(offset: 0, what: "room file: not an object")
    }
    guard (fields["version"]?.numberValue ?? 1) == 1 else {
      throw .invalid(offset: 0, what: "room file: not of version 1")
    }
    if case .array(let list)? = fields["removed"] {
      for case .object(let entry) in list {
        guard case .string(let subject)? = entry["sub"], case .string(let by)? = entry["by"],
          case .number(let at)? = entry["at"], let time = Int64(exactly: at)
        else { throw .invalid(offset: 0, what: "room file: removed") }
        removed.append(
          Removal(subject: subject, name: entry["name"]?.stringValue ?? "", by: by, at: time))
      }
    }
    if case .array(let names)? = fields["boards"] {
      for case .string(let name) in names { boards.append(name) }
    }
    if case .object(let begun)? = fields["creators"] {
      for entry in begun.entries {
        guard case .string(let subject) = entry.value else {
          throw .invalid(offset: 0, what: "room file: creators")
        }
        creators[entry.key] = subject
      }
    }
    if case .bool(true)? = fields["stage"] { hasStage = true }
    if case .bool(true)? = fields["review"] { isReview = true }
    if case .object(let owners)? = fields["clients"] {
      for entry in owners.entries {
        guard case .array(let list) = entry.value else {
          throw .invalid(offset: 0, what: "room file: clients")
        }
        for case .number(let number) in list {
          guard let client = ClientID(exactly: number) else {
            throw .invalid(offset: 0, what: "room file: client id")
          }
          bindings.bind(client, to: entry.key)
        }
      }
    }
    try decodeRefused(fields["refused"])
    try decodeIntroduced(fields["introduced"])
  }

  private mutating func decodeIntroduced(_ value: AnyValue?) throws(DecodingError) {
    guard case .object(let counts)? = value else {
      // The first builds did not count.
      for (subject, clients) in bindings.bySubject { introduced[subject] = clients.count }
      return
    }
    for entry in counts.entries {
      // More would overflow when it is counted on.
      guard case .number(let number) = entry.value, let count = Int(exactly: number),
        (0...Int(maxSafeInteger)).contains(count)
      else { throw .invalid(offset: 0, what: "room file: introduced") }
      introduced[entry.key] = count
    }
  }

  private mutating func decodeRefused(_ value: AnyValue?) throws(DecodingError) {
    guard case .object(let boards)? = value else { return }
    for board in boards.entries {
      guard case .object(let fields) = board.value, let history = RefusedHistory(fields) else {
        throw .invalid(offset: 0, what: "room file: refused")
      }
      refused[board.key] = history
    }
  }
}
