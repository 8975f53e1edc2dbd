import Lib0
import Testing
import TestSupport

@testable import CRDT

/// Bytes that no honest client sends: an error or a document, never a trap.
@Suite("Hostile updates")
struct HostileInputTests {
  static let real: [[UInt8]] =
    Vectors.cases.flatMap(\.updates) + Vectors.cases.compactMap { $0.final("update_v1") }
    + stride(from: 0, to: Vectors.sessions.count, by: 40).flatMap { Vectors.sessions[$0].updates }

  @Test func everyPrefixIsRefused() {
    for bytes in HostileInputTests.real {
      for count in 0..<bytes.count {
        #expect(throws: UpdateError.self) { try Update(v1: Array(bytes[..<count])) }
      }
    }
  }

  /// 10,000 flips of one to three bits, into a document that knows something already.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func flippedBitsNeverTrap(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sources = HostileInputTests.real
    var accepted = 0
    for _ in 0..<2500 {
      var bytes = sources.randomElement(using: &random) ?? []
      if bytes.isEmpty { continue }
      var doc = Doc(clientID: 1)
      if Bool.random(using: &random), let honest = try? Update(v1: bytes) {
        doc.apply(doc.integrable(honest))
      }
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        bytes[Int.random(in: bytes.indices, using: &random)] ^= bit
      }
      guard let update = try? Update(v1: bytes) else { continue }
      accepted += 1
      exercise(&doc, update)
      let honest = sources.randomElement(using: &random) ?? []
      guard let other = try? Update(v1: honest) else { continue }
      var mixed = Doc(clientID: 2)
      mixed.apply(Update.merging([update, other]))
      mixed.apply(other)
      #expect(mixed.problems() == [])
      mixed.apply(update.since(mixed.stateVector))
      #expect(mixed.problems() == [])
    }
    #expect(accepted > 100)
  }

  /// Everything that can be asked of a document, asked.
  private func exercise(_ doc: inout Doc, _ update: Update) {
    let untouched = doc
    let isMissing = doc.missing(for: update) != nil
    let touches = doc.touches(update)
    let applied = doc.apply(update)
    let hasPending = doc.hasPending
    #expect(touches.isEmpty == !applied.changed)
    #expect(doc.clientCount == untouched.clientCount + touches.newClientCount)
    #expect(isMissing == hasPending)
    for problem in doc.problems() { Issue.record("\(problem)") }
    var cut = untouched
    cut.apply(untouched.integrable(update))
    let cutPends = cut.hasPending
    #expect(!cutPends)
    for problem in cut.problems() { Issue.record("\(problem)") }
    for name in doc.rootNames {
      guard let root = doc.root(name) else { continue }
      for kind in [SharedTypeKind.map, .array, .text] { _ = doc.json(root, as: kind, .exact) }
    }
    let encoded = doc.encodeStateAsUpdate()
    #expect(throws: Never.self) { try Update(v1: encoded) }
    _ = Update.merging([update, update])
  }

  static let refused: [(String, String)] = [
    ("nothing at all", ""),
    ("2^31 clients", "ffffffff0700"),
    ("2^53-1 structs", "01ffffffffffffff0f0100"),
    ("2^53-1 deleted ranges", "000101ffffffffffffff0f"),
    ("2^53-1 values", "0101010008010161ffffffffffffff0f7e00"),
    ("a clock that overflows", "010101ffffffffffffff0f04010174016100"),
    ("a length that overflows", "0101010500ffffffffffffff0f00"),
    ("a deleted range that overflows", "00010101ffffffffffffff0f02"),
    ("an unknown content kind", "010101000b01017400"),
    ("an unknown shared type", "0101010007010174 0700"),
    ("a struct that is its own origin", "010101008401000161 00"),
    ("a parent that comes later", "0101010004000105016100"),
    ("a right origin that comes later", "01010100440105016100"),
    ("text that is not UTF-8", "0101010004010174 01ff00"),
    ("JSON that is none", "0101010005010174 027b7b00"),
  ]

  @Test(arguments: refused)
  func isRefusedWithAnOffset(_ row: (String, String)) {
    let input = bytes(hex: row.1.filter { $0 != " " }) ?? []
    #expect(throws: UpdateError.self, "\(row.0)") { try Update(v1: input) }
  }

  @Test func deepNestingIsRefused() {
    var writer = ByteWriter()
    writer.raw([1, 1, 1, 0, 8, 1, 1, 0x74, 1])
    for _ in 0..<10_000 { writer.raw([0x75, 1]) }
    writer.raw([0x7e, 0])
    #expect(throws: UpdateError.self) { try Update(v1: writer.bytes) }
  }

  /// 20,000 maps inside each other, then the outermost deleted: no recursion, and one pass.
  @Test func deeplyNestedTypesAreDeletedIteratively() throws {
    var writer = ByteWriter()
    let depth = 20_000
    writer.varUInt(1)
    writer.varUInt(depth)
    writer.raw([1, 0])
    for level in 0..<depth {
      writer.byte(0x27)
      if level == 0 { writer.raw([1, 1, 0x6d]) } else {
        writer.raw([0, 1])
        writer.varUInt(level - 1)
      }
      writer.raw([1, 0x6b, 1])
    }
    writer.byte(0)
    var doc = Doc(clientID: 9)
    doc.apply(try Update(v1: writer.bytes))
    if let root = doc.root("m") { _ = doc.json(root, as: .map) }
    let deletion = try Update(v1: [0, 1, 1, 1, 0, 1])
    let touches = doc.touches(deletion)
    #expect(touches.touches.count == 1)
    doc.apply(deletion)
    #expect(doc.structCount == 2)
    #expect(doc.problems() == [])
  }

  @Test func zeroLengthStructsDisappear() throws {
    let update = try Update(v1: [1, 3, 1, 0, 1, 1, 1, 0x74, 0, 4, 1, 1, 0x74, 0, 0, 0, 0])
    #expect(update.isEmpty)
    #expect(update.encodedV1() == [0, 0])
  }
}
