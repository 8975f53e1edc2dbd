import Dispatch
import Glibc
import Lib0
import JamServer
import Storage
import Synchronization
import Testing

/// `inspect` and `verify` on folders that the store itself has written.
@Suite("Commands on a data folder")
struct DataCommandTests {
  let folder: TemporaryFolder
  let room: RoomID

  /// Yjs: a text "t" in which client 1 wrote "ab".
  static let update: [UInt8] = [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0]
  /// The same from clock 5 on: what comes before is missing.
  static let dangling: [UInt8] = [1, 1, 1, 5, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0]

  init() throws { try self.init(in: TemporaryFolder()) }

  private init(in folder: TemporaryFolder) throws {
    self.folder = folder
    room = try RoomID(jam: #require(Slug("demo")), prototype: #require(Slug("one")))
  }

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun(arguments, in: folder)
  }

  /// A folder `d` with one room whose board `main` was checkpointed as `snapshot`.
  private func write(_ snapshot: [UInt8] = update, closes: Bool = true) throws -> Store {
    let store = try Store.open(folder.path + "/d", shards: 1)
    _ = try SigningKey.load(dataDirectory: folder.path + "/d")
    let records = (1...3 as ClosedRange<UInt64>).map { sequence in
      JournalRecord(
        time: 1_800_000_000_000_000, room: room, board: "main", sequence: sequence, author: "ada",
        kind: .update, payload: Self.update)
    }
    let checkpoint = Checkpoint(
      room: room, records: records,
      boards: ["main": Checkpoint.Snapshot(epoch: 7, sequence: 3) { snapshot }],
      meta: Array("{}".utf8), throughSequence: 3)
    let done = DispatchSemaphore(value: 0)
    let error = Mutex<StorageError?>(nil)
    store.checkpoint(checkpoint) { result in
      if case .failure(let found) = result { error.withLock { $0 = found } }
      done.signal()
    }
    done.wait()
    #expect(error.withLock { $0 } == nil)
    if closes { try store.close() }
    return store
  }

