import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Storage

/// A folder that goes when the value does; in memory where possible, because most tests open a
/// store hundreds of times and a real sync each time would take minutes.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var random = SystemRandomNumberGenerator()
    let parent = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(parent)/storage-tests-\(String(random.next(), radix: 36))"
    try #require(unsafe mkdir(path, 0o700) == 0)
  }

  deinit { Self.remove(path) }

  /// Whether this process may mount: in a container root often may not.
  static let mayMount: Bool = {
    guard getuid() == 0, let place = try? TemporaryFolder() else { return false }
    return withExtendedLifetime(place) { () -> Bool in
      let result = unsafe mount("tmpfs", place.path, "tmpfs", 0, "size=64k")
      // Any other error is for the test that needs the mount to tell.
      guard result == 0 else { return errno != EPERM && errno != EACCES }
      return unsafe umount2(place.path, CInt(MNT_DETACH)) == 0
    }
  }()

  static func remove(_ path: String) {
    if let directory = try? Directory.open(path) {
      for name in (try? directory.names()) ?? [] { remove("\(path)/\(name)") }
      _ = unsafe rmdir(path)
    } else {
      _ = unsafe unlink(path)
    }
  }

  /// A signing key, as `jamboree token` makes it.
  func makeKey() throws {
    let keys = try Directory.open(path).directory("keys")
    let key = (0..<SigningKeyFile.keyCount).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    try keys.file(SigningKeyFile.name, .create).write(SigningKeyFile.encode(key), at: 0)
  }

  /// A copy of everything in here as it is at one moment, though other threads go on: what two
  /// looks agree on was so between them. One look can see the files of a room from before a
  /// checkpoint and the log from after it, which nobody who is killed leaves behind.
  func copy() throws -> TemporaryFolder {
    var seen = try Self.entries(of: path), again = try Self.entries(of: path)
    for _ in 0..<1000 where seen != again {
      seen = again
      again = try Self.entries(of: path)
    }
    let isStill = seen == again
    try #require(isStill, "the folder never stood still")
    let target = try TemporaryFolder()
    for entry in seen {
      let place = "\(target.path)/\(entry.name)"
      if let bytes = entry.bytes {
        try Self.write(bytes, to: place)
      } else {
        try #require(unsafe mkdir(place, 0o700) == 0)
      }
    }
    return target
  }

  private struct Entry: Equatable {
    var name: String
    /// None for a folder.
    var bytes: [UInt8]?
  }

  /// Everything in a folder, each folder before what is in it.
  private static func entries(of path: String, below prefix: String = "") throws -> [Entry] {
    var entries: [Entry] = []
    for name in try Directory.open(path).names().sorted() {
      let source = "\(path)/\(name)"
      if (try? Directory.open(source)) != nil {
        entries.append(Entry(name: prefix + name, bytes: nil))
        entries += try Self.entries(of: source, below: "\(prefix)\(name)/")
      } else if let bytes = try? Self.bytes(source) {  // it may have gone meanwhile
        entries.append(Entry(name: prefix + name, bytes: bytes))
      }
    }
    return entries
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    let (folder, name) = split(path)
    return try Directory.open(folder).file(name, .read).readAll()
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let (folder, name) = split(path)
    let directory = try Directory.open(folder)
    try directory.unlink(name)
    try directory.file(name, .create).write(bytes, at: 0)
  }

  private static func split(_ path: String) -> (String, String) {
    let parts = path.split(separator: "/")
    return ("/" + parts.dropLast().joined(separator: "/"), String(parts.last ?? ""))
  }

  func bytes(_ name: String) throws -> [UInt8] { try Self.bytes("\(path)/\(name)") }
  func write(_ bytes: [UInt8], to name: String) throws {
    try Self.write(bytes, to: "\(path)/\(name)")
  }

  func names(_ directory: String) throws -> [String] {
    try Directory.open("\(path)/\(directory)").names()
  }
}

/// A room whose documents are easy to predict: a board "update" lists the sequences it holds.
enum TestRoom {
  static let id = room("demo/one")

  static func room(_ text: String) -> RoomID {
    let parts = text.split(separator: "/")
    guard let jam = Slug(parts[0]), let prototype = Slug(parts[1]) else {
      preconditionFailure("not a room: \(text)")
    }
    return RoomID(jam: jam, prototype: prototype)
  }

  static func record(
    _ sequence: UInt64, room: RoomID = id, payload: [UInt8]? = nil
  ) -> JournalRecord {
    let kinds: [RecordKind] = [.update, .syncReply, .stageUpdate, .control]
    let kind = kinds[Int(sequence % 4)]
    return JournalRecord(
      time: 1_790_000_000_000_000 + Int64(sequence) * 1000, room: room,
      board: sequence % 4 < 2 ? "main" : "", sequence: sequence, epoch: sequence % 4 < 2 ? 7 : 0,
      author: "ann", kind: kind, payload: payload ?? Array("payload \(sequence)".utf8))
  }

  static func records(_ range: ClosedRange<UInt64>, room: RoomID = id) -> [JournalRecord] {
    range.map { record($0, room: room) }
  }

  static func board(through sequence: UInt64) -> [UInt8] { Array("board \(sequence)".utf8) }
  static func stage(through sequence: UInt64) -> [UInt8] { Array("stage \(sequence)".utf8) }

  static func checkpoint(_ records: [JournalRecord], room: RoomID = id) -> Checkpoint {
    let last = records.last?.sequence ?? 0
    return Checkpoint(
      room: room, records: records,
      boards: ["main": .init(epoch: 7, sequence: last) { board(through: last) }],
      stage: .init(epoch: 0, sequence: last) { stage(through: last) },
      meta: Array("meta \(last)".utf8), throughSequence: last)
  }
}

/// A value that another thread delivers.
final class Delivery<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let arrived = DispatchSemaphore(value: 0)

  func deliver(_ new: Value) {
    value.withLock { $0 = new }
    arrived.signal()
  }

  func wait() throws -> Value {
    try #require(arrived.wait(timeout: .now() + 20) == .success, "nothing was delivered")
    return try #require(value.withLock { $0 })
  }
}

/// Opens a store. One that was dropped without `close`, to act a crash, holds its lock until the
/// last block that it gave to a queue is gone.
func openStore(
  _ path: String, shards: Int, options: StoreOptions = StoreOptions()
) throws -> Store {
  for _ in 0..<400 {
    do { return try Store.open(path, shards: shards, options: options) } catch {
      guard case .locked = error else { throw error }
      pause(milliseconds: 5)
    }
  }
  return try Store.open(path, shards: shards, options: options)
}

/// Verifies as after a crash: once a store that was dropped without `close` has let go of its lock.
func verifyLeftBehind(_ path: String) throws -> VerifyReport {
  for _ in 0..<4000 {
    let report = try Store.verify(path)
    if !report.hubIsRunning { return report }
    pause(milliseconds: 5)
  }
  return try Store.verify(path)
}

extension Store {
  func load(_ room: RoomID) throws -> StoredRoom {
    let delivery = Delivery<Result<StoredRoom, StorageError>>()
    loadRoom(room) { delivery.deliver($0) }
    return try delivery.wait().get()
  }

  func checkpointed(_ checkpoint: Checkpoint) throws {
    let delivery = Delivery<Result<Void, StorageError>>()
    self.checkpoint(checkpoint) { delivery.deliver($0) }
    try delivery.wait().get()
  }
}
