import CRDT
import Lib0
import Testing

@Suite("Bounded updates")
struct BoundedTests {
  /// Inserts of two clients at one origin, each with another right origin: the position search
  /// passes all that came before.
  private func hostile(_ count: Int) throws -> [Update] {
    var base = ByteWriter()
    base.varUInt(1)
    base.varUInt(1)
    base.varUInt(7)  // above the attacker's id: the search goes on behind it
    base.varUInt(0)
    base.byte(4)
    base.varUInt(1)
    base.string("t")
    base.string(String(repeating: "x", count: count + 1))
    base.varUInt(0)
    var attack = ByteWriter()
    attack.varUInt(1)
    attack.varUInt(count)
    attack.varUInt(2)
    attack.varUInt(0)
    for index in 0..<count {
      attack.byte(0xc4)
      attack.varUInt(7)
      attack.varUInt(0)  // one origin
      attack.varUInt(7)
      attack.varUInt(UInt64(count - index))  // ever closer right origins
      attack.string("a")
    }
    attack.varUInt(0)
    return [try Update(v1: base.bytes), try Update(v1: attack.bytes)]
  }

  @Test func anUpdateMadeToBeSlowIsRefusedAndChangesNothing() throws {
    let updates = try hostile(3_000)
    var doc = Doc(clientID: 9)
    doc.apply(updates[0])
    let before = doc.integratedStateAsUpdate()
    #expect(throws: CostlyUpdate.self) { try doc.applyBounded(updates[1]) }
    #expect(doc.integratedStateAsUpdate() == before)
    #expect(doc.clock(of: 2) == 0)
  }

  @Test func theSameInSmallIsTaken() throws {
    let updates = try hostile(60)
    var bounded = Doc(clientID: 9), plain = Doc(clientID: 9)
    for update in updates {
      try bounded.applyBounded(update)
      plain.apply(update)
    }
    #expect(bounded.integratedStateAsUpdate() == plain.integratedStateAsUpdate())
  }

  @Test func aBigHonestUpdateIsTaken() throws {
    var writer = Doc(clientID: 3)
    let update = try #require(
      writer.transact { transaction in
        let map = transaction.root("shapes")
        for index in 0..<20_000 {
          transaction.set("shape\(index)", to: .number(Double(index)), in: map)
        }
      })
    var doc = Doc(clientID: 9)
    try doc.applyBounded(try Update(v1: update))
    #expect(doc.clock(of: 3) == 20_000)
  }
}
