internal import Lib0

/// What a client asks for on the control channel (Protocol/wire.md §5).
struct ControlRequest: Equatable {
  enum Command: Equatable {
    case who
    case freeze
    case unfreeze
    case remove(String)
    case readmit(String)

    var name: String {
      switch self {
      case .who: "ask who is here"
      case .freeze: "freeze a room"
      case .unfreeze: "unfreeze a room"
      case .remove: "remove somebody"
      case .readmit: "let somebody back in"
      }
    }
  }

  var id: Double
  var command: Command

  /// A text that is no command: why, and under which id to say so, if it has one.
  struct Failure: Error, Equatable {
    var id: Double?
    var refusal: Refusal

    init(_ id: Double?, _ reason: String) {
      self.id = id
      refusal = Refusal(.badCommand, reason)
    }
  }

  init(parsing text: [UInt8]) throws(Failure) {
    let parsed: AnyValue
    do { parsed = try JSON.parse(text.span, maxDepth: 16) } catch {
      throw Failure(nil, "not JSON: \(error)")
    }
    guard case .object(let fields) = parsed else {
      throw Failure(nil, "a command is a JSON object")
    }
    guard case .number(let id)? = fields["id"] else {
      throw Failure(nil, "'id' is missing or no number")
    }
    guard case .string(let name)? = fields["command"] else {
      throw Failure(id, "'command' is missing or no text")
    }
    self.id = id
    var subject: String?
    if case .string(let given)? = fields["sub"], !given.isEmpty, given.utf8.count <= 128 {
      subject = given
    }
    switch (name, subject) {
    case ("who", _): command = .who
    case ("freeze", _): command = .freeze
    case ("unfreeze", _): command = .unfreeze
    case ("remove", let subject?): command = .remove(subject)
    case ("readmit", let subject?): command = .readmit(subject)
    case ("remove", nil), ("readmit", nil):
      throw Failure(id, "'sub' must be a text of 1 to 128 bytes")
    default: throw Failure(id, "there is no such command")
    }
  }
}

/// What the hub writes on the control channel.
enum ControlMessage {
  static func reply(to id: Double, _ result: ObjectValue) -> String {
    var fields = ObjectValue()
    fields.set("type", .string("reply"))
    fields.set("id", .number(id))
    fields.set("ok", .bool(true))
    for entry in result.entries { fields.set(entry.key, entry.value) }
    return JSON.text(.object(fields))
  }

  static func reply(to id: Double, _ refusal: Refusal) -> String {
    JSON.text(
      .object([
        "type": .string("reply"), "id": .number(id), "ok": .bool(false),
        "error": .string(refusal.code.rawValue), "reason": .string(refusal.reason),
      ]))
  }

  /// Something went wrong that belongs to no command.
  static func error(_ refusal: Refusal, board: String? = nil) -> String {
    var fields = ObjectValue()
    fields.set("type", .string("error"))
    if let board { fields.set("board", .string(board)) }
    fields.set("error", .string(refusal.code.rawValue))
    fields.set("reason", .string(refusal.reason))
    return JSON.text(.object(fields))
  }

  /// The log can not be written, or can be again.
  static func saving(trouble: String?) -> String {
    JSON.text(
      .object([
        "type": .string("saving"), "ok": .bool(trouble == nil),
        "reason": trouble.map { .string($0) } ?? .null,
      ]))
  }
}
