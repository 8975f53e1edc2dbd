import Glibc

/// What verify found of one snapshot.
struct SnapshotState {
  enum Generation {
    case absent
    case good(sequence: UInt64)
    /// The hub sees that too, and takes something else.
    case broken(Damage)
    /// The checksum is right and the content is not: the hub takes it all the same.
    case undecodable(Damage, sequence: UInt64)
  }

  let file: SnapshotFile
  let content: VerifiedContent
  /// Of the current generation.
  var path: String
  var current = Generation.absent
  var previous = Generation.absent
  /// A damaged generation lies beside it.
  var wasSetAside = false
  /// Part of the newest good generation does not show.
  var incomplete: Damage?
  /// Of the room's own file: the documents that it names, by its newest good generation.
  var documents: [String] = []

  init(_ file: SnapshotFile, _ content: VerifiedContent) {
    self.file = file
    self.content = content
    path = file.path(of: file.current)
  }

  /// The newest sequence that a whole header tells of; 0 without one.
  var newest: UInt64 { max(current.told, previous.told) }
  var isThere: Bool { if case .good = current { true } else { false } }
  /// The hub goes back to the generation before, or to none.
  var fallsBack: Bool { if case .broken = current { true } else { file.fellBack } }
}

extension SnapshotState.Generation {
  /// Of a good generation, else 0.
  var sequence: UInt64 { if case .good(let sequence) = self { sequence } else { 0 } }

  fileprivate var told: UInt64 {
    switch self {
    case .good(let sequence), .undecodable(_, let sequence): sequence
    case .absent, .broken: 0
    }
  }

  fileprivate var damage: Damage? {
    switch self {
    case .broken(let damage), .undecodable(let damage, _): damage
    case .absent, .good: nil
    }
  }
}

extension Verifier {
  /// How far a room's own file says that its files reach, and how far anything of it does.
  struct Reach {
    var covered: UInt64
    var end: UInt64
    /// Something good vouches for `end`: the room's file, or a history that is whole.
    var isEndKnown: Bool
  }

  /// What a bad or missing generation costs, and what stands in for it.
  private typealias Cost = (lost: Damage.Loss, instead: String)

  /// Reads both generations of a snapshot and decodes them. What is missing or broken is judged
  /// later, when it is known what the history has.
  mutating func examine(
    _ file: SnapshotFile, as content: VerifiedContent
  ) throws(StorageError) -> SnapshotState {
    var state = SnapshotState(file, content)
    var files = 0
    for attempt in 1...Self.tries {
      files = 0
      (state.documents, state.incomplete) = ([], nil)
      state.current = try generation(file.current, of: &state, &files)
      state.previous = try generation(file.previous, of: &state, &files)
      // Beside a hub it may be just between its two renames.
      if state.isThere || !report.hubIsRunning { break }
      if attempt < Self.tries { pause(milliseconds: 50) }
    }
    report.files += files
    state.wasSetAside = file.directory.status(file.damaged) != nil
    if state.wasSetAside {
      report.notes.append("\(file.path(of: file.damaged)): was set aside because of damage")
    }
    return state
  }

  private func generation(
    _ name: String, of state: inout SnapshotState, _ files: inout Int
  ) throws(StorageError) -> SnapshotState.Generation {
    let path = state.file.path(of: name)
    do {
      guard let found = try state.file.read(name, limit: options.snapshotBytesLimit) else {
        return .absent
      }
      files += 1
      let sequence = found.header.lastSequence
      switch decode(state.content, found.plain) {
      case .undecodable(let reason)?:
        let damage = Damage(
          file: path, range: 0..<0, reason: "cannot be decoded: \(reason)", lost: .unknown)
        return .undecodable(damage, sequence: sequence)
      case .incomplete(let reason)? where name == state.file.current || !state.isThere:
        state.incomplete = Damage(
          file: path, range: 0..<0, reason: reason,
          lost: .known("what waits, until somebody brings what it builds on"))
      case .incomplete, nil: break
      }
      if case .meta = state.content, state.documents.isEmpty {
        state.documents = options.documents(found.plain)
      }
      return .good(sequence: sequence)
    } catch {
      guard error.isDamage else { throw error }
      let size = state.file.directory.status(name)?.bytes ?? 0
      return .broken(Damage(error, file: path, size: size, lost: .unknown))
    }
  }

