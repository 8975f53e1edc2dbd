/// A room as the data directory shows it. Sizes are bytes on disk, times µs since 1970.
///
/// A last change is the time of the last record, as log and history have it. A file's own time,
/// which a copy of the folder does not keep, stands in only where there are no records.
public struct RoomListing: Equatable, Sendable {
  public struct Board: Equatable, Sendable {
    public var name: String
    public var bytes: Int
    public var lastChange: Int64 { recordTime > 0 ? recordTime : fileTime }
    var recordTime: Int64 = 0
    var fileTime: Int64 = 0
    /// From the snapshot's header; `nil` if that cannot be read.
    public var epoch: UInt64?
    public var sequence: UInt64?
  }

  public var room: RoomID
  public var boards: [Board] = []
  /// The stage's snapshot.
  public var stageBytes = 0
  public var historyBytes = 0
  /// The sequence up to which the files are complete.
  public var sequence: UInt64 = 0
  /// Records that are only in the log yet: the next checkpoint takes them over.
  public var logRecords = 0
  public var lastChange: Int64 { recordTime > 0 ? recordTime : fileTime }
  var recordTime: Int64 = 0
  var fileTime: Int64 = 0

  /// Everything of the room, without older generations.
  public var bytes: Int { boards.reduce(stageBytes + historyBytes) { $0 + $1.bytes } }
}

extension Store {
  /// All rooms of the data directory at `path`, sorted. Reads names, headers and the log, takes no
  /// lock and works beside a running hub. A board that is only in the log yet has size 0.
  public static func list(_ path: String) throws(StorageError) -> [RoomListing] {
    let root = try Directory.openStore(path)
    var listing: [RoomID: RoomListing] = [:]
    if let rooms = try root.directoryIfPresent("rooms") {
      for room in try roomIDs(in: rooms).found {
        guard let files = try RoomFiles.find(room, in: rooms, StoreOptions()) else { continue }
        listing[room] = try files.listing()
      }
    }
    if let wal = try root.directoryIfPresent("wal") { try addLog(wal, to: &listing) }
    return listing.values.sorted { $0.room < $1.room }
  }

  /// What the log has beyond the rooms' files. Damage is for `verify` to tell.
  private static func addLog(
    _ wal: Directory, to listing: inout [RoomID: RoomListing]
  ) throws(StorageError) {
    for name in try wal.names() where SegmentName(name) != nil {
      let found: [UInt8]?
      do { found = try wal.fileIfPresent(name)?.readAll() } catch {
        guard error.isDamage else { throw error }
        continue
      }
      guard let bytes = found else { continue }
      if LogReader.isUnused(bytes) { continue }
      _ = try? LogReader.scan(bytes, path: name) { offset, header, room in
        var entry = listing[room] ?? RoomListing(room: room)
        if header.sequence > entry.sequence {
          entry.note(header.record(bytes.span, at: offset, room: room))
          listing[room] = entry
        }
      }
    }
  }

  /// The rooms below `rooms/`, and the paths there that belong to none.
  static func roomIDs(
    in rooms: Directory
  ) throws(StorageError) -> (found: [RoomID], unexpected: [String]) {
    var found: [RoomID] = []
    var unexpected: [String] = []
    for jamName in try rooms.names() {
      guard let jam = Slug(jamName), let directory = isDirectory(rooms, jamName) else {
        unexpected.append("\(rooms.path)/\(jamName)")
        continue
      }
      for name in try directory.names() {
        if let prototype = Slug(name), isDirectory(directory, name) != nil {
          found.append(RoomID(jam: jam, prototype: prototype))
        } else {
          unexpected.append("\(directory.path)/\(name)")
        }
      }
    }
    return (found, unexpected)
  }

  private static func isDirectory(_ parent: Directory, _ name: String) -> Directory? {
    (try? parent.directoryIfPresent(name)) ?? nil
  }
}

extension RoomListing {
  /// A record of the log. Those of one room may come in any order: a room can change its shard.
  fileprivate mutating func note(_ record: JournalRecord) {
    logRecords += 1
    recordTime = max(recordTime, record.time)
    guard record.kind == .update || record.kind == .syncReply else { return }
    if let index = boards.firstIndex(where: { $0.name == record.board }) {
      boards[index].recordTime = max(boards[index].recordTime, record.time)
    } else {
      boards.append(Board(name: record.board, bytes: 0, recordTime: record.time))
    }
  }
}

extension RoomFiles {
  fileprivate func listing() throws(StorageError) -> RoomListing {
    var listing = RoomListing(room: room)
    listing.sequence = (try? coveredSequence()) ?? 0
    for name in ["stage.yjs.gz", "room.gz"] {
      guard let status = directory.status(name) else { continue }
      if name.hasPrefix("stage") { listing.stageBytes = status.bytes }
      listing.fileTime = max(listing.fileTime, status.changed)
    }
    var history: HistoryFiles?
    if let folder = try directory.directoryIfPresent("history") {
      history = HistoryFiles(directory: folder, room: room)
      for name in try folder.names() where HistoryFiles.number(name) != nil {
        guard let status = folder.status(name) else { continue }
        listing.historyBytes += status.bytes
        listing.fileTime = max(listing.fileTime, status.changed)
      }
    }
    if let boards = try directory.directoryIfPresent("boards") {
      for name in Self.boardNames(try boards.names()) {
        let file = SnapshotFile.board(name, in: boards)
        guard let status = boards.status(file.current) ?? boards.status(file.previous) else {
          continue
        }
        let header = try? file.newestHeader()
        listing.boards.append(
          .init(
            name: name, bytes: status.bytes, fileTime: status.changed, epoch: header?.epoch,
            sequence: header?.lastSequence))
        listing.fileTime = max(listing.fileTime, status.changed)
      }
    }
    if let history { listing.takeTimes(from: history, options) }
    return listing
  }
}

extension RoomListing {
  /// The times of records that the history has. The last change of a board is the record that its
  /// snapshot's sequence names, so that few members are unpacked.
  fileprivate mutating func takeTimes(from history: HistoryFiles, _ options: StoreOptions) {
    let wanted = Set(boards.compactMap(\.sequence))
    let records = history.records(around: wanted, limit: options.snapshotBytesLimit)
    recordTime = records.last?.time ?? 0
    for index in boards.indices {
      guard let sequence = boards[index].sequence else { continue }
      let name = boards[index].name
      let last = records.last { $0.board == name && $0.sequence <= sequence }
      if let last { boards[index].recordTime = last.time }
    }
  }
}
