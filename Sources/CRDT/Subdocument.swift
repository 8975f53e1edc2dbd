public import Lib0

/// A document that is named inside another one, and synchronised by itself under its name.
///
/// - Shape: `varString guid ‖ Any options`; the content of the subdocument is not in its parent.
/// - Source: Yjs 13.6 `ContentDoc.js`, `Doc.js`.
public struct Subdocument: Equatable, Sendable {
  /// The name that it is found under, in practice that of its room.
  public var guid: String
  public var options: SubdocumentOptions

  public init(guid: String, options: SubdocumentOptions = SubdocumentOptions()) {
    self.guid = guid
    self.options = options
  }

  public static func == (left: Subdocument, right: Subdocument) -> Bool {
    left.guid.hasSameUnits(as: right.guid) && left.options == right.options
  }

  var content: [UInt8] {
    var writer = ByteWriter()
    writer.string(guid)
    writer.any(options.value)
    return writer.bytes
  }
}

/// What a subdocument's maker says of it.
public struct SubdocumentOptions: Equatable, Sendable {
  /// Whether the content of what is deleted in it is dropped.
  public var collectsGarbage: Bool
  /// Whether everybody is to load it with its parent.
  public var loadsAutomatically: Bool
  /// Anything about it that who lists it wants to know; null for nothing.
  public var meta: AnyValue

  public init(
    collectsGarbage: Bool = true, loadsAutomatically: Bool = false, meta: AnyValue = .null
  ) {
    self.collectsGarbage = collectsGarbage
    self.loadsAutomatically = loadsAutomatically
    self.meta = meta
  }

  /// From what is on the wire. Keys of other implementations are passed over.
  public init(_ value: AnyValue) {
    self.init(
      collectsGarbage: value["gc"] != .bool(false),
      loadsAutomatically: value["autoLoad"] == .bool(true), meta: value["meta"] ?? .null)
  }

  /// On the wire: only what differs from the rule.
  public var value: AnyValue {
    var object = ObjectValue()
    if !collectsGarbage { object.set("gc", .bool(false)) }
    if loadsAutomatically { object.set("autoLoad", .bool(true)) }
    if meta != .null { object.set("meta", meta) }
    return .object(object)
  }
}

/// Which subdocuments a transaction brought and took (Yjs's event `subdocs`).
public struct SubdocumentChanges: Equatable, Sendable {
  public var added: [Subdocument] = []
  /// One that came and went in the same transaction is in neither list.
  public var removed: [Subdocument] = []

  public init() {}

  public var isEmpty: Bool { added.isEmpty && removed.isEmpty }
}

extension Doc {
  /// All subdocuments that are in the document now, in no special order.
  ///
  /// - Complexity: O(structs).
  public var subdocuments: [Subdocument] {
    var found: [Subdocument] = []
    for client in clients.indices {
      for index in structs.all(of: Index32(client)) {
        let item = items[Int(index)]
        if item.kind == ContentKind.doc, !item.isDeleted { found.append(subdocument(item)) }
      }
    }
    return found
  }

  func subdocument(_ item: Item) -> Subdocument {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do {
      let guid = try reader.string()
      return Subdocument(guid: guid, options: SubdocumentOptions(try reader.any()))
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }

  /// An item with a subdocument is about to be deleted; its content is still there.
  mutating func noteSubdocument(removed index: Index32) {
    let item = items[Int(index)]
    if !isNew(item) { transaction.subdocumentsRemoved.append(subdocument(item)) }
  }

  /// What the transaction that ends did.
  mutating func takeSubdocumentChanges() -> SubdocumentChanges {
    var changes = SubdocumentChanges()
    if transaction.subdocumentsAdded.isEmpty, transaction.subdocumentsRemoved.isEmpty {
      return changes
    }
    for index in transaction.subdocumentsAdded {
      let item = items[Int(index)]
      if item.kind == ContentKind.doc, !item.isDeleted { changes.added.append(subdocument(item)) }
    }
    changes.removed = transaction.subdocumentsRemoved
    transaction.subdocumentsAdded = []
    transaction.subdocumentsRemoved = []
    return changes
  }
}
