import Lib0

/// A moment of a document: what had been written and what was deleted by then.
///
/// It holds no content, so it is small; a document that has not collected its garbage shows the
/// moment again with `Doc.restoring(_:)`.
///
/// - Source: Yjs `Snapshot`; the encoded bytes equal its own.
public struct Snapshot: Equatable, Sendable {
  public var deleteSet: DeleteSet
  public var stateVector: StateVector

  /// The moment before anything was written.
  public init() {
    deleteSet = DeleteSet()
    stateVector = StateVector()
  }

  public init(deleteSet: DeleteSet, stateVector: StateVector) {
    self.deleteSet = deleteSet
    self.stateVector = stateVector
  }

  /// Decodes format V1: a delete set and a state vector. What follows is ignored.
  public init(v1 bytes: [UInt8]) throws(UpdateError) {
    do {
      var reader = ByteReader(bytes.span)
      var ignored = false
      deleteSet = try DeleteSet.decode(&reader, mustRewrite: &ignored)
      stateVector = try StateVector(decoding: &reader)
    } catch { throw UpdateError(error) }
  }

  /// Decodes format V2, whose delete set is another.
  public init(v2 bytes: [UInt8]) throws(UpdateError) {
    do {
      var reader = ByteReader(bytes.span)
      var plain = ByteWriter()
      try DeleteSet.transcodeV2(&reader, to: &plain)
      var ignored = false
      var again = ByteReader(plain.bytes.span)
      deleteSet = try DeleteSet.decode(&again, mustRewrite: &ignored)
      stateVector = try StateVector(decoding: &reader)
    } catch { throw UpdateError(error) }
  }

  public func encodedV1() -> [UInt8] {
    var writer = ByteWriter()
    deleteSet.encode(to: &writer)
    writer.raw(stateVector.encoded())
    return writer.bytes
  }

  public func encodedV2() -> [UInt8] {
    var writer = ByteWriter()
    deleteSet.encodeV2(to: &writer)
    writer.raw(stateVector.encoded())
    return writer.bytes
  }

  /// Whether the moment has all that an update brings: applying it there would change nothing.
  ///
  /// - Source: Yjs `snapshotContainsUpdate`.
  public func contains(_ update: Update) -> Bool {
    for range in update.clientRanges where range.to > stateVector[range.client] { return false }
    return update.deleteSet.subtracting(deleteSet).isEmpty
  }
}

/// Why a document cannot show a moment again.
public enum SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The document has dropped what was deleted, and the moment may have had it.
  case garbageCollected
  /// The moment has something of a client that the document has not: it is another's, or a later.
  case unknown(client: ClientID, clock: UInt64)

  public var description: String {
    switch self {
    case .garbageCollected: "the document has collected its garbage"
    case .unknown(let client, let clock):
      "the document has not all of client \(client) up to clock \(clock)"
    }
  }
}

extension Doc {
  /// This moment. What pends is no part of it.
  public var snapshot: Snapshot {
    let order = clients.indices.sorted { clients[$0].id > clients[$1].id }
    return Snapshot(deleteSet: deletedRanges(order), stateVector: stateVector)
  }

  /// Another document, as this one was at that moment.
  ///
  /// - Parameter collectsGarbage: Whether the new one drops what was deleted at that moment. This
  ///   one must never have done so.
  /// - Source: Yjs `createDocFromSnapshot`.
  public func restoring(
    _ snapshot: Snapshot, clientID: ClientID, collectsGarbage: Bool = true
  ) throws(SnapshotError) -> Doc {
    guard !self.collectsGarbage else { throw .garbageCollected }
    var source = self
    let wanted = snapshot.stateVector.entries
    for (client, clock) in wanted {
      guard let index = clientTable.find(client), clients[Int(index)].state >= clock else {
        throw .unknown(client: client, clock: clock)
      }
      if clients[Int(index)].state > clock { _ = source.itemStarting(index, clock) }
    }
    var writer = ByteWriter()
    writer.varUInt(wanted.count)
    for (client, clock) in wanted {
      guard let index = clientTable.find(client) else { continue }
      source.writeStructs(index, from: 0, upTo: clock, to: &writer)
    }
    snapshot.deleteSet.encode(to: &writer)
    var doc = Doc(clientID: clientID, collectsGarbage: collectsGarbage)
    do { doc.apply(try Update(v1: writer.bytes)) } catch {
      preconditionFailure("our own update does not decode: \(error)")
    }
    return doc
  }
}
