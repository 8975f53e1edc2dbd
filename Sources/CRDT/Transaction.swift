import Lib0

/// Why a local edit is not possible.
public enum EditError: Error, Equatable, Sendable {
  /// The index, or the end of the range, lies beyond the sequence.
  case outOfBounds(index: Int, length: Int)
  /// Attributes are for XML elements and texts.
  case notAnElement
  /// The child to insert behind is not one of that parent.
  case notAChild
  /// The type is deleted, and nothing of it is left that could be edited.
  case gone
}

/// Edits of one document that leave as one update.
///
/// Indices into text count UTF-16 code units; one inside a surrogate pair is moved to its start.
public struct Transaction: Sendable {
  /// The document as it is in the middle of the transaction, for reading.
  public internal(set) var document: Doc

  /// The root of a name; it begins to exist with its first content.
  public mutating func root(_ name: String) -> SharedType {
    SharedType(index: document.root(document.names.intern(name.utf8.span)))
  }
}

extension Doc {
  /// Runs edits as one transaction and returns the update to send, or `nil` if nothing changed.
  ///
  /// Should `body` throw, what it did until then stays, and the error is passed on; the update is
  /// then `encodeStateAsUpdate(since:)` with the state vector of before.
  public mutating func transact<E: Error>(
    _ body: (inout Transaction) throws(E) -> Void
  ) throws(E) -> [UInt8]? {
    var applied = Applied()
    try transact(into: &applied, body)
    return applied.changed ? encode(applied) : nil
  }

  /// Runs edits and leaves the transaction open, also where `body` throws.
  mutating func edit<E: Error>(_ body: (inout Transaction) throws(E) -> Void) throws(E) {
    // A transaction is the document under another name, and nothing else. Moving the document into
    // one and back would count the owners of some thirty arrays, for each letter that is typed.
    precondition(MemoryLayout<Transaction>.size == MemoryLayout<Doc>.size)
    try unsafe withUnsafeMutablePointer(to: &self) { document throws(E) in
      try unsafe document.withMemoryRebound(to: Transaction.self, capacity: 1) { open throws(E) in
        try unsafe body(&open.pointee)
      }
    }
  }

  /// The update of a finished transaction (Yjs's `update` event).
  func encode(_ applied: Applied) -> [UInt8] {
    var writer = ByteWriter()
    let runs = applied.newStructs
    writer.varUInt(runs.count)
    for range in runs.sorted(by: { $0.client > $1.client }) {
      guard let client = clientTable.find(range.client) else { continue }
      writeStructs(client, from: range.from, to: &writer)
    }
    applied.newDeletes.encode(to: &writer)
    return writer.bytes
  }

  /// What a transaction did, as this document has it: an update from the state before to the state
  /// after.
  ///
  /// - Parameter applied: From the last call that changed the document.
  public func update(of applied: Applied) -> Update {
    do { return try Update(v1: encode(applied)) } catch {
      preconditionFailure("our own update does not decode: \(error)")
    }
  }

  /// Makes an item of our own between two neighbours and puts it there.
  mutating func insertOwn(
    _ kind: UInt8, length: UInt64 = 1, _ bytes: [UInt8], left: Index32, right: Index32,
    parent: Index32, key: Index32 = .none
  ) -> Index32 {
    insertOwn(
      kind, length: length, bytes.span, left: left, right: right, parent: parent, key: key)
  }

  /// Who local edits are by. Clocks end at 2^53: somebody who writes up to there under our id
  /// leaves no room behind, so another id goes on, which nobody has used.
  private mutating func ownClient(units: UInt64) -> Index32 {
    let client = clientIndex(clientID)
    if clients[Int(client)].state + units <= maxSafeInteger { return client }
    clientID = clientTable.unusedID(after: clientID)
    return clientIndex(clientID)
  }

  /// The same, with content that lies elsewhere.
  mutating func insertOwn(
    _ kind: UInt8, length: UInt64, _ bytes: Span<UInt8>, left: Index32, right: Index32,
    parent: Index32, key: Index32 = .none
  ) -> Index32 {
    let client = ownClient(units: UInt64(length))
    var item = Item(
      kind: kind, client: client, clock: clients[Int(client)].state, length: length)
    if left != .none {
      item.originClient = items[Int(left)].client
      item.originClock = items[Int(left)].end - 1
    }
    if right != .none {
      item.rightOriginClient = items[Int(right)].client
      item.rightOriginClock = items[Int(right)].clock
    }
    item.parent = parent
    item.key = key
    item.contentOffset = UInt32(content.count)
    item.contentCount = UInt32(bytes.count)
    for index in bytes.indices { content.append(bytes[index]) }
    return insert(item, left, right)
  }
}
