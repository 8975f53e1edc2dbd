import Lib0
import TestSupport
import Testing

@testable import CRDT

@Suite("Taking back: marks")
struct TakeBackMarksTests {
  private static let count = 300_000

  /// Marks of different attributes, one after each letter, written as no editor would: none ends.
  private static func text(attribute: (Int) -> String) throws -> Update {
    var writer = ByteWriter()
    for number in [1, 2 * count, 3, 0] { writer.varUInt(number) }
    for index in 0..<count {
      if index == 0 {
        writer.raw([4, 1])
        writer.string("t")
      } else {
        writer.raw([0x84, 3])
        writer.varUInt(2 * index - 1)
      }
      writer.string("x")
      writer.raw([0x86, 3])
      writer.varUInt(2 * index)
      writer.string(attribute(index))
      writer.string("true")
    }
    writer.varUInt(0)
    return try Update(v1: writer.bytes)
  }

  /// The deletion of one mark, ten bytes or so.
  private static func deletion(ofMark index: Int) -> Update {
    Update(
      deleting: DeleteSet([DeleteRange(client: 3, clock: UInt64(2 * index + 1), length: 1)]))
  }

  /// Nobody may have the hub walk a long text with a few bytes.
  @Test func aMarkThatIsAloneInALongTextIsNotLookedForAtLength() throws {
    var hub = Doc(clientID: 50)
    hub.apply(try Self.text { $0 == Self.count / 2 ? "rare" : "bold" })
    let update = Self.deletion(ofMark: Self.count / 2)
    var walk = TakeBackWalk()
    let mark = hub.item(0, UInt64(Self.count + 1))
    #expect(throws: TakeBackError.tooCostly) { try IdleMarks(hub).among([mark], &walk) }
    let started = threadSeconds()
    for _ in 0..<10 {
      #expect(throws: TakeBackError.tooCostly) { _ = try hub.applyTakenBack(update) }
    }
    // A few milliseconds each; the whole text takes a hundred or more.
    #expect(threadSeconds() - started < 0.5)
  }

  @Test func amongManyMarksOnlyTheNearestAreLookedAt() throws {
    var hub = Doc(clientID: 50)
    hub.apply(try Self.text { $0 % 100 == 0 ? "rare" : "bold" })
    let marks = [Self.count - 100, Self.count / 2, Self.count / 2 + 1]
    var walk = TakeBackWalk()
    let indices = marks.map { hub.item(0, UInt64(2 * $0 + 1)) }
    // All say "true" where that is in force already.
    #expect(try IdleMarks(hub).among(indices, &walk) == Set(indices))
    #expect(walk.left > Doc.takeBackWalkLimit - 1000)
    for mark in marks { _ = try hub.applyTakenBack(Self.deletion(ofMark: mark)) }
    #expect(hub.clock(of: 50) == 0)
  }

  /// Marks of two attributes at random places, some deleted, and then some of them taken back.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func nearestMarksDecideAsTheWholeTextDoes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var writer = Doc(clientID: 3)
    let root = writer.root(writer.names.intern([0x74], 0..<1))
    var last = Index32.none
    for _ in 0..<60 {
      if Int.random(in: 0..<4, using: &random) == 0 {
        last = writer.insertOwn(
          ContentKind.embed, [4] + Array("null".utf8), left: last, right: .none, parent: root)
      } else {
        let name = ["bold", "size"].randomElement(using: &random) ?? ""
        let json = ["null", "1", "23"].randomElement(using: &random) ?? ""
        let bytes = [UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(json.utf8.count)]
        last = writer.insertOwn(
          ContentKind.format, bytes + Array(json.utf8), left: last, right: .none, parent: root)
      }
      if Int.random(in: 0..<5, using: &random) == 0 { writer.delete(last) }
    }
    _ = writer.finishTransaction()
    var hub = Doc(clientID: 50)
    hub.apply(try Update(v1: writer.encodeStateAsUpdate()))
    for _ in 0..<5 {
      let clocks = (0..<60).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      let update = Update(
        deleting: DeleteSet(
          clocks.map { DeleteRange(client: 3, clock: UInt64($0), length: 1) }))
      _ = try expectTakenBack(update, &hub, "seed \(seed)")
    }
  }
}

extension Doc {
  /// What `IdleMarks` has to find, from the beginning of each text to its end.
  func idleMarksOfWholeTexts(deletedBy update: Update) -> Set<Index32> {
    var lost: Set<Index32> = []
    _ = alive(in: update.deleteSet) { item in
      if item.kind == ContentKind.format, item.key == .none {
        lost.insert(self.item(item.client, item.clock))
      }
    }
    var idle: Set<Index32> = []
    for text in Set(lost.map { items[Int($0)].parent }) {
      var inForce: [String: String] = [:]
      var gap: [Index32] = []
      var index = types[Int(text)].start
      while index != .none {
        let item = items[Int(index)]
        if !item.isDeleted, item.kind == ContentKind.format { gap.append(index) }
        if !item.isDeleted, item.isCountable {
          idle.formUnion(idleMarks(of: gap, lost, &inForce))
          gap = []
        }
        index = item.right
      }
      idle.formUnion(idleMarks(of: gap, lost, &inForce))
    }
    return idle
  }

  private func idleMarks(
    of gap: [Index32], _ lost: Set<Index32>, _ inForce: inout [String: String]
  ) -> Set<Index32> {
    let marks = gap.map { (index: $0, mark: attribute(of: items[Int($0)])) }
    var last: [String: Index32] = [:]
    for entry in marks { last[entry.mark.key] = entry.index }
    var idle: Set<Index32> = []
    for (index, mark) in marks {
      let isIdle = last[mark.key] != index || inForce[mark.key, default: "null"] == mark.json
      if lost.contains(index), isIdle { idle.insert(index) } else { inForce[mark.key] = mark.json }
    }
    return idle
  }

  private func attribute(of item: Item) -> (key: String, json: String) {
    let bytes = Array(content[item.contentRange])
    var reader = ByteReader(bytes.span)
    guard let key = try? reader.string(), let json = try? reader.string() else { return ("", "") }
    return (key: key, json: json)
  }
}
