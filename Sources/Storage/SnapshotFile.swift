/// A file of one gzip member that is replaced as a whole: a board, the stage, the room's own data.
/// The generation before stays beside it until the next one is durable.
struct SnapshotFile: Sendable {
  let directory: Directory
  /// `<stem>.<suffix>`: the current generation.
  let stem: String
  let suffix: String
  let kind: MemberKind

  static func board(_ name: String, in directory: Directory) -> SnapshotFile {
    SnapshotFile(directory: directory, stem: name, suffix: "yjs.gz", kind: .board)
  }
  static func stage(in directory: Directory) -> SnapshotFile {
    SnapshotFile(directory: directory, stem: "stage", suffix: "yjs.gz", kind: .stage)
  }
  static func room(in directory: Directory) -> SnapshotFile {
    SnapshotFile(directory: directory, stem: "room", suffix: "gz", kind: .room)
  }

  var current: String { "\(stem).\(suffix)" }
  var previous: String { "\(stem).prev.\(suffix)" }
  /// A damaged current generation is kept under this name, for whoever wants to look at it.
  var damaged: String { "\(stem).damaged.\(suffix)" }
  var temporary: String { "\(stem).tmp.\(suffix)" }

  struct Generation: Sendable {
    var header: MemberHeader
    var plain: [UInt8]
  }

  /// What stands in for a file of which no generation is left.
  static let recordsAlone = "the records of history and log"

  struct Loaded: Sendable {
    /// `nil` if there is nothing that can be read.
    var generation: Generation?
    /// The newest generation could not be used: what it held beyond `generation` has to come from
    /// the history and the log.
    var fellBack = false
    var damage: [Damage] = []
    /// There is no current generation, only the one before: somebody took the file away, or a
    /// checkpoint did not end.
    var absence: Damage?
  }

  /// There is no current generation, but there was one.
  var fellBack: Bool {
    directory.status(current) == nil
      && (directory.status(previous) != nil || directory.status(damaged) != nil)
  }

  /// The current generation was there, was not set aside because of damage, and its successor does
  /// not lie there either, as it would after a kill between the two renames.
  private var isMissing: Bool {
    directory.status(previous) != nil && directory.status(damaged) == nil
      && directory.status(temporary) == nil
  }

  /// That it is gone although it was there; what that costs is for the records to say.
  var absence: Damage {
    Damage(file: path(of: current), range: 0..<0, reason: "is missing", lost: .unknown)
  }

  func path(of name: String) -> String { "\(directory.path)/\(name)" }

  /// The newest good generation. What a damaged one costs is `unknown` here: that depends on the
  /// records, which the room has.
  ///
  /// - Throws: `newerFormat`, and troubles that say nothing about the file (no descriptors left).
  func load(limit: Int) throws(StorageError) -> Loaded {
    var loaded = Loaded()
    do {
      if let generation = try read(current, limit: limit) {
        loaded.generation = generation
        return loaded
      }
      if isMissing { loaded.absence = absence }
    } catch {
      guard error.isDamage else { throw error }
      loaded.damage.append(damage(current, error))
      // Out of the way, so that the next checkpoint does not push the good generation out.
      try? directory.rename(current, to: damaged)
      try? directory.sync()
    }
    do {
      loaded.generation = try read(previous, limit: limit)
    } catch {
      guard error.isDamage else { throw error }
      loaded.damage.append(damage(previous, error))
    }
    let substitute =
      loaded.generation == nil
      ? Self.recordsAlone : "the generation before it, and the records since"
    for index in loaded.damage.indices { loaded.damage[index].instead = substitute }
    loaded.absence?.instead = substitute
    loaded.fellBack = loaded.generation != nil || !loaded.damage.isEmpty
      || directory.status(damaged) != nil
    return loaded
  }

  private func damage(_ name: String, _ error: StorageError) -> Damage {
    Damage(
      error, file: path(of: name), size: directory.status(name)?.bytes ?? 0, lost: .unknown)
  }

  /// The generation in the file `name`; `nil` if there is no such file.
  func read(_ name: String, limit: Int) throws(StorageError) -> Generation? {
    guard let file = try directory.fileIfPresent(name) else { return nil }
    // The header first: what it says, and what the file has, bounds what is read.
    let size = try file.size()
    let head = try file.read(min(size, MemberHeader.byteCount), at: 0)
    let header = try MemberHeader(head.span, at: 0, path: file.path)
    guard header.kind == kind else {
      throw .damaged(path: file.path, offset: 17, reason: "is another kind of file")
    }
    guard header.memberCount == UInt64(size) else {
      throw .damaged(
        path: file.path, offset: min(size, Int(header.memberCount)),
        reason: "has \(size) bytes, and \(header.memberCount) were written")
    }
    // Deflate may add a little to what it cannot shrink.
    let bytes = try file.readAll(limit: limit + limit >> 8 + 1024)
    return Generation(
      header: header, plain: try header.plain(bytes, at: 0, path: file.path, limit: limit))
  }

  /// The header of the newest generation that has a good one, without reading the content.
  func newestHeader() throws(StorageError) -> MemberHeader? {
    for name in [current, previous] {
      do {
        guard let file = try directory.fileIfPresent(name) else { continue }
        let bytes = try file.read(MemberHeader.byteCount, at: 0)
        return try MemberHeader(bytes.span, at: 0, path: file.path)
      } catch { guard error.isDamage else { throw error } }
    }
    return nil
  }

  /// Replaces the file: temporary file, sync, current becomes previous, temporary becomes current.
  /// The caller syncs the directory, once for all files in it.
  func write(
    _ plain: [UInt8], epoch: UInt64, sequence: UInt64, level: Int
  ) throws(StorageError) {
    let header = MemberHeader(
      kind: kind, epoch: epoch, firstSequence: sequence, lastSequence: sequence)
    try directory.unlink(temporary)
    let file = try directory.file(temporary, .create)
    do throws(StorageError) {
      try file.write(header.member(plain, level: level), at: 0)
      try file.sync()
      if directory.status(current) != nil { try directory.rename(current, to: previous) }
      try directory.rename(temporary, to: current)
    } catch {
      try? directory.unlink(temporary)
      throw error
    }
  }
}
