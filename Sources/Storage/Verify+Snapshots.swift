import Glibc

/// What verify found of one snapshot.
struct SnapshotState {
  enum Generation {
    case absent
    case good(sequence: UInt64)
    case bad(StorageError)
  }

  let file: SnapshotFile
  let content: VerifiedContent
  /// Of the current generation.
  var path: String
  var current = Generation.absent
  var previous = Generation.absent
  /// A damaged generation lies beside it.
  var wasSetAside = false

  init(_ file: SnapshotFile, _ content: VerifiedContent) {
    self.file = file
    self.content = content
    path = file.path(of: file.current)
  }

  /// The newest sequence of a good generation; 0 without one.
  var newest: UInt64 { max(current.sequence, previous.sequence) }
  var isThere: Bool { if case .good = current { true } else { false } }
}

extension SnapshotState.Generation {
  var sequence: UInt64 { if case .good(let sequence) = self { sequence } else { 0 } }
}

extension Verifier {
  /// How far a room's own file says that its files reach, and how far anything of it does.
  struct Reach {
    var covered: UInt64
    var end: UInt64
  }

  /// Reads both generations of a snapshot and decodes them. What is missing or broken is judged
  /// later, when it is known what the history has.
  mutating func examine(
    _ file: SnapshotFile, as content: VerifiedContent
  ) throws(StorageError) -> SnapshotState {
    var state = SnapshotState(file, content)
    var faults: [Damage] = []
    var files = 0
    for attempt in 1...Self.tries {
      (faults, files) = ([], 0)
      state.current = try generation(file.current, of: state, &faults, &files)
      state.previous = try generation(file.previous, of: state, &faults, &files)
      // Beside a hub it may be just between its two renames.
      if state.isThere || !report.hubIsRunning { break }
      if attempt < Self.tries { pause(milliseconds: 50) }
    }
    report.damage += faults
    report.files += files
    state.wasSetAside = file.directory.status(file.damaged) != nil
    if state.wasSetAside {
      report.notes.append("\(file.path(of: file.damaged)): was set aside because of damage")
    }
    return state
  }

  private func generation(
    _ name: String, of state: SnapshotState, _ faults: inout [Damage], _ files: inout Int
  ) throws(StorageError) -> SnapshotState.Generation {
    do {
      guard let found = try state.file.read(name, limit: options.snapshotBytesLimit) else {
        return .absent
      }
      files += 1
      if let reason = decode(state.content, found.plain) {
        let isCurrent = name == state.file.current
        faults.append(
          Damage(
            file: state.file.path(of: name), range: 0..<0, reason: "cannot be decoded: \(reason)",
            lost: isCurrent ? "the room, which stays closed until the file is replaced" : ""))
      }
      return .good(sequence: found.header.lastSequence)
    } catch {
      guard error.isDamage else { throw error }
      return .bad(error)
    }
  }

  /// Reports what is wrong with a board or the stage.
  ///
  /// - Parameter needed: The last sequence that it has to hold: of its last record that the
  ///   room's file covers; 0 if there is none.
  mutating func judge(_ state: SnapshotState, of room: RoomID, needed: UInt64, _ reach: Reach) {
    let file = state.file
    let (base, path) = (state.previous.sequence, state.path)
    switch state.current {
    case .good(let sequence) where sequence < needed:
      report.damage.append(
        Damage(
          file: path, range: 0..<0,
          reason: "is older than the room: it reaches sequence \(sequence), not \(needed)",
          lost: "what sequences \(sequence + 1) to \(needed) changed in it, but for the history"))
    case .good: break
    case .absent where base == 0 && needed == 0 && !state.previousIsBad: break
    case .absent where base > 0 && base >= needed && isInterrupted(state, room, reach):
      noteInterrupted(path, base)
    case .absent: add(state.absence, of: room, base, reach.end)
    case .bad(let error):
      add(Damage(error, file: path, size: file.size(of: file.current)), of: room, base, reach.end)
    }
    judgePrevious(state)
  }

  /// Whether a snapshot without a current generation may have been between its two renames when
  /// the hub ended: the new one lies there still, or the log has what the checkpoint was to cover.
  private func isInterrupted(_ state: SnapshotState, _ room: RoomID, _ reach: Reach) -> Bool {
    if state.file.directory.status(state.file.temporary) != nil { return true }
    return reach.end > reach.covered
      && sequences[room]?.firstInLog ?? .max <= reach.covered + 1
  }

  /// Reports what is wrong with the room's own file.
  mutating func judgeRoomFile(_ state: SnapshotState, of room: RoomID, _ reach: Reach) {
    let file = state.file
    let (base, path) = (state.previous.sequence, state.path)
    switch state.current {
    case .good: break
    case .absent where base > 0 && isInterrupted(state, room, reach): noteInterrupted(path, base)
    case .absent where base == 0 && !state.previousIsBad:
      // Until the file is there the log keeps everything: where it does not, the file was there.
      // Beside a hub a room may be younger than our look at the log.
      let first = sequences[room]?.firstInLog ?? (report.hubIsRunning ? 1 : .max)
      if reach.end > 0 && first > 1 { add(state.absence, of: room, base, reach.end) }
    case .absent: add(state.absence, of: room, base, reach.end)
    case .bad(let error):
      add(Damage(error, file: path, size: file.size(of: file.current)), of: room, base, reach.end)
    }
    judgePrevious(state)
  }

  private mutating func judgePrevious(_ state: SnapshotState) {
    guard case .bad(let error) = state.previous else { return }
    let file = state.file
    report.damage.append(
      Damage(
        error, file: file.path(of: file.previous), size: file.size(of: file.previous),
        instead: state.isThere ? "nothing is lost: the newer generation is good" : ""))
  }

  /// Adds damage to a current generation, with what the hub has in its place: the generation
  /// before (`base` is its sequence; 0: there is none) and the records since.
  private mutating func add(
    _ damage: Damage, of room: RoomID, _ base: UInt64, _ end: UInt64
  ) {
    var damage = damage
    let source =
      base > 0
      ? "the hub takes the generation before it (sequence \(base)) and the records since"
      : "the hub makes it anew from the records of history and log"
    let gaps = sequences[room, default: .init()].missing(after: base, through: end)
    if gaps.isEmpty {
      damage.instead = "nothing is lost: \(source)"
    } else {
      let stretches = gaps.prefix(3).map { "\($0.lowerBound) to \($0.upperBound)" }
      damage.lost = "what sequences \(stretches.joined(separator: ", ")) changed"
        + (gaps.count > 3 ? ", and more" : "")
      damage.instead = "for the rest \(source)"
    }
    report.damage.append(damage)
  }

  private mutating func noteInterrupted(_ path: String, _ base: UInt64) {
    report.notes.append(
      "\(path): its last write was interrupted; nothing is lost: the generation before it "
        + "(sequence \(base)) and the log have everything")
  }
}

extension SnapshotState {
  fileprivate var absence: Damage {
    let reason = wasSetAside ? "was set aside because of damage" : "is missing"
    return Damage(file: path, range: 0..<0, reason: reason)
  }

  fileprivate var previousIsBad: Bool { if case .bad = previous { true } else { false } }
}

extension SnapshotFile {
  /// Every name that a snapshot may leave in its directory.
  var names: [String] { [current, previous, damaged, temporary] }

  fileprivate func size(of name: String) -> Int { directory.status(name)?.bytes ?? 0 }
}

func pause(milliseconds: Int) { _ = usleep(UInt32(milliseconds) * 1000) }
