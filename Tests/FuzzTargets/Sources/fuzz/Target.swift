import Glibc
import Lib0
import SyncProtocol

@testable import CRDT

/// What is done with the bytes of one execution. Whatever they are: no trap, no broken invariant,
/// and what was read once is read again as the same.
enum Target: String, CaseIterable {
  case v1, v2, vector, merge, awareness

  func run(_ bytes: [UInt8]) {
    switch self {
    case .v1: (try? Update(v1: bytes)).map(Self.exercise)
    case .v2:
      guard let update = try? Update(v2: bytes) else { return }
      Self.exercise(update)
      // Not everything that V1 holds has a V2 form; what has one means the same.
      guard let encoded = try? update.encodedV2() else { return }
      guard let again = try? Update(v2: encoded, freeStructs: 1 << 30) else {
        fail("our own V2 form does not decode")
      }
      // A big integer in an embed is a number in V1, with fewer digits.
      let isSame = Self.plain(again) == Self.plain(update) || bytes.contains(0x7a)
      expect(isSame, "another update by way of V2")
    case .vector:
      if let vector = try? StateVector(decoding: bytes.span) {
        let again = try? StateVector(decoding: vector.encoded().span)
        expect(again == vector, "another state vector")
      }
      if let snapshot = try? Snapshot(v1: bytes) {
        expect((try? Snapshot(v1: snapshot.encodedV1())) != nil, "our own snapshot does not decode")
      }
      if let position = try? RelativePosition(bytes.span) {
        let encoded = position.encoded()
        let again = try? RelativePosition(encoded.span)
        expect(again?.encoded() == encoded, "another position")
      }
    case .merge: Self.merge(bytes)
    case .awareness: Self.awareness(bytes)
    }
  }

  // MARK: updates

  /// Written anew: a hole in front of all, say, is a first clock then.
  private static func plain(_ update: Update) -> [UInt8] { Update.rewriting([update]).encodedV1() }

  /// Into a new document, and out of it again.
  private static func exercise(_ update: Update) {
    let encoded = update.encodedV1()
    let again = try? Update(v1: encoded)
    expect(again?.encodedV1() == encoded, "our own V1 form is another update")
    // Costly ones are refused by the hub, and would look like a hang here.
    var document = Doc(clientID: 1)
    guard !document.mayBeCostly(update) else { return }
    let isMissing = document.missing(for: update) != nil
    let touches = document.touches(update)
    let applied = document.apply(update)
    expect(touches.isEmpty == !applied.changed, "touched, but not changed")
    expect(isMissing == document.hasPending, "waits, and nothing is missing")
    check(document, update)
    for name in document.rootNames {
      guard let root = document.root(name) else { continue }
      for kind in [SharedTypeKind.map, .array, .text] { _ = document.json(root, as: kind, .exact) }
    }
    let state = document.encodeStateAsUpdate()
    guard let whole = try? Update(v1: state) else { fail("our own state does not decode") }
    var other = Doc(clientID: 2)
    other.apply(whole)
    check(other, whole)
    expect(
      other.encodedStateVector() == document.encodedStateVector(), "a state with another vector")
  }

  /// Two updates in one input: the length of the first, and both.
  private static func merge(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes.span)
    guard let first = try? reader.varBytes() else { return }
    let left = Array(first.count == 0 ? [] : bytes[reader.offset - first.count..<reader.offset])
    let right = Array(bytes[reader.offset...])
    guard let one = try? Update(v1: left), let two = try? Update(v1: right) else { return }
    let merged = Update.merging([one, two])
    let encoded = merged.encodedV1()
    expect((try? Update(v1: encoded))?.encodedV1() == encoded, "a merge that does not come back")
    var vector = StateVector()
    for entry in one.stateVector { vector[entry.client] = entry.clock / 2 }
    _ = merged.since(vector).encodedV1()
    var document = Doc(clientID: 1)
    guard !document.mayBeCostly(merged) else { return }
    document.apply(one)
    var joined = document
    document.apply(two)
    check(document, one, two)
    joined.apply(merged)
    check(joined, one, merged)
    // Where both tell the same history; strangers contradict themselves.
    let isPlain = !document.hasPending && one.clientRanges.allSatisfy { range in
      !two.clientRanges.contains {
        $0.client == range.client && $0.from < range.to && range.from < $0.to
      }
    }
    let isAlike = joined.encodedStateVector() == document.encodedStateVector()
    expect(!isPlain || isAlike, "a merge with another vector")
  }

  /// - Parameter updates: What the document was made of. Values of keys that are longer than one
  ///   can be cut by a deletion, and then one half "overwrites" the other, in Yjs as well.
  private static func check(_ document: Doc, _ updates: Update...) {
    let records = updates.flatMap(\.records)
    let isOdd = records.contains { $0.hasKey } && records.contains { $0.length > 1 }
    let problems = document.problems().filter { !isOdd || !$0.hasPrefix("overwritten item") }
    expect(problems.isEmpty, problems.first ?? "")
  }

  // MARK: messages

  private static func awareness(_ bytes: [UInt8]) {
    if let entries = try? AwarenessEntry.decode(bytes.span) {
      let again = try? AwarenessEntry.decode(AwarenessEntry.encode(entries).span)
      expect(again == entries, "other entries of awareness")
      var awareness = Awareness(clientID: 1, now: 0)
      _ = try? awareness.apply(entries, now: 10)
      _ = awareness.tick(now: 60_000)
      for entry in entries { _ = try? entry.value() }
    }
    _ = try? ClientMessage(stock: bytes.span)
    _ = try? ClientMessage.addressed(bytes.span)
    _ = try? ServerMessage(stock: bytes.span)
    _ = try? HocuspocusFrame(bytes.span)
  }
}

func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fail(what()) }
}

/// A release build would not say why.
func fail(_ what: String) -> Never {
  let line = "broken: \(what)\n"
  _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
  preconditionFailure(what)
}
