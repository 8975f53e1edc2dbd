import CRDT
import Lib0

/// One step of an edit: `{"in": PATH, VERB: …}`.
enum SessionEdit {
  static func run(
    _ step: AnyValue, _ transaction: inout Transaction
  ) throws(SessionError) {
    guard let path = step["in"], let root = path.arrayValue?.first?.stringValue else {
      throw .notA("in")
    }
    let type = try type(below: transaction.root(root), path, in: transaction.document)
    guard let verb = verbs.first(where: { step[$0] != nil }), let given = step[verb] else {
      throw .unknown(JSON.text(step))
    }
    switch verb {
    case "set", "remove", "clear", "attribute":
      try keys(verb, given, step, type, &transaction)
    case "insert", "append", "delete":
      try elements(verb, given, step, type, &transaction)
    default: try text(verb, given, step, type, &transaction)
    }
  }

  private static let verbs = [
    "set", "remove", "clear", "attribute", "insert", "append", "delete", "text", "embed", "format",
    "erase", "delta",
  ]

  // MARK: verbs

  private static func keys(
    _ verb: String, _ given: AnyValue, _ step: AnyValue, _ type: SharedType,
    _ transaction: inout Transaction
  ) throws(SessionError) {
    if verb == "clear" { return transaction.removeAllValues(in: type) }
    guard let key = given.stringValue else { throw .notA(verb) }
    if verb == "remove" { return transaction.removeValue(for: key, in: type) }
    let value = try step["to"].map { json throws(SessionError) in try SessionValue.new(json) }
    if verb == "attribute" {
      do {
        guard let value else { return try transaction.removeAttribute(key, of: type) }
        guard case .value(let plain) = value else { throw SessionError.notA("to") }
        try transaction.setAttribute(key, to: plain, of: type)
      } catch { throw SessionError(error) }
      return
    }
    switch value {
    case .value(let plain): transaction.set(key, to: plain, in: type)
    case .type(let new): _ = transaction.set(key, toNew: new, in: type)
    case .subdocument(let document):
      transaction.set(key, toSubdocument: document, in: type)
    case nil: throw .notA("to")
    }
  }

  private static func elements(
    _ verb: String, _ given: AnyValue, _ step: AnyValue, _ type: SharedType,
    _ transaction: inout Transaction
  ) throws(SessionError) {
    do {
      if verb == "delete" {
        try transaction.delete(try range(step, count: given), in: type)
        return
      }
      guard let list = given.arrayValue else { throw SessionError.notA(verb) }
      let values = try list.map { try SessionValue.new($0) }
      if verb == "append" {
        try transaction.append(contentsOf: values, to: type)
      } else if let child = step["after"] {
        let index = child.numberValue.flatMap { Int(exactly: $0) }
        let known = index.flatMap { element($0, of: type, in: transaction.document) }
        if child != .null, known == nil { throw SessionError.notA("after") }
        try transaction.insert(contentsOf: values, after: known, in: type)
      } else {
        _ = try transaction.insert(contentsOf: values, at: try int(step, "at"), in: type)
      }
    } catch { throw SessionError(error) }
  }

  private static func text(
    _ verb: String, _ given: AnyValue, _ step: AnyValue, _ type: SharedType,
    _ transaction: inout Transaction
  ) throws(SessionError) {
    do {
      let attributes = try SessionValue.attributes(step["attributes"])
      switch verb {
      case "text":
        guard let text = given.stringValue else { throw SessionError.notA(verb) }
        let place = try int(step, "at")
        try transaction.insert(text, at: place, in: type, attributes: attributes)
      case "embed":
        let place = try int(step, "at")
        switch try SessionValue.new(given) {
        case .value(let value):
          try transaction.insertEmbed(value, at: place, in: type, attributes: attributes)
        case .type(let new):
          _ = try transaction.insertNew(
            new, at: place, in: type, attributes: attributes ?? ObjectValue())
        case .subdocument: throw SessionError.notA(verb)
        }
      case "format":
        let wanted = try SessionValue.attributes(given) ?? ObjectValue()
        try transaction.format(try range(step, count: step["count"]), wanted, in: type)
      case "erase": try transaction.deleteText(try range(step, count: given), in: type)
      default: try transaction.apply(try delta(given), to: type)
      }
    } catch { throw SessionError(error) }
  }

  private static func delta(_ json: AnyValue) throws(SessionError) -> [TextChange] {
    var changes: [TextChange] = []
    for step in json.arrayValue ?? [] {
      let attributes = try SessionValue.attributes(step["attributes"]) ?? ObjectValue()
      if let text = step["insert"]?.stringValue {
        changes.append(.insert(.text(text), attributes: attributes))
      } else if let embed = step["insert"] {
        switch try SessionValue.new(embed) {
        case .value(let value): changes.append(.insert(.embed(value), attributes: attributes))
        case .type(let new): changes.append(.insert(.type(new), attributes: attributes))
        case .subdocument: throw .notA("insert")
        }
      } else if step["retain"] != nil {
        changes.append(.retain(try int(step, "retain"), attributes: attributes))
      } else {
        changes.append(.delete(try int(step, "delete")))
      }
    }
    return changes
  }

  private static func range(
    _ step: AnyValue, count: AnyValue?
  ) throws(SessionError) -> Range<Int> {
    let start = try int(step, "at")
    guard let count = count?.numberValue.flatMap({ Int(exactly: $0) }), start >= 0,
      0...(Int.max - start) ~= count
    else { throw .notA("range") }
    return start..<start + count
  }

  // MARK: places

  /// Follows keys and indices from a root.
  static func type(
    below root: SharedType, _ path: AnyValue, in document: Doc
  ) throws(SessionError) -> SharedType {
    var type = root
    for step in path.arrayValue?.dropFirst() ?? [] {
      var found: SharedType?
      if let key = step.stringValue {
        if case .type(let inner, _) = document.value(of: type, key: key) { found = inner }
      } else if let index = step.numberValue.flatMap({ Int(exactly: $0) }) {
        found = element(index, of: type, in: document)
      }
      guard let inner = found else { throw .noType(JSON.text(path)) }
      type = inner
    }
    return type
  }

  private static func element(
    _ index: Int, of type: SharedType, in document: Doc
  ) -> SharedType? {
    var place = 0
    switch document.naturalKind(of: type) {
    case .text, .xmlText:
      for run in document.runs(of: type) {
        switch run.content {
        case .text(let text): place += text.utf16.count
        case .embed: place += 1
        case .type(let inner, _):
          if place == index { return inner }
          place += 1
        }
      }
    default:
      let all = document.elements(of: type)
      if all.indices.contains(index), case .type(let inner, _) = all[index] { return inner }
    }
    return nil
  }
}
