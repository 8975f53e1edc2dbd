import Lib0
import SyncProtocol
import TestSupport
import Testing

/// The recorded steps of y-protocols (Protocol/vectors/awareness.json), and what it has no word
/// for.
@Suite("Awareness")
struct AwarenessTests {
  /// Every row of the recording: what is sent, the states, the clocks, what is reported.
  @Test func takesEveryRecordedStepAsYProtocolsDoes() throws {
    let rows = try Vectors.values("awareness.json").arrayValue ?? []
    #expect(rows.count > 20)
    var awareness = Awareness(clientID: 5, now: 0)
    var change = Awareness.Change()
    var checked = 0
    for row in rows {
      let label = row["label"]?.stringValue ?? ""
      if let output = row["output"]?.stringValue {
        try checkRewriting(row, output)
        continue
      }
      if let input = row["input"]?.stringValue {
        let update = try #require(bytes(hex: input))
        change = try awareness.apply(update.span, now: 0)
        continue
      }
      if let done = act(label, &awareness) { change = done }
      let report = row["events"]?.arrayValue?.last
      #expect(change.isEmpty == (report == nil), "\(label)")
      for (kind, clients) in [
        ("added", change.added), ("updated", change.updated), ("removed", change.removed),
      ] {
        let expected = report?[kind]?.arrayValue?.compactMap(\.numberValue) ?? []
        #expect(clients.map { Double($0) } == expected, "\(label): \(kind)")
      }
      #expect(hex(awareness.update(of: awareness.knownClients)) == row["encoded"]?.stringValue)
      #expect(states(of: awareness).isAlike(row["states"] ?? .null), "\(label)")
      for entry in row["clocks"]?.objectValue?.entries ?? [] {
        let clock = UInt64(entry.key).flatMap { awareness.clock(of: $0) }
        #expect(clock.map { Double($0) } == entry.value.numberValue, "\(label): \(entry.key)")
      }
      checked += 1
    }
    #expect(checked > 14)
  }

  private func checkRewriting(_ row: AnyValue, _ output: String) throws {
    let input = try #require(row["input"]?.stringValue.flatMap { bytes(hex: $0) })
    let rewritten = try AwarenessEntry.rewrite(input.span) { _, state in
      var object = state.objectValue ?? ObjectValue()
      object.set("extra", .bool(true))
      return .object(object)
    }
    #expect(hex(rewritten) == output)
  }

  /// What the recording did at a label that is no message; nil where it did nothing.
  private func act(_ label: String, _ awareness: inout Awareness) -> Awareness.Change? {
    switch label {
    case "setLocalState":
      let user: AnyValue = .object(["name": .string("Ann"), "color": .string("#f00")])
      return awareness.setLocalState(.object(["user": user]), now: 0)
    case "setLocalStateField":
      let cursor: AnyValue = .object(["anchor": .number(1), "head": .number(3)])
      return awareness.setLocalField("cursor", to: cursor, now: 0)
    case "setLocalState again":
      return awareness.setLocalState(.object(["back": .number(1)]), now: 0)
    case "setLocalState(null)": return awareness.setLocalState(nil, now: 0)
    default: break
    }
    if label.hasPrefix("same state again") { return awareness.tick(now: 15_000) }
    if label.hasPrefix("removeAwarenessStates([9,10])") {
      return awareness.remove([9, 10], now: 0)
    }
    if label.hasPrefix("removeAwarenessStates([own id])") { return awareness.remove([5], now: 0) }
    return nil
  }

  private func states(of awareness: Awareness) -> AnyValue {
    .object(ObjectValue(awareness.states.map { .init(key: "\($0.client)", value: $0.state) }))
  }

  @Test func aStateThatNobodyRenewsEndsAfterThirtySeconds() throws {
    var awareness = Awareness(clientID: 1, now: 1_000)
    try awareness.apply([entry(2, 1, "{}")], now: 2_000)
    #expect(awareness.tick(now: 15_999).isEmpty)
    let half = awareness.tick(now: 16_000)
    #expect(half.all == [1] && half.updated == [1] && !half.isVisible)
    #expect(awareness.clock(of: 1) == 1)
    #expect(awareness.tick(now: 30_999).isEmpty)
    let end = awareness.tick(now: 32_000)
    #expect(end.removed == [2] && end.updated == [1])
    #expect(awareness.state(of: 2) == nil)
    #expect(awareness.clock(of: 2) == 1)
    let sent = awareness.entries(of: end.all)
    #expect(sent.map(\.client) == [1, 2] && sent.last?.isGone == true)
  }

