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

  static func parse(_ text: [UInt8]) -> Result<ControlRequest, Refusal> {
    let parsed: AnyValue
    do { parsed = try JSON.parse(text.span, maxDepth: 16) } catch {
      return .failure(Refusal(.badCommand, "not JSON: \(error)"))
    }
    guard case .object(let fields) = parsed else {
      return .failure(Refusal(.badCommand, "a command is a JSON object"))
    }
    guard case .number(let id)? = fields["id"] else {
      return .failure(Refusal(.badCommand, "'id' is missing or no number"))
    }
    guard case .string(let name)? = fields["command"] else {
      return .failure(Refusal(.badCommand, "'command' is missing or no text"))
    }
    var subject: String?
    if case .string(let given)? = fields["sub"], !given.isEmpty, given.utf8.count <= 128 {
      subject = given
    }
    switch (name, subject) {
    case ("who", _): return .success(ControlRequest(id: id, command: .who))
    case ("freeze", _): return .success(ControlRequest(id: id, command: .freeze))
    case ("unfreeze", _): return .success(ControlRequest(id: id, command: .unfreeze))
    case ("remove", let subject?):
      return .success(ControlRequest(id: id, command: .remove(subject)))
    case ("readmit", let subject?):
      return .success(ControlRequest(id: id, command: .readmit(subject)))
    case ("remove", nil), ("readmit", nil):
      return .failure(Refusal(.badCommand, "'sub' must be a text of 1 to 128 bytes"))
    default: return .failure(Refusal(.badCommand, "there is no such command"))
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
  static func error(_ refusal: Refusal) -> String {
    JSON.text(
      .object([
        "type": .string("error"), "error": .string(refusal.code.rawValue),
        "reason": .string(refusal.reason),
      ]))
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