  @Test func inspectListsRoomsAndBoards() throws {
    _ = try write()
    let run = try run("inspect", "d")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n").map { line in
      line.split(separator: "  ", omittingEmptySubsequences: true).map {
        String($0.drop { $0 == " " })
      }
    }
    try #require(lines.count == 4)
    #expect(lines[0] == ["JAM", "ROOM", "BOARD", "SIZE", "EPOCH", "SEQUENCE", "LAST CHANGE"])
    #expect(lines[1].prefix(3) == ["demo", "one", "main"])
    #expect(lines[1][3].hasSuffix(" B") && lines[1][4...5] == ["7", "3"])
    // When the record was made, not when the file was written.
    #expect(lines[1][6] == "2027-01-15T08:00:00Z")
    #expect(lines[2].prefix(3) == ["demo", "one", "(history)"])
    #expect(lines[2].last == "2027-01-15T08:00:00Z")
    #expect(lines[3][0].hasPrefix("1 jam, 1 room, 1 board, "))
  }

  @Test func inspectPrintsJSON() throws {
    _ = try write()
    let run = try run("inspect", "d", "--json")
    let rooms = try #require(JSON.parse(Array(run.output.utf8).span).arrayValue)
    #expect(rooms.map { $0["jam"] } == [.string("demo")])
    let board = try #require(rooms[0]["boards"]?.arrayValue?.first)
    #expect(board["board"] == .string("main") && board["epoch"] == .number(7))
    #expect(board["sequence"] == .number(3))
    #expect(board["lastChange"] == .string("2027-01-15T08:00:00Z"))
  }

  @Test func anEmptyFolderHasNoRooms() throws {
    try Store.open(folder.path + "/d", shards: 1).close()
    let run = try run("inspect", "d")
    #expect(run.exitCode == 0)
    #expect(run.output.hasSuffix("\n0 jams, 0 rooms, 0 boards, 0 B\n"))
  }

  @Test(arguments: ["inspect", "verify"])
  func aFolderThatIsNoneIsNamed(_ command: String) throws {
    let missing = try run(command, "nowhere")
    #expect(missing.exitCode == 1 && missing.output.isEmpty)
    #expect(missing.errors.hasPrefix("Error: ") && missing.errors.contains("nowhere"))
    #expect(missing.errors.split(separator: "\n").count == 1)
    #expect(unsafe access(folder.path + "/nowhere", F_OK) != 0)
    #expect(unsafe mkdir(folder.path + "/other", 0o700) == 0)
    let other = try run(command, "other")
    #expect(other.exitCode == 1 && other.output.isEmpty)
    #expect(
      other.errors == "Error: other is no data folder: it has no rooms, no log and no key\n")
    let none = try run(command)
    #expect(none.exitCode == 64)
  }

  @Test func verifyFindsNothingWhereNothingIs() throws {
    _ = try write()
    _ = try SigningKey.load(dataDirectory: folder.path + "/d")
    let run = try run("verify", "d")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(run.output.hasPrefix("d: ok (1 room, 1 board, "))
    let again = try self.run("verify", "d", "--json")
    #expect(try JSON.parse(Array(again.output.utf8).span)["clean"] == .bool(true))
  }

  @Test func theStoreAndTheTokenCommandShareOneKey() throws {
    let token = ["token", "--data", "d", "--sub", "b", "--role", "bot", "--jam", "demo"]
    #expect(try CommandRun(token + ["--create"], in: folder).exitCode == 0)
    let made = try folder.read("d/keys/signing.key")
    let store = try write(closes: false)
    // Beside a running hub: no lock is in the way.
    #expect(try CommandRun(token, in: folder).exitCode == 0)
    #expect(try Array(made[10..<42]) == SigningKey.load(dataDirectory: folder.path + "/d"))
    #expect(try folder.read("d/keys/signing.key") == made)
    let run = try run("verify", "d")
    #expect(run.exitCode == 0 && run.output.hasSuffix("; a hub is running)\n"))
    try store.close()
  }

  @Test func verifyNamesTheFileOfAFlippedBit() throws {
    _ = try write()
    let name = "d/rooms/demo/one/boards/main.yjs.gz"
    var bytes = try folder.read(name)
    bytes[bytes.count - 9] ^= 4
    _ = try folder.write(name, bytes)
    let run = try run("verify", "d")
    #expect(run.exitCode == 1)
    #expect(
      run.errors == "damaged: \(name), bytes 0 to \(bytes.count - 1): wrong checksum; nothing is "
        + "lost; taken instead: the records of history and log\n")
    #expect(run.output.hasPrefix("d: 1 problem found ("))
    let again = try self.run("verify", "d", "--json")
    #expect(again.exitCode == 1)
    let report = try JSON.parse(Array(again.output.utf8).span)
    #expect(report["clean"] == .bool(false) && report["damage"]?.arrayValue?.count == 1)
    let damage = try #require(report["damage"]?.arrayValue?.first)
    #expect(damage["from"] == .number(0) && damage["to"] == .number(Double(bytes.count - 1)))
    #expect(damage["lost"] == .string(""))
    #expect(damage["instead"] == .string("the records of history and log"))
  }

  @Test func verifyMissesNoFile() throws {
    for name in ["boards/main.yjs.gz", "room.gz"] {
      let folder = try TemporaryFolder()
      let store = try DataCommandTests(in: folder).write()
      withExtendedLifetime(store) {}
      #expect(unsafe unlink("\(folder.path)/d/rooms/demo/one/\(name)") == 0)
      let run = try CommandRun(["verify", "d"], in: folder)
      #expect(run.exitCode == 1)
      #expect(run.errors.hasPrefix("damaged: d/rooms/demo/one/\(name): is missing; "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func aFileAsAWholeHasNoBytesAndAnUnknownLossIsNull() throws {
    _ = try write([1, 1, 1])
    let folder = folder.path + "/d/rooms/demo/one"
    for name in ["boards/main.yjs.gz", "history/000001.gz", "room.gz"] {
      #expect(unsafe truncate("\(folder)/\(name)", 9) == 0)
    }
    let run = try run("verify", "d", "--json")
    let damage = try JSON.parse(Array(run.output.utf8).span)["damage"]?.arrayValue ?? []
    let board = damage.first { $0["file"]?.stringValue?.hasSuffix("/main.yjs.gz") ?? false }
    #expect(board?["lost"] == .null, "\(run.output)")
    #expect(unsafe unlink("\(folder)/boards/main.yjs.gz") == 0)
    #expect(unsafe mkdir("\(folder)/boards/main.yjs.gz", 0o700) == 0)
    let again = try self.run("verify", "d", "--json")
    let whole = try JSON.parse(Array(again.output.utf8).span)["damage"]?.arrayValue?.first {
      $0["reason"] == .string("is no regular file")
    }
    #expect(whole?["from"] == .null && whole?["to"] == .null, "\(again.output)")
  }

  @Test func namesOfFilesDoNothingToATerminal() throws {
    _ = try write()
    _ = try folder.write("d/\u{1b}[31mred\n", "")
    let run = try run("verify", "d")
    #expect(run.errors == "note: d/\\u{1b}[31mred\\u{a}: is not the hub's, and not looked at\n")
  }

  @Test func docSaysWhatAFileIsThatHoldsNoDocument() throws {
    let store = try write(closes: false)
    try store.journal(forShard: 0).append(
      JournalRecord(
        time: 1, room: room, board: "main", sequence: 4, author: "ada", kind: .update,
        payload: Self.update))
    store.journal(forShard: 0).flush()
    let log = "a file of the log, not a document: \"jamboree verify\" reads and checks it"
    for (file, kind) in [
      (
        "rooms/demo/one/history/000001.gz",
        "a history file: the recording of a room, not a document. \"jamboree verify\" reads and "
          + "checks it; the room's documents are its boards/*.yjs.gz"
      ),
      ("rooms/demo/one/room.gz", "a room's own file, not a document: zcat shows its JSON"),
      ("wal/000-000000000001.log", log), ("keys/signing.key", "a signing key, not a document"),
    ] {
      for command in ["show", "trace"] {
        let run = try run("doc", command, "d/\(file)")
        #expect(run.exitCode == 1 && run.output.isEmpty)
        #expect(run.errors == "Error: d/\(file) is \(kind)\n")
      }
    }
    #expect(try run("doc", "show", "d/rooms/demo/one/boards/main.yjs.gz").exitCode == 0)
    try store.close()
  }

  /// One line, whatever the path: a script that reads it is not told lies, a terminal not steered.
  @Test func pathsInErrorsStayOnTheirLine() throws {
    let name = "a\u{1b}[31m\nError: b"
    let shown = "a\\u{1b}[31m\\u{a}Error: b"
    for (arguments, error) in [
      (["inspect", name], "Error: \(shown) does not exist\n"),
      (["verify", name], "Error: \(shown) does not exist\n"),
      (["doc", "show", name], "Error: cannot read \(shown): No such file or directory\n"),
      (["doc", "trace", name], "Error: cannot read \(shown): No such file or directory\n"),
      (["check-config", name + ".toml"], "\(shown).toml: cannot open: No such file or directory\n"),
      (
        ["serve", "--config", name + ".json"],
        "Error: \(shown).json: cannot open: No such file or directory\n"
      ),
      (
        ["serve", "--data", "x/" + name],
        "Error: cannot open the data folder: mkdir x/\(shown): No such file or directory\n"
      ),
    ] {
      let run = try CommandRun(arguments, in: folder)
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(run.errors == error)
    }
    let token = ["token", "--data", name, "--sub", "b", "--role", "bot", "--jam", "demo"]
    let noKey = try CommandRun(token, in: folder).errors
    #expect(noKey.hasPrefix("Error: the data folder \(shown) does not exist; "))
    #expect(noKey.split(separator: "\n").count == 1)
    let unknown = try run("inspect", "x", name)
    #expect(unknown.exitCode == 64)
    let problem = "Error: Unexpected argument '\(shown)'\n"
    #expect(unknown.errors.hasPrefix(problem), "\(unknown.errors)")
    #expect(unknown.errors.contains("\nUsage: jamboree inspect"))
  }

  @Test(
    arguments: [
      ([1, 1, 1], "cannot be decoded: byte "),
      (
        dangling,
        "1 struct of 1 client waits for content that is not in it; lost: what waits, until somebody"
      ),
    ] as [([UInt8], String)])
  func verifyDecodesEveryBoard(_ snapshot: [UInt8], _ reason: String) throws {
    _ = try write(snapshot)
    let run = try run("verify", "d")
    #expect(run.exitCode == 1 && run.errors.contains(reason), "\(run.errors)")
  }
}
