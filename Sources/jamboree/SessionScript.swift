import CRDT
import Lib0

/// A document that is driven by lines of JSON: every line is answered by one.
struct SessionScript {
  private(set) var document: Doc

  init(clientID: ClientID, collectsGarbage: Bool) {
    document = Doc(clientID: clientID, collectsGarbage: collectsGarbage)
  }

  /// Begins with what an update holds.
  mutating func load(_ update: Update) { document.apply(update) }

  /// The answer to one line; a line that cannot be done is answered with `error`.
  mutating func answer(_ line: [UInt8]) -> AnyValue {
    do throws(SessionError) {
      let command: AnyValue
      do { command = try JSON.parse(line.span) } catch { throw .undecodable("\(error)") }
      return try run(command)
    } catch {
      return .object(["error": .string(error.description)])
    }
  }

  private mutating func run(_ command: AnyValue) throws(SessionError) -> AnyValue {
    guard let first = command.objectValue?.entries.first else { throw .notA("command") }
    switch first.key {
    case "new":
      document = Doc(
        clientID: try clientID(first.value, "new"),
        collectsGarbage: command["keepDeleted"] != .bool(true))
      return .object([:])
    case "client":
      document.clientID = try clientID(first.value, "client")
      return .object([:])
    case "edit": return try edit(first.value)
    case "apply": return try apply(update(first.value, command["format"]))
    case "merge":
      let updates = try (first.value.arrayValue ?? []).map { json throws(SessionError) in
        try update(json, command["format"])
      }
      return .object(["update": try written(Update.merging(updates), command["format"])])
    case "state": return try state(first.value, since: command["since"])
    case "compare": return .object(["equal": .bool(try equals(first.value))])
    case "vector": return .object(["vector": SessionValue.hex(document.encodedStateVector())])
    case "show": return try show(first.value, as: command["as"])
    case "subdocuments":
      return .object(["subdocuments": guids(document.subdocuments)])
    case "position":
      let type = try type(at: first.value)
      let side = Int64(command["side"] == nil ? 0 : try int(command, "side"))
      let position = document.relativePosition(
        at: try int(command, "index"), in: type, association: side)
      return .object(["position": SessionValue.hex(position.encoded()), "json": position.json])
    case "resolve": return try resolve(first.value)
    default: throw .unknown(first.key)
    }
  }

  // MARK: updates

  private mutating func edit(_ json: AnyValue) throws(SessionError) -> AnyValue {
    guard let steps = json.arrayValue else { throw .notA("edit") }
    // What fails half-way does nothing, so of more than one step there is a copy to go back to. It
    // costs as much as the document is large.
    let former = steps.count > 1 || steps.first?["delta"] != nil ? document : nil
    do {
      let update = try document.transact { transaction throws(SessionError) in
        for step in steps { try SessionEdit.run(step, &transaction) }
      }
      return .object(["update": update.map { SessionValue.hex($0) } ?? .null])
    } catch {
      if let former { document = former }
      throw error
    }
  }

  private func clientID(_ json: AnyValue, _ verb: String) throws(SessionError) -> ClientID {
    let id = json.numberValue.flatMap { UInt64(exactly: $0) }
    guard let id, id <= maxSafeInteger else { throw .notA(verb) }
    return id
  }

  private func update(_ json: AnyValue, _ format: AnyValue?) throws(SessionError) -> Update {
    let bytes = try SessionValue.bytes(json)
    do { return format == .string("v2") ? try Update(v2: bytes) : try Update(v1: bytes) } catch {
      throw SessionError(error)
    }
  }

  private func written(_ update: Update, _ format: AnyValue?) throws(SessionError) -> AnyValue {
    guard format == .string("v2") else { return SessionValue.hex(update.encodedV1()) }
    do { return SessionValue.hex(try update.encodedV2()) } catch { throw SessionError(error) }
  }

  private mutating func apply(_ update: Update) -> AnyValue {
    let applied = document.apply(update)
    return .object([
      "waits": .bool(applied.leftPending),
      "added": guids(applied.subdocuments.added), "removed": guids(applied.subdocuments.removed),
    ])
  }

  private func state(
    _ format: AnyValue, since: AnyValue?
  ) throws(SessionError) -> AnyValue {
    do {
      var known = StateVector()
      if let since {
        let bytes = try SessionValue.bytes(since)
        known = try StateVector(decoding: bytes.span)
      }
      let bytes =
        format == .string("v2")
        ? try document.encodeStateAsUpdateV2(since: known)
        : document.encodeStateAsUpdate(since: known)
      return .object(["state": SessionValue.hex(bytes)])
    } catch { throw SessionError(error) }
  }

  /// Whether an update holds the same elements, deletions and values as the document.
  private func equals(_ json: AnyValue) throws(SessionError) -> Bool {
    do {
      let update = try Update(v1: SessionValue.bytes(json))
      let own = try Update(v1: document.encodeStateAsUpdate())
      var other = Doc(clientID: document.clientID)
      other.apply(update)
      guard document.news(in: update).isEmpty, other.news(in: own).isEmpty else { return false }
      return document.rootNames.allSatisfy { name in
        guard let mine = document.root(name), let theirs = other.root(name) else { return true }
        let kind = document.naturalKind(of: mine)
        return document.json(mine, as: kind, .exact).isAlike(other.json(theirs, as: kind, .exact))
          && document.json(mine, as: .map, .exact).isAlike(other.json(theirs, as: .map, .exact))
      }
    } catch { throw SessionError(error) }
  }

  private func guids(_ documents: [Subdocument]) -> AnyValue {
    .array(documents.map { .string($0.guid) })
  }

  // MARK: reading

  private mutating func show(
    _ path: AnyValue, as kind: AnyValue?
  ) throws(SessionError) -> AnyValue {
    let type = try type(at: path)
    let view: SharedTypeKind =
      switch kind?.stringValue {
      case "map": .map
      case "array": .array
      case "text": .text
      case "xml": .xmlFragment
      default: document.naturalKind(of: type)
      }
    return .object(["value": document.json(type, as: view, .exact)])
  }

  private func resolve(_ json: AnyValue) throws(SessionError) -> AnyValue {
    let bytes = try SessionValue.bytes(json)
    do {
      let found = document.resolve(try RelativePosition(bytes.span))
      return .object(["index": found.map { .number(Double($0.index)) } ?? .null])
    } catch { throw SessionError(error) }
  }

  /// The type at a path. Roots are there as soon as they are named.
  private mutating func type(at path: AnyValue) throws(SessionError) -> SharedType {
    guard let root = path.arrayValue?.first?.stringValue else { throw .noType(JSON.text(path)) }
    var found: SharedType?
    _ = document.transact { found = $0.root(root) }
    guard let found else { throw .noType(root) }
    return try SessionEdit.type(below: found, path, in: document)
  }
}

/// A whole number under a key of a line.
func int(_ json: AnyValue, _ key: String) throws(SessionError) -> Int {
  guard let number = json[key]?.numberValue, let value = Int(exactly: number) else {
    throw .notA(key)
  }
  return value
}
