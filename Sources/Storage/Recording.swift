/// The recording of a room: every record that history and log have, for who watches or keeps it.
///
/// Changes nothing and takes no lock, so it works beside a running hub; then it reaches as far as
/// the log did at the moment of `init`. The log's part (64 MiB at most as a rule) is in memory, the
/// history is read member by member.
///
/// - Source: Protocol/storage.md §2, §3, §6.
public struct Recording: Sendable {
  public let room: RoomID
  /// Stretches of files that are no records. What they cost says `Cursor.lost`.
  public let damage: [Damage]
  /// Files of the room say that there were records up to here, at least.
  public let covered: UInt64

  private let history: Directory?
  private let places: [Place]
  private let log: [JournalRecord]
  private let options: StoreOptions

  fileprivate struct Place: Sendable {
    var file: UInt64
    var member: HistoryFiles.Member
  }

  /// - Throws: `io`, `notAStore`, `newerFormat`; `noRecording` where nothing is known of the room.
  public init(of room: RoomID, in path: String) throws(StorageError) {
    let options = StoreOptions()
    let root = try Directory.openStore(path)
    // In the order in which a checkpoint takes records over: what goes on meanwhile is only found
    // twice.
    var damage: [Damage] = []
    var log: [JournalRecord] = []
    if let wal = try root.directoryIfPresent("wal") {
      log = try Self.log(of: room, in: wal, &damage)
    }
    var places: [Place] = []
    var history: Directory?
    var covered: UInt64 = 0
    var files: RoomFiles?
    if let rooms = try root.directoryIfPresent("rooms") {
      files = try RoomFiles.find(room, in: rooms, options)
    }
    if let files {
      do { covered = try files.coveredSequence() } catch {
        guard error.isDamage else { throw error }
        damage.append(Damage(error, file: "\(files.directory.path)/room.gz", lost: .unknown))
      }
      history = try files.directory.directoryIfPresent("history")
    }
    if let history {
      places = try Self.places(in: HistoryFiles(directory: history, room: room), &damage)
    }
    guard files != nil || !log.isEmpty else { throw .noRecording(room: room, path: path) }
    self.room = room
    self.options = options
    self.history = history
    self.covered = covered
    self.log = log.inOrder()
    self.places = places.sorted { $0.member.header.firstSequence < $1.member.header.firstSequence }
    self.damage = damage
  }

  private static func log(
    of room: RoomID, in wal: Directory, _ damage: inout [Damage]
  ) throws(StorageError) -> [JournalRecord] {
    var records: [JournalRecord] = []
    for name in try wal.names() where SegmentName(name) != nil {
      let path = "\(wal.path)/\(name)"
      do {
        guard let bytes = try wal.fileIfPresent(name)?.readAll(), !LogReader.isUnused(bytes)
        else { continue }
        let scan = try LogReader.scan(bytes, path: path) { offset, header, owner in
          guard owner == room else { return }
          records.append(header.record(bytes.span, at: offset, room: room))
        }
        damage += scan.broken.map {
          Damage(file: path, range: $0.range, reason: "wrong checksum", lost: .known($0.lost))
        }
      } catch {
        guard error.isDamage else { throw error }
        damage.append(Damage(error, file: path, lost: .known("the whole segment")))
      }
    }
    return records
  }

  private static func places(
    in history: HistoryFiles, _ damage: inout [Damage]
  ) throws(StorageError) -> [Place] {
    var places: [Place] = []
    for number in try history.numbers() {
      let name = HistoryFiles.name(number)
      do {
        guard let file = try history.directory.fileIfPresent(name) else { continue }
        let (members, broken) = try HistoryFiles.members(of: try file.readAll(), path: file.path)
        places += members.map { Place(file: number, member: $0) }
        damage += broken.map {
          Damage(file: file.path, range: $0, reason: "no good batch of records", lost: .batch)
        }
      } catch {
        guard error.isDamage else { throw error }
        let path = "\(history.directory.path)/\(name)"
        damage.append(Damage(error, file: path, lost: .known("the records in it")))
      }
    }
    return places
  }

  /// A reader at the first record. Any number of them may go over a recording.
  public func cursor() -> Cursor { Cursor(self) }

  /// Goes through a recording, by sequence, each record once.
  ///
  /// - Memory: a member of the history (256 KiB of records, or one that is bigger).
  public struct Cursor {
    /// Sequences that were passed over because no file has their records. At the end of the
    /// recording all of them are here.
    public private(set) var lost: [ClosedRange<UInt64>] = []
    /// Members whose bytes did not hold what their headers promised.
    public private(set) var damage: [Damage] = []

    private let recording: Recording
    private var nextPlace = 0
    private var nextLogged = 0
    private var batch: [JournalRecord] = []
    private var nextInBatch = 0
    private var last: UInt64 = 0
    private var isAtEnd = false

    fileprivate init(_ recording: Recording) { self.recording = recording }

    /// The next record; nil at the end.
    public mutating func next() throws(StorageError) -> JournalRecord? {
      // Whichever comes first: records that the history lacks may be in the log still.
      let archived = try archived()
      while nextLogged < recording.log.count, recording.log[nextLogged].sequence <= last {
        nextLogged += 1
      }
      let logged = nextLogged < recording.log.count ? recording.log[nextLogged] : nil
      guard let record = Self.first(archived, logged) else {
        finish()
        return nil
      }
      if record.sequence > last + 1 { lost.append(last + 1...record.sequence - 1) }
      last = record.sequence
      return record
    }

    private static func first(
      _ archived: JournalRecord?, _ logged: JournalRecord?
    ) -> JournalRecord? {
      guard let archived, let logged else { return archived ?? logged }
      return logged.sequence < archived.sequence ? logged : archived
    }

    /// The next record of the history that has not been handed out.
    private mutating func archived() throws(StorageError) -> JournalRecord? {
      while true {
        while nextInBatch < batch.count {
          if batch[nextInBatch].sequence > last { return batch[nextInBatch] }
          nextInBatch += 1
        }
        guard let history = recording.history, nextPlace < recording.places.count else {
          return nil
        }
        let place = recording.places[nextPlace]
        nextPlace += 1
        nextInBatch = 0
        batch = try read(place, in: history)
      }
    }

    private mutating func read(
      _ place: Place, in history: Directory
    ) throws(StorageError) -> [JournalRecord] {
      guard place.member.header.lastSequence > last else { return [] }
      let name = HistoryFiles.name(place.file)
      do {
        let file = try history.file(name, .read)
        let header = place.member.header
        let bytes = try file.read(Int(header.memberCount), at: place.member.offset)
        return try HistoryFiles.records(
          of: .init(offset: 0, header: header), in: bytes, path: file.path, recording.room,
          recording.options.snapshotBytesLimit)
      } catch {
        guard error.isDamage else { throw error }
        let path = "\(history.path)/\(name)"
        damage.append(Damage(error, file: path, size: place.member.end, lost: .batch))
        return []
      }
    }

    private mutating func finish() {
      guard !isAtEnd else { return }
      isAtEnd = true
      if last < recording.covered { lost.append(last + 1...recording.covered) }
    }
  }
}