  @Test func whoIsOfflineIsNotRenewed() {
    var awareness = Awareness(clientID: 1, state: nil, now: 0)
    #expect(awareness.tick(now: 90_000).isEmpty)
    #expect(awareness.update() == [0])
  }

  @Test func theSameStateIsRenewedAndNotSeen() throws {
    var awareness = Awareness(clientID: 1, now: 0)
    try awareness.apply([entry(2, 1, #"{"a":1,"b":2}"#)], now: 0)
    let same = try awareness.apply([entry(2, 2, #"{"b":2, "a":1}"#)], now: 0)
    #expect(same.updated == [2] && !same.isVisible)
    let other = try awareness.apply([entry(2, 3, "{\"a\":\"e\u{301}\"}")], now: 0)
    #expect(other.differing == [2])
    let lookalike = try awareness.apply([entry(2, 4, "{\"a\":\"\u{e9}\"}")], now: 0)
    #expect(lookalike.differing == [2])
  }

  @Test func nullWithSpaceAroundItIsNull() throws {
    var awareness = Awareness(clientID: 1, now: 0)
    try awareness.apply([entry(2, 1, "{}")], now: 0)
    #expect(try awareness.apply([entry(2, 1, " null\n")], now: 0).removed == [2])
  }

  @Test func nothingOfABadUpdateIsTaken() {
    var awareness = Awareness(clientID: 1, now: 0)
    let bad = [entry(2, 1, "{}"), entry(3, 1, "{")]
    #expect(throws: DecodingError.self) { try awareness.apply(bad, now: 0) }
    #expect(awareness.knownClients == [1])
  }

  @Test func strangersCannotFillIt() throws {
    let limits = Awareness.Limits(clients: 4, stateBytes: 10, totalBytes: 24)
    var awareness = Awareness(clientID: 1, limits: limits, now: 0)
    let long = try awareness.apply([entry(2, 1, #""123456789""#)], now: 0)
    #expect(long.refused == [2] && long.isEmpty)
    let three = (2...5).map { entry($0, 1, #""123456""#) }
    #expect(try awareness.apply(three, now: 0).refused == [5])
    #expect(try awareness.apply([entry(5, 1, "1")], now: 0).refused == [5], "four are known")
    // Who is gone makes room, and nobody else.
    try awareness.apply([entry(2, 2, "null")], now: 1)
    #expect(try awareness.apply([entry(5, 1, "1")], now: 1).added == [5])
    #expect(awareness.knownClients == [1, 3, 4, 5])
    #expect(try awareness.apply([entry(6, 1, "null")], now: 1).refused == [6])
  }

  @Test func bitFlipsNeverTrap() throws {
    var random = SplitMix64(seed: 3)
    let updates = try Vectors.awarenessUpdates()
    var awareness = Awareness(clientID: 5, limits: .init(clients: 16), now: 0)
    for round in 0..<5_000 {
      var bytes = updates[Int.random(in: 0..<updates.count, using: &random)]
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(
          in: 0..<8, using: &random)
      }
      _ = try? awareness.apply(bytes.span, now: Int64(round))
      if round % 100 == 0 { awareness.tick(now: Int64(round) * 10) }
      #expect(awareness.knownClients.count <= 16)
    }
  }

  @Test func aClockNeverLeavesWhatJavaScriptCounts() throws {
    var awareness = Awareness(clientID: 5, now: 0)
    try awareness.apply([entry(5, maxSafeInteger, "null")], now: 0)
    awareness.setLocalState(.object([:]), now: 0)
    awareness.remove([5], now: 0)
    #expect(awareness.clock(of: 5) == maxSafeInteger)
  }

  private func entry(_ client: UInt64, _ clock: UInt64, _ state: String) -> AwarenessEntry {
    AwarenessEntry(client: client, clock: clock, state: Array(state.utf8))
  }
}
