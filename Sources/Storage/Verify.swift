import Glibc

/// What `Store.verify` hands to its caller to decode.
public enum VerifiedContent: Sendable {
  /// A board's snapshot: one Yjs update.
  case board
  /// The stage's snapshot: one Yjs update.
  case stage
  /// What `Checkpoint.meta` held.
  case meta
  /// What `Store.saveJam` was given, and a line feed.
  case jam
  /// The payload of a record.
  case record(RecordKind)
}

/// What its caller says of content that is not as it should be; the text is a clause for people.
public enum VerifiedFault: Equatable, Sendable, ExpressibleByStringLiteral {
  /// It cannot be decoded.
  case undecodable(String)
  /// It opens, but part of it waits for what is not in it, and does not show.
  case incomplete(String)

  public init(stringLiteral reason: String) { self = .undecodable(reason) }

  public var reason: String {
    switch self { case .undecodable(let text), .incomplete(let text): text }
  }
}

/// What `Store.verify` found.
public struct VerifyReport: Sendable {
  /// A hub had the directory open: the ends of its files were still being written.
  public var hubIsRunning = false
  public var rooms = 0
  public var boards = 0
  /// Files read, and records in log and history together: one that both have counts once, as it
  /// does from a checkpoint until its log segment goes.
  public var files = 0
  public var records = 0
  public var damage: [Damage] = []
  /// What is no damage but worth a line: torn ends, files set aside.
  public var notes: [String] = []
  /// Names that are none of ours.
  public var unexpected: [String] = []

  public var isClean: Bool { damage.isEmpty }
}

extension Store {
  /// Reads every byte below `path` and checks every checksum, that the sequences of each room
  /// have no gaps, that the history reaches every snapshot, and that no snapshot is missing or
  /// older than its room. Changes nothing and takes no lock, so it may run beside a hub.
  ///
  /// - Parameters:
  ///   - decode: Called with the content of every snapshot and record; says what is wrong with it,
  ///     or `nil` if nothing is.
  ///   - documents: As `StoreOptions.documents`: only this knows of a board of which nothing is
  ///     left.
  /// - Limits: the last record of a log that nobody closed cannot be told from a torn write, so a
  ///   flipped bit there is a note.
  /// - Throws: `io` if the directory cannot be read, `notAStore`, `newerFormat`.
  public static func verify(
    _ path: String, decode: (VerifiedContent, [UInt8]) -> VerifiedFault? = { _, _ in nil },
    documents: @escaping @Sendable (_ meta: [UInt8]) -> [String] = { _ in [] }
  ) throws(StorageError) -> VerifyReport {
    try withoutActuallyEscaping(decode) { decode throws(StorageError) in
      var verifier = try Verifier(path, decode)
      verifier.options.documents = documents
      try verifier.run()
      return verifier.report
    }
  }
}

/// One run of `verify`. The log is read before the rooms: a checkpoint that comes in between then
/// only makes records appear twice, never not at all.
struct Verifier {
  var report = VerifyReport()
  let root: Directory
  let decode: (VerifiedContent, [UInt8]) -> VerifiedFault?
  var options = StoreOptions()
  /// Sequences found so far, log and history together.
  var sequences: [RoomID: SequenceSet] = [:]
  private static let everyToken = Damage.Loss.known("the key, and with it every token made so far")
  /// How often a file is read again before damage beside a running hub is believed.
  static let tries = 4

  init(
    _ path: String, _ decode: @escaping (VerifiedContent, [UInt8]) -> VerifiedFault?
  ) throws(StorageError) {
    root = try Directory.openStore(path)
    self.decode = decode
    report.hubIsRunning = try DataLock.isHeld(in: root)
  }

  mutating func run() throws(StorageError) {
    report.unexpected += Layout.unexpected(in: try root.names(), at: root.path)
    try checkSmallFiles()
    try checkJams()
    try checkLog()
    defer { report.records = sequences.values.reduce(0) { $0 + $1.count } }
    guard let rooms = try folder("rooms", in: root, lost: .known("every room")) else { return }
    let (found, unexpected) = try Store.roomIDs(in: rooms)
    report.unexpected += unexpected
    for room in found {
      guard let files = try RoomFiles.find(room, in: rooms, options) else { continue }
      try check(files)
    }
    report.rooms = Set(found).union(sequences.keys).count
    for room in Set(sequences.keys).subtracting(found).sorted() {
      checkSequences(of: room, in: rooms.path)
    }
  }

  private mutating func checkSmallFiles() throws(StorageError) {
    let keyPath = "\(root.path)/keys/\(SigningKeyFile.name)"
    var hasKey = false
    if let keys = try folder("keys", in: root, lost: Self.everyToken) {
      do {
        hasKey = try SigningKeyFile.check(in: keys)
        if hasKey { report.files += 1 }
      } catch {
        hasKey = true
        try note(error, file: keyPath, lost: Self.everyToken)
      }
      report.unexpected += try keys.names()
        .filter { $0 != SigningKeyFile.name && !Layout.tlsKeys.contains($0) }
        .map { "\(keys.path)/\($0)" }
    }
    // Whoever takes the key away revokes all tokens, so this is no damage by itself.
    if !hasKey, root.status("rooms") != nil {
      report.notes.append(
        "\(keyPath): is missing; the hub makes a new one, and tokens made so far open nothing")
    }
    if let aside = try folder("damaged", in: root, lost: .nothing) {
      report.notes += try aside.names().map {
        "\(aside.path)/\($0): was set aside because of damage"
      }
    }
  }

