extension Store {
  static let jamsFolder = "jams"

  /// What `saveJam` was last given for each jam.
  ///
  /// - Throws: `damaged`, `newerFormat`, `io`, for the first file that cannot be read. Nothing is
  ///   taken for a damaged one: it says which links were withdrawn.
  public func jams() throws(StorageError) -> [Slug: [UInt8]] {
    var found: [Slug: [UInt8]] = [:]
    guard let folder = try root.directoryIfPresent(Self.jamsFolder) else { return found }
    for name in try folder.names() {
      guard let file = JamFile.jam(ofFile: name), !file.isTemporary else { continue }
      found[file.jam] = try Self.readJam(name, in: folder)
    }
    return found
  }

  static func readJam(_ name: String, in folder: Directory) throws(StorageError) -> [UInt8]? {
    guard let file = try folder.fileIfPresent(name) else { return nil }
    return try JamFile.decode(file.readAll(limit: JamFile.byteLimit), path: file.path)
  }

  /// Replaces what is known of a jam; on disk when this returns.
  ///
  /// One call at a time for each jam, on a queue that may wait for the disk.
  ///
  /// - Parameter content: A JSON object, not empty.
  /// - Throws: `io`, `tooLarge`, `closed`. What was there before is then still there, unless the
  ///   last sync failed: then nobody knows which of both is.
  public func saveJam(_ jam: Slug, _ content: [UInt8]) throws(StorageError) {
    guard !isClosed else { throw .closed }
    let bytes = JamFile.encode(content)
    guard bytes.count <= JamFile.byteLimit else {
      throw .tooLarge(
        what: "the description of jam \(jam)", bytes: bytes.count, limit: JamFile.byteLimit)
    }
    let folder = try root.directory(Self.jamsFolder)
    let temporary = JamFile.temporaryName(of: jam)
    try folder.unlink(temporary)
    let file = try folder.file(temporary, .create)
    do throws(StorageError) {
      try file.write(bytes, at: 0)
      try file.sync()
      try folder.rename(temporary, to: JamFile.name(of: jam))
    } catch {
      try? folder.unlink(temporary)
      throw error
    }
    try folder.sync()
  }

  /// Rooms that have files, or records in the log of the process before, each with the time at
  /// which those were written (µs since 1970): when something came to it last, or a little later.
  /// Reads names alone.
  public func changeTimes() throws(StorageError) -> [RoomID: Int64] {
    var times = tailTimes()
    for room in try Self.roomIDs(in: rooms).found {
      guard let files = try RoomFiles.find(room, in: rooms, options) else { continue }
      let file = SnapshotFile.room(in: files.directory)
      let status = files.directory.status(file.current) ?? files.directory.status(file.previous)
      if let status { times[room] = max(times[room] ?? 0, status.changed) }
    }
    return times
  }
}
