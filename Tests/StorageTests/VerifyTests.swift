import Glibc
import Testing

@testable import Storage

private let roomPath = "rooms/demo/one"

/// What verify says of files that are gone, and what the hub takes in their place.
@Suite("Verify: missing files")
struct VerifyTests {
  /// A cleanly closed room with as many checkpoints as asked for, ten records each.
  private func closedRoom(checkpoints: UInt64) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    for round in 0..<checkpoints {
      let records = TestRoom.records(round * 10 + 1...round * 10 + 10)
      try store.checkpointed(TestRoom.checkpoint(records))
    }
    try store.close()
    return folder
  }

  private func remove(_ name: String, in folder: TemporaryFolder) throws {
    #expect(unsafe unlink("\(folder.path)/\(roomPath)/\(name)") == 0)
  }

  @Test(arguments: ["boards/main.yjs.gz", "stage.yjs.gz", "room.gz"])
  func aMissingFileWithAGenerationBeforeItIsReported(_ file: String) throws {
    let folder = try closedRoom(checkpoints: 2)
    try remove(file, in: folder)
    let report = try Store.verify(folder.path)
    let instead = "nothing is lost; taken instead: the generation before it (sequence 10) and the "
      + "records since"
    #expect(
      report.damage.map(\.description) == [
        "\(folder.path)/\(roomPath)/\(file): is missing; \(instead)"
      ])
    // As it says: what the snapshot before lacks comes from the history.
    let store = try openStore(folder.path, shards: 1)
    let room = try store.load(TestRoom.id)
    #expect(room.lastSequence == 20 && !room.tail.isEmpty && room.damage.isEmpty)
    #expect(room.tail.allSatisfy { $0.sequence > 10 })
  }

  @Test(arguments: ["boards/main.yjs.gz", "stage.yjs.gz", "room.gz"])
  func aMissingFileWithoutAGenerationBeforeItIsReported(_ file: String) throws {
    let folder = try closedRoom(checkpoints: 1)
    try remove(file, in: folder)
    let report = try Store.verify(folder.path)
    #expect(
      report.damage.map(\.description) == [
        "\(folder.path)/\(roomPath)/\(file): is missing; nothing is lost; taken instead: the "
          + "records of history and log"
      ])
    var options = StoreOptions()
    options.documents = { $0.starts(with: Array("meta".utf8)) ? ["main", ""] : [] }
    let store = try openStore(folder.path, shards: 1, options: options)
    let room = try store.load(TestRoom.id)
    let all = TestRoom.records(1...10)
    switch file {
    case "room.gz": #expect(room.tail == all)
    case "stage.yjs.gz": #expect(all.filter { $0.kind == .stageUpdate } == room.stageTail)
    default: #expect(all.filter { $0.board == "main" } == room.tail.filter { $0.board == "main" })
    }
    #expect(room.rebuildsAll)
    #expect(room.damage.map(\.reason) == (file == "room.gz" ? [] : ["is missing"]))
  }

  @Test func theFolderOfBoardsMayBeGone() throws {
    let folder = try closedRoom(checkpoints: 1)
    try remove("boards/main.yjs.gz", in: folder)
    #expect(unsafe rmdir("\(folder.path)/\(roomPath)/boards") == 0)
    let report = try Store.verify(folder.path)
    #expect(report.damage.map(\.file) == ["\(folder.path)/\(roomPath)/boards/main.yjs.gz"])
  }

  @Test func whatIsLostIsSaidWhereTheHistoryIsGoneToo() throws {
    let folder = try closedRoom(checkpoints: 2)
    try remove("boards/main.yjs.gz", in: folder)
    let name = "\(roomPath)/history/000001.gz"
    var bytes = try folder.bytes(name)
    bytes[bytes.count - 20] ^= 1  // in the second member
    try folder.write(bytes, to: name)
    let report = try Store.verify(folder.path)
    let texts = report.damage.map(\.description)
    #expect(texts.contains { $0.contains("000001.gz, bytes ") && $0.contains("no good batch") })
    let gap = "records are in neither history nor log; lost: demo/one, sequences 11 to 20"
    #expect(texts.contains { $0.contains(gap) })
  }

  /// Without its last record's sequence nobody knows that a board was to reach further.
  @Test func aDamagedFileSaysWhatIsLostAndWhatIsLeft() throws {
    let folder = try closedRoom(checkpoints: 2)
    let board = "\(roomPath)/boards/main.yjs.gz"
    var bytes = try folder.bytes(board)
    bytes[bytes.count - 1] ^= 1
    try folder.write(bytes, to: board)
    try remove("history/000001.gz", in: folder)
    let report = try Store.verify(folder.path)
    #expect(
      report.damage.map(\.description).contains(
        "\(folder.path)/\(board), bytes 0 to \(bytes.count - 1): wrong checksum; lost: what "
          + "sequences 11 to 20 changed; taken instead: the generation before it (sequence 10) and "
          + "the records since"), "\(report.damage)")
  }

  @Test func anOlderFileInItsPlaceIsReported() throws {
    let folder = try closedRoom(checkpoints: 2)
    let old = try folder.bytes("\(roomPath)/boards/main.prev.yjs.gz")
    try folder.write(old, to: "\(roomPath)/boards/main.yjs.gz")
    let report = try Store.verify(folder.path)
    #expect(
      report.damage.map(\.reason) == [
        "is older than the room: it reaches sequence 10, not 20"
      ])
  }

  @Test func aKillBetweenTheRenamesIsNoDamage() throws {
    for failing in ["/boards/main.tmp", "/stage.tmp", "/room.tmp"] {
      let folder = try TemporaryFolder()
      do {
        var options = StoreOptions()
        options.fault = { operation, path in
          operation == .rename && path.contains(failing) && path.hasSuffix(".gz")
            && (try? TemporaryFolder.bytes(path.replacing(".tmp", with: ".prev"))) != nil ? EIO : 0
        }
        let store = try openStore(folder.path, shards: 1, options: options)
        for round in 0..<2 as Range<UInt64> {
          let records = TestRoom.records(round * 10 + 1...round * 10 + 10)
          for record in records { try store.journal(forShard: 0).append(record) }
          store.journal(forShard: 0).flush()
          let checkpoint = TestRoom.checkpoint(records)
          if round == 0 {
            try store.checkpointed(checkpoint)
          } else {
            #expect(throws: StorageError.self) { try store.checkpointed(checkpoint) }
          }
        }
      }
      try awaitDropped(folder.path)
      let report = try Store.verify(folder.path)
      #expect(report.isClean, "\(failing): \(report.damage)")
      #expect(report.notes.contains { $0.contains("was interrupted") }, "\(failing)")
    }
  }

  @Test func aFolderOfSomethingElseIsNoDataFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "notes.txt")
    let reason = "is no data folder: it has no rooms, no log and no key"
    let error = StorageError.notAStore(path: folder.path, reason: reason)
    #expect(throws: error) { try Store.verify(folder.path) }
    #expect(throws: error) { try Store.list(folder.path) }
    try folder.makeKey()
    #expect(try Store.verify(folder.path).isClean, "a token was made before the first start")
  }

  @Test func whatIsNoFolderIsSaidSo() throws {
    let folder = try closedRoom(checkpoints: 1)
    try folder.write([1], to: "notes.txt")
    let link = "\(folder.path)-link"
    #expect(unsafe symlink(folder.path, link) == 0)
    defer { _ = unsafe unlink(link) }
    for (path, reason) in [
      ("\(folder.path)/nowhere", "does not exist"), ("\(folder.path)/notes.txt", "is no folder"),
      (link, "is a symbolic link: name the folder that it leads to"),
    ] {
      let error = StorageError.notAStore(path: path, reason: reason)
      #expect(throws: error) { try Store.verify(path) }
      if reason != "does not exist" {
        #expect(throws: error) { try Store.open(path, shards: 1) }
      }
    }
  }

  @Test func foldersThatAreGoneOrNoneAreReported() throws {
    for (name, lost) in [
      ("rooms", "every room, but for what the log has"), ("wal", "what only the log had"),
      ("rooms/demo/one/history", ""), ("rooms/demo/one/boards", ""),
    ] {
      let folder = try closedRoom(checkpoints: 1)
      if name == "wal" { try folder.write([], to: "clean") }  // nothing says that it was empty
      let path = "\(folder.path)/\(name)"
      TemporaryFolder.remove(path)
      if !name.contains("/") {
        let report = try Store.verify(folder.path)
        #expect(
          report.damage.contains { $0.description == "\(path): is missing; lost: \(lost)" },
          "\(report.damage)")
      }
      try folder.write([], to: name)
      let report = try Store.verify(folder.path)
      #expect(report.damage.contains { $0.file == path && $0.reason == "is no folder" }, "\(name)")
    }
  }

  /// A size that somebody planted, or that a damaged file system tells, must not become memory.
  @Test(arguments: [
    "\(roomPath)/boards/main.yjs.gz", "\(roomPath)/stage.prev.yjs.gz", "\(roomPath)/room.gz",
    "\(roomPath)/history/000001.gz", "wal/000-000000000009.log", "clean", "keys/signing.key",
  ])
  func anEnormousFileIsReportedAndNotRead(_ name: String) throws {
    let folder = try closedRoom(checkpoints: 2)
    try folder.makeKey()
    let path = "\(folder.path)/\(name)"
    let file = unsafe open(path, O_RDWR | O_CREAT, 0o600)
    try #require(file >= 0)
    defer { _ = close(file) }
    try #require(ftruncate(file, 10 << 30) == 0)
    let report = try Store.verify(folder.path)
    #expect(report.damage.contains { $0.file == path }, "\(report.damage)")
    _ = try Store.list(folder.path)
  }
}

extension StoredRoom {
  fileprivate var stageTail: [JournalRecord] { tail.filter { $0.kind == .stageUpdate } }
}