  /// A folder of ours, or `nil` where there is none; something else in its place is damage.
  mutating func folder(
    _ name: String, in parent: Directory, lost: Damage.Loss
  ) throws(StorageError) -> Directory? {
    do { return try parent.directoryIfPresent(name) } catch {
      guard case .io(.open, let path, ENOTDIR) = error else { throw error }
      report.damage.append(Damage(file: path, range: 0..<0, reason: "is no folder", lost: lost))
      return nil
    }
  }

  /// Damage goes into the report; everything else ends the run.
  mutating func note(
    _ error: StorageError, file: String, size: Int = 0, lost: Damage.Loss, instead: String = ""
  ) throws(StorageError) {
    guard error.isDamage else { throw error }
    report.damage.append(
      Damage(error, file: file, size: size, lost: lost, instead: instead))
  }

  // MARK: Log

  private mutating func checkLog() throws(StorageError) {
    var marker: CleanMarker?
    if !report.hubIsRunning {
      do { marker = try CleanMarker.read(in: root) } catch {
        try note(
          error, file: "\(root.path)/\(CleanMarker.name)", lost: .nothing,
          instead: CleanMarker.substitute)
      }
    }
    // Made in this order at every start: a later one says that the earlier one was there.
    let hasSegments: Bool
    if let wal = try folder("wal", in: root, lost: .known("what only the log had")) {
      hasSegments = try checkSegments(in: wal, marker)
    } else {
      hasSegments = false
      if root.status("wal") == nil, root.status("rooms") != nil {
        let wasEmpty = marker?.lengths.isEmpty == true
        noteMissing("wal", lost: wasEmpty ? .nothing : .known("what only the log had"))
      }
    }
    if root.status("rooms") == nil, hasSegments || marker != nil {
      noteMissing("rooms", lost: .known("every room, but for what the log has"))
    }
  }

  private mutating func noteMissing(_ name: String, lost: Damage.Loss) {
    report.damage.append(
      Damage(file: "\(root.path)/\(name)", range: 0..<0, reason: "is missing", lost: lost))
  }

  /// Returns whether there is any segment.
  private mutating func checkSegments(
    in wal: Directory, _ marker: CleanMarker?
  ) throws(StorageError) -> Bool {
    var found: [SegmentName] = []
    for text in try wal.names() {
      if let name = SegmentName(text) { found.append(name) }
      else { report.unexpected.append("\(wal.path)/\(text)") }
    }
    let sizes = Dictionary(
      uniqueKeysWithValues: found.map { ($0, wal.status($0.description)?.bytes ?? 0) })
    for name in found {
      let isLast = !sizes.contains {
        $0.key.follows(name) && $0.value > SegmentHeader.byteCount
      }
      try checkSegment(name, in: wal, isLast: isLast, expected: marker?.lengths[name])
    }
    for (name, bytes) in marker?.lengths ?? [:] where !found.contains(name) {
      noteMissing("wal/\(name.description)", lost: .known("\(bytes) bytes of log"))
    }
    return !found.isEmpty
  }

  private mutating func checkSegment(
    _ name: SegmentName, in wal: Directory, isLast: Bool, expected: Int?
  ) throws(StorageError) {
    var findings = Findings()
    do {
      guard let file = try wal.fileIfPresent(name.description) else { return }
      report.files += 1
      for attempt in 1...Self.tries {
        findings = try read(file, isLast: isLast, expected: expected)
        if findings.damage.isEmpty || !report.hubIsRunning { break }
        if attempt < Self.tries { pause(milliseconds: 50) }
      }
    } catch {
      let path = "\(wal.path)/\(name.description)"
      let size = wal.status(name.description)?.bytes ?? 0
      try note(error, file: path, size: size, lost: .known("the whole segment"))
    }
    report.damage += findings.damage
    report.notes += findings.notes
    for (room, set) in findings.sequences { sequences[room, default: .init()].insert(set) }
  }

  private struct Findings {
    var damage: [Damage] = []
    var notes: [String] = []
    var sequences: [RoomID: SequenceSet] = [:]
  }

  private func read(
    _ file: File, isLast: Bool, expected: Int?
  ) throws(StorageError) -> Findings {
    var findings = Findings()
    let bytes = try file.readAll()
    let path = file.path
    if expected == nil && LogReader.isUnused(bytes) {
      // A running hub has just made it and is about to write.
      if !report.hubIsRunning { findings.notes.append("\(path): was never used") }
      return findings
    }
    let scan = try LogReader.scan(bytes, path: path) { offset, header, room in
      findings.sequences[room, default: .init()].insert(log: header.sequence)
      let record = header.record(bytes.span, at: offset, room: room)
      if let fault = decode(.record(header.kind), record.payload) {
        findings.damage.append(
          Damage(
            file: path, range: offset..<offset + header.length,
            reason: "cannot be decoded: \(fault.reason)",
            lost: .known("record \(header.sequence) of \(room)")))
      }
    }
    let verdict = scan.verdict(path, size: bytes.count, isLast: isLast, expected: expected)
    findings.damage += verdict.damage
    if verdict.isTorn && !report.hubIsRunning {
      findings.notes.append(
        "\(path): the last write was interrupted; its \(scan.tornBytes) bytes from "
          + "\(scan.end) on count for nothing")
    }
    return findings
  }
}