  /// Reports what is wrong with a board or the stage.
  ///
  /// - Parameter needed: The last sequence that it has to hold: of its last record that the
  ///   room's file covers; 0 if there is none.
  /// - Parameter isNamed: Whether the room's file says that there is such a document.
  mutating func judge(
    _ state: SnapshotState, of room: RoomID, needed: UInt64, isNamed: Bool, _ reach: Reach
  ) {
    let (base, path) = (state.previous.sequence, state.path)
    let cost = cost(of: state, room, isNamed: isNamed, reach)
    switch state.current {
    case .good(let sequence) where sequence < needed:
      let changes = "what sequences \(sequence + 1) to \(needed) changed in it"
      report.damage.append(
        Damage(
          file: path, range: 0..<0,
          reason: "is older than the room: it reaches sequence \(sequence), not \(needed)",
          lost: .known("\(changes), but for the history")))
    case .good: break
    case .absent where base == 0 && needed == 0 && !isNamed && state.previous.damage == nil: break
    case .absent
    where base > 0 && base >= needed && cost.lost == .nothing && isInterrupted(state, room, reach):
      noteInterrupted(path, base)
    case .absent: add(state.absence, cost)
    case .broken(let damage), .undecodable(let damage, _): add(damage, cost)
    }
    if let incomplete = state.incomplete { report.damage.append(incomplete) }
    judgePrevious(state, cost)
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
    let (base, path) = (state.previous.sequence, state.path)
    let cost = cost(of: state, room, isNamed: false, reach)
    switch state.current {
    case .good: break
    case .absent where base > 0 && cost.lost == .nothing && isInterrupted(state, room, reach):
      noteInterrupted(path, base)
    case .absent where base == 0 && state.previous.damage == nil:
      // Until the file is there the log keeps everything: where it does not, the file was there.
      // Beside a hub a room may be younger than our look at the log.
      let first = sequences[room]?.firstInLog ?? (report.hubIsRunning ? 1 : .max)
      if reach.end > 0 && first > 1 { add(state.absence, cost) }
    case .absent: add(state.absence, cost)
    case .broken(let damage), .undecodable(let damage, _): add(damage, cost)
    }
    judgePrevious(state, cost)
  }

  /// A bad generation costs nothing while a good one is newer. Else both lines say the same,
  /// because together they cost what they cost: only one of them can be taken.
  private mutating func judgePrevious(_ state: SnapshotState, _ cost: Cost) {
    guard let damage = state.previous.damage else { return }
    switch state.current {
    case .good: add(damage, (.nothing, "the newer generation"))
    case .undecodable: add(damage, (.unknown, ""))
    case .absent, .broken: add(damage, cost)
    }
  }

  /// What it costs that there is no good current generation: the hub has the generation before it
  /// and the records since, or the records alone. Where they do not begin with the room's first one
  /// a board that the room's file names is not opened half, and the room not without it.
  private func cost(
    of state: SnapshotState, _ room: RoomID, isNamed: Bool, _ reach: Reach
  ) -> Cost {
    switch (state.current, state.previous) {
    case (.undecodable, _): return (.known("what it held, \(Self.untilReplaced)"), "")
    case (_, .undecodable):
      let name = state.file.previous
      return (.known("what \(name) held, \(Self.untilReplaced)"), "")
    default: break
    }
    let base = state.previous.sequence
    let source =
      base > 0
      ? "the generation before it (sequence \(base)) and the records since"
      : SnapshotFile.recordsAlone
    let gaps = sequences[room, default: .init()].missing(after: base, through: reach.end)
    if gaps.isEmpty { return (reach.isEndKnown ? .nothing : .unknown, source) }
    let stretches = gaps.prefix(3).map { "\($0.lowerBound) to \($0.upperBound)" }
    if isNamed, base == 0, gaps[0].lowerBound == 1, case .board = state.content {
      return (.known("the board, and \(Self.closedRoom)"), "")
    }
    var lost = "what sequences \(stretches.joined(separator: ", ")) changed"
    if gaps.count > 3 {
      lost += ", and more"
    } else if !reach.isEndKnown {
      lost += ", and perhaps more"
    }
    return (.known(lost), source)
  }

  /// The hub takes what has the right checksum, and so nothing in its place.
  private static let untilReplaced = "until that file is replaced or put away"

  private static let closedRoom =
    "the room, which stays closed until a copy of the file is put back (Protocol/storage.md §9)"

  private mutating func add(_ damage: Damage, _ cost: Cost) {
    var damage = damage
    (damage.lost, damage.instead) = cost
    report.damage.append(damage)
  }

  private mutating func noteInterrupted(_ path: String, _ base: UInt64) {
    // Beside a running hub the write goes on.
    if report.hubIsRunning { return }
    report.notes.append(
      "\(path): its last write was interrupted; nothing is lost: the generation before it "
        + "(sequence \(base)) and the log have everything")
  }
}

extension SnapshotState {
  fileprivate var absence: Damage {
    let reason = wasSetAside ? "was set aside because of damage" : "is missing"
    return Damage(file: path, range: 0..<0, reason: reason, lost: .unknown)
  }
}

extension SnapshotFile {
  /// Every name that a snapshot may leave in its directory.
  var names: [String] { [current, previous, damaged, temporary] }
}

func pause(milliseconds: Int) { _ = usleep(UInt32(milliseconds) * 1000) }
