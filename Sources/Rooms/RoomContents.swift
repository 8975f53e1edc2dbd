public import CRDT
public import Lib0
public import Storage

/// A room as it was read from disk: documents decoded, the log's tail applied.
///
/// Made beside the live path, because a big document takes tens of milliseconds.
public struct RoomContents: Sendable {
  public struct Board: Sendable {
    var name: String
    var creator: String?
    var epoch: UInt64
    var doc: Doc
    /// What builds on lost content: kept beside the document, in which nothing pends.
    var waiting: Update?
    var sequence: UInt64
    var checkpointed: UInt64
    /// The first sequence behind which part of the document waited; its snapshot's where it came
    /// with that.
    var waitsSince: UInt64?

    /// Leaves what waits out of the document.
    fileprivate mutating func setAside(
      _ part: Update, _ hubClient: ClientID
    ) throws(UpdateError) {
      let shown = try Update(v1: doc.integratedStateAsUpdate())
      doc = Doc.ofPeers(hubClient)
      doc.apply(shown)
      waiting = part
    }
  }

  var boards: [Board] = []
  var meta = RoomMeta()
  var sequence: UInt64 = 0
  /// Some file of the room was damaged, so that something may be lost.
  var isDamaged = false
  /// Records that are in the log and not yet in the history.
  var unarchived: [JournalRecord] = []
  var hubClient: ClientID

  /// A room that nobody has written to yet.
  public init(hubClient: ClientID) { self.hubClient = hubClient }

  /// Decodes what Storage read.
  ///
  /// - Parameter hubClient: A fresh Yjs client id, drawn for this load.
  /// - Throws: `RoomLoadError` naming the board or record that cannot be decoded. Nothing is
  ///   skipped in silence: the room stays closed and its files stay as they are.
  public init(decoding stored: StoredRoom, hubClient: ClientID) throws(RoomLoadError) {
    self.hubClient = hubClient
    isDamaged = !stored.damage.isEmpty
    sequence = stored.lastSequence
    unarchived = stored.tail
    if let bytes = stored.meta {
      do { meta = try RoomMeta(decoding: bytes) } catch {
        throw RoomLoadError(what: "room file", reason: "\(error)")
      }
    }
    for name in meta.boards where stored.boards[name] == nil {
      // Without a good snapshot Storage hands out the whole history, which is as good.
      guard stored.rebuildsAll || stored.tail.first?.sequence == 1 else {
        throw RoomLoadError(
          what: "board '\(name)'",
          reason: "its file is gone or damaged, and so are records that could replace it; put a "
            + "copy of boards/\(name).yjs.gz back, without one see \"A room that stays closed\" in "
            + "Protocol/storage.md §9")
      }
    }
    for (name, snapshot) in stored.boards { try open(name, snapshot) }
    if let stage = stored.stage { try open(Room.stageName, stage) }
    for record in stored.tail { try replay(record) }
    for index in boards.indices {
      guard let part = WaitingPart(of: boards[index].doc) else { continue }
      let since = boards[index].waitsSince ?? boards[index].sequence
      waiting.append((boards[index].name, part, since))
      do { try boards[index].setAside(part.update, hubClient) } catch {
        throw RoomLoadError(what: "board '\(boards[index].name)'", reason: "\(error)")
      }
    }
  }

  /// The boards (the stage under its own name) of which part does not show, because it builds on
  /// records that are lost, and the sequence since when.
  public private(set) var waiting: [(board: String, part: WaitingPart, since: UInt64)] = []

  /// Somebody writes under the id that was drawn for the hub: another has to be drawn.
  public var isHubClientTaken: Bool {
    meta.bindings.owner(of: hubClient) != nil
      || boards.contains { $0.doc.clock(of: hubClient) > 0 }
      || waiting.contains { $0.part.clients.contains(hubClient) }
  }

