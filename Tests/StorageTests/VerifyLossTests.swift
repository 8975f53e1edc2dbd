import Glibc
import Testing

@testable import Storage

private let roomPath = "rooms/demo/one"
private let files = ["boards/main", "stage", "room"]

/// What verify and the hub say that damage costs where more than one file is bad.
@Suite("Verify: what is lost")
struct VerifyLossTests {
  private enum Harm: CaseIterable { case broken, undecodable, gone }

  /// A cleanly closed room with two checkpoints of ten records.
  private func closedRoom() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    for round in 0..<2 as Range<UInt64> {
      let records = TestRoom.records(round * 10 + 1...round * 10 + 10)
      try store.checkpointed(TestRoom.checkpoint(records))
    }
    try store.close()
    return folder
  }

  private func name(_ stem: String, _ generation: String = "") -> String {
    "\(roomPath)/\(stem)\(generation).\(stem == "room" ? "gz" : "yjs.gz")"
  }

  /// Hurts a file; what cannot be decoded says so by its content.
  private func harm(_ name: String, _ harm: Harm, in folder: TemporaryFolder) throws {
    switch harm {
    case .gone: #expect(unsafe unlink("\(folder.path)/\(name)") == 0)
    case .broken:
      var bytes = try folder.bytes(name)
      bytes[bytes.count - 1] ^= 1
      try folder.write(bytes, to: name)
    case .undecodable:
      let sequence: UInt64 = name.contains(".prev.") ? 10 : 20
      let header = MemberHeader(
        kind: kind(of: name), firstSequence: sequence, lastSequence: sequence)
      try folder.write(header.member(Array("nonsense".utf8), level: 6), to: name)
    }
  }

  private func kind(of name: String) -> MemberKind {
    if name.contains("/boards/") { return .board }
    return name.contains("/stage.") ? .stage : .room
  }

  private func damage(in folder: TemporaryFolder) throws -> [String: Damage] {
    let found = try Store.verify(folder.path) { _, bytes in
      bytes == Array("nonsense".utf8) ? "is nonsense" : nil
    }.damage
    return Dictionary(found.map { ($0.file, $0) }) { first, _ in first }
  }

  private static let records = "the records of history and log"

  @Test(arguments: files) func ofTwoBrokenGenerationsBothLinesSayTheSame(_ stem: String) throws {
    for current in [Harm.broken, .gone] {
      let folder = try closedRoom()
      let names = [name(stem), name(stem, ".prev")]
      try harm(names[0], current, in: folder)
      try harm(names[1], .broken, in: folder)
      for (name, damage) in try damage(in: folder) {
        #expect(damage.lost == .nothing && damage.instead == Self.records, "\(name)")
      }
      #expect(try damage(in: folder).count == 2)
      let room = try openStore(folder.path, shards: 1).load(TestRoom.id)
      #expect(room.lastSequence == 20 && !room.damage.isEmpty)
      #expect(room.damage.allSatisfy { $0.lost == .nothing && $0.instead == Self.records })
    }
  }

  @Test(arguments: files) func withTheHistoryGoneTooSomethingIsLost(_ stem: String) throws {
    let folder = try closedRoom()
    for name in [name(stem), name(stem, ".prev")] { try harm(name, .broken, in: folder) }
    try harm("\(roomPath)/history/000001.gz", .gone, in: folder)
    let found = try damage(in: folder)
    let more = stem == "room" ? ", and perhaps more" : ""
    for name in [name(stem), name(stem, ".prev")] {
      let damage = try #require(found["\(folder.path)/\(name)"])
      #expect(damage.lost == .known("what sequences 1 to 20 changed\(more)"), "\(name)")
    }
    TemporaryFolder.remove("\(folder.path)/\(roomPath)/history")
    let room = try openStore(folder.path, shards: 1).load(TestRoom.id)
    #expect(room.damage.allSatisfy { $0.lost != .nothing && $0.lost != .unknown })
    #expect(room.damage.contains { "\($0.lost)".contains("sequences 1 to 20") })
    #expect(!room.rebuildsAll)
  }

  /// Nothing of the board is left but its name in the room's file.
  @Test func aBoardThatIsGoneWithItsHistoryIsNamed() throws {
    let folder = try closedRoom()
    for generation in ["", ".prev"] {
      try harm(name("boards/main", generation), .gone, in: folder)
    }
    try harm("\(roomPath)/history/000001.gz", .gone, in: folder)
    let path = "\(folder.path)/\(name("boards/main"))"
    #expect(try damage(in: folder)[path] == nil, "only the room's file knows of it")
    let report = try Store.verify(folder.path, documents: { _ in ["main", ""] })
    #expect(
      report.damage.map(\.description) == [
        "\(folder.path)/\(roomPath): records are in neither history nor log; lost: demo/one, "
          + "sequences 1 to 20",
        "\(path): is missing; lost: the board, and the room, which stays closed until a copy of "
          + "the file is put back (Protocol/storage.md §9)",
      ])
    // Named by the generation before, where that is what is left of the room's file.
    try harm(name("room"), .broken, in: folder)
    let again = try Store.verify(folder.path, documents: { _ in ["main", ""] })
    #expect(again.damage.contains { $0.file == path })
  }

  /// Only the fallen generation before is left: the history that went on from it is gone.
  @Test func theHubSaysWhatIsLostWithTheFolderOfTheHistory() throws {
    let folder = try closedRoom()
    try harm(name("boards/main"), .broken, in: folder)
    TemporaryFolder.remove("\(folder.path)/\(roomPath)/history")
    let room = try openStore(folder.path, shards: 1).load(TestRoom.id)
    #expect(room.damage.contains { "\($0.lost)".contains("sequences 11 to 20") })
    #expect(room.damage.allSatisfy { $0.lost != .nothing })
  }

  /// With nothing good left nobody knows how far the room reached.
  @Test func whereNothingIsLeftNobodyKnows() throws {
    let folder = try closedRoom()
    for stem in files {
      for name in [name(stem), name(stem, ".prev")] { try harm(name, .broken, in: folder) }
    }
    let history = "\(roomPath)/history/000001.gz"
    try folder.write([UInt8](repeating: 7, count: 100), to: history)
    for (name, damage) in try damage(in: folder) where !name.hasSuffix(history) {
      // Headers of broken snapshots may still tell how far; the bodies have nothing.
      #expect(damage.lost != .nothing, "\(name): \(damage)")
    }
    for stem in files {
      for name in [name(stem), name(stem, ".prev")] { try folder.write([1], to: name) }
    }
    for (name, damage) in try damage(in: folder) where !name.hasSuffix(history) {
      #expect(damage.lost == .unknown, "\(name): \(damage)")
      #expect(damage.description.contains("what is lost is not known; taken instead: the"))
    }
    let room = try openStore(folder.path, shards: 1).load(TestRoom.id)
    #expect(room.damage.count == 7)
    for damage in room.damage where !damage.file.hasSuffix(history) {
      #expect(damage.lost == .unknown, "\(damage)")
    }
  }

  /// The hub does not decode before it chooses, so a file with the right checksum is taken.
  @Test(arguments: files) func whatCannotBeDecodedIsBad(_ stem: String) throws {
    let (current, previous) = (name(stem), name(stem, ".prev"))
    let last = previous.split(separator: "/").last ?? ""
    let later = "until that file is replaced or put away"
    let own = Damage.Loss.known("what it held, \(later)")
    let before = Damage.Loss.known("what \(last) held, \(later)")
    let rows: [(harms: [Harm?], lost: [Damage.Loss?])] = [
      ([.undecodable, nil], [own, nil]), ([nil, .undecodable], [nil, .nothing]),
      ([.broken, .undecodable], [before, before]), ([.gone, .undecodable], [before, before]),
      ([.undecodable, .broken], [own, .unknown]), ([.undecodable, .undecodable], [own, .unknown]),
      ([.undecodable, .gone], [own, nil]),
    ]
    for (harms, lost) in rows {
      let folder = try closedRoom()
      for (name, kind) in zip([current, previous], harms) {
        if let kind { try harm(name, kind, in: folder) }
      }
      let found = try damage(in: folder)
      #expect(
        [current, previous].map { found["\(folder.path)/\($0)"]?.lost } == lost, "\(harms)")
      #expect(found.count == lost.compactMap { $0 }.count, "\(harms): \(found)")
    }
  }

  /// A checkpoint was interrupted between its renames, and the generation before is nonsense.
  @Test func anInterruptedWriteBeforeWhichNothingIsGoodIsNoNote() throws {
    let folder = try closedRoom()
    let bytes = try folder.bytes(name("boards/main"))
    for generation in [".tmp", ".prev"] {
      try folder.write(bytes, to: name("boards/main", generation))
    }
    try harm(name("boards/main"), .gone, in: folder)
    let good = try Store.verify(folder.path)
    #expect(good.isClean && good.notes.contains { $0.contains("was interrupted") })
    try harm(name("boards/main", ".prev"), .undecodable, in: folder)
    let report = try Store.verify(folder.path) { _, bytes in
      bytes == Array("nonsense".utf8) ? "is nonsense" : nil
    }
    #expect(report.damage.count == 2, "\(report.damage)")
    #expect(!report.notes.contains { $0.contains("was interrupted") })
  }
}