  /// The documents that a room's file says there are: boards, and "" for the stage.
  ///
  /// - Throws: where it is no room file, so that this is also its check.
  public static func documents(inMeta bytes: [UInt8]) throws(DecodingError) -> [String] {
    let meta = try RoomMeta(decoding: bytes)
    return meta.boards + (meta.hasStage ? [""] : [])
  }

  private mutating func open(
    _ name: String, _ snapshot: StoredRoom.Snapshot
  ) throws(RoomLoadError) {
    var doc = Doc.ofPeers(hubClient)
    do { doc.apply(try Update(v1: snapshot.update)) } catch {
      throw RoomLoadError(what: "board '\(name)'", reason: "\(error)")
    }
    boards.append(
      Board(
        name: name, creator: meta.creators[name], epoch: snapshot.epoch, doc: doc,
        sequence: snapshot.sequence, checkpointed: snapshot.sequence,
        waitsSince: doc.hasPending ? snapshot.sequence : nil))
  }

  private mutating func replay(_ record: JournalRecord) throws(RoomLoadError) {
    sequence = max(sequence, record.sequence)
    let name = "record \(record.sequence)"
    switch record.kind {
    case .control:
      guard case .object(let fields)? = try? JSON.parse(record.payload.span),
        case .string(let action)? = fields["do"], case .string(let subject)? = fields["sub"]
      else { throw RoomLoadError(what: name, reason: "unreadable control record") }
      switch action {
      case "remove":
        let name = fields["name"]?.stringValue ?? ""
        meta.remove(subject, called: name, by: record.author, at: record.time)
      case "readmit": meta.readmit(subject)
      case "review": meta.isReview = true
      case "bind":
        guard let client = fields["client"]?.numberValue.flatMap({ ClientID(exactly: $0) })
        else { throw RoomLoadError(what: name, reason: "unreadable binding") }
        meta.bindings.bind(client, to: subject)
      case "refuse":
        guard case .string(let board)? = fields["board"],
          let refusal = RefusedHistory(fields)
        else { throw RoomLoadError(what: name, reason: "unreadable refusal") }
        meta.refused[board, default: RefusedHistory()].merge(refusal)
      default: throw RoomLoadError(what: name, reason: "unknown control record '\(action)'")
      }
    case .update, .syncReply, .stageUpdate:
      let update: Update
      do { update = try Update(v1: record.payload) } catch {
        throw RoomLoadError(what: name, reason: "\(error)")
      }
      let isStage = record.kind == .stageUpdate
      let index = board(isStage ? Room.stageName : record.board, by: isStage ? nil : record.author)
      // Live records hold only what was new, so they say whose ids these are.
      if record.kind == .update {
        for range in update.clientRanges { meta.bindings.bind(range.client, to: record.author) }
      }
      if record.sequence > boards[index].sequence {
        if !isStage {
          // A record holds only what was new.
          meta.introduced.add(update.clientRanges.count { $0.from == 0 }, of: record.author)
        }
        boards[index].apply(update, at: record.sequence)
      }
    default: throw RoomLoadError(what: name, reason: "unknown kind \(record.kind.rawValue)")
    }
  }

  private mutating func board(_ name: String, by creator: String?) -> Int {
    if let index = boards.firstIndex(where: { $0.name == name }) { return index }
    boards.append(
      Board(
        name: name, creator: creator, epoch: 1, doc: Doc.ofPeers(hubClient), sequence: 0,
        checkpointed: 0))
    return boards.count - 1
  }
}

extension RoomContents.Board {
  fileprivate mutating func apply(_ update: Update, at sequence: UInt64) {
    doc.apply(update)
    self.sequence = sequence
    waitsSince = doc.hasPending ? waitsSince ?? sequence : nil
  }
}

/// Why a room cannot be opened: which part, and what is wrong with it.
public struct RoomLoadError: Error, Equatable, Sendable, CustomStringConvertible {
  public var what: String
  public var reason: String

  public init(what: String, reason: String) {
    self.what = what
    self.reason = reason
  }

  public var description: String { "\(what): \(reason)" }
}
