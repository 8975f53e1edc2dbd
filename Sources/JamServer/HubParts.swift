internal import HTTP
internal import Lib0
internal import Logging
internal import Rooms
internal import Storage

/// What all shards share: read-only once the hub runs.
struct HubParts: Sendable {
  let config: HubConfig
  let store: Store
  let key: [UInt8]
  let logger: Logger
  /// This run or one of the last days followed an unclean end: peers may know more than the hub.
  let isUncertain: Bool
  /// What has come back since then, as the run before had it when it ended.
  let settled: [RoomID: SettledClients]
  let census = Census()
  /// The rooms there are, for lists of them.
  let index: RoomIndex
  let api: JamAPI
  /// The web client; nil where this hub has none.
  let web: WebFiles?
  /// The certificate authority that the hub made for itself; nil with none.
  let authority: LocalAuthority?

  /// Reads what a hub needs besides its rooms.
  ///
  /// - Throws: `HubError` for a web folder or a jam's file that cannot be read.
  init(
    _ config: HubConfig, _ store: Store, key: [UInt8], authority: LocalAuthority?, _ logger: Logger
  ) throws(HubError) {
    self.config = config
    self.store = store
    self.key = key
    self.authority = authority
    self.logger = logger
    isUncertain = store.recovery.isUncertain
    settled = store.recovery.isUncertain ? SettledClients.decode(store.recovery.note) : [:]
    if let folder = WebFiles.folder(of: config) {
      let files = try WebFiles(folder: folder)
      for note in files.notes { logger.warning("\(note)") }
      web = files
    } else {
      web = nil
    }
    do throws(StorageError) { index = RoomIndex(try store.changeTimes()) } catch {
      throw HubError("cannot list the rooms: \(error)")
    }
    api = JamAPI(
      jams: config.jams, titles: config.titles, key: key, catalogue: try Catalogue(in: store),
      index: index
    ) { jam, reason in
      logger.error("cannot save a jam", metadata: .fields(["jam": "\(jam)", "reason": reason]))
    }
  }

  var headLimits: HeadLimits {
    var limits = HeadLimits()
    limits.totalMax = config.limits.headBytes
    return limits
  }

  /// `/healthz`: 200 while edits are saved as they should be, 503 with the reason while those of
  /// some shard or room are not.
  func healthResponse() -> Response {
    let trouble = census.trouble
    return .json(
      .object([
        "status": .string(trouble == nil ? "ok" : "not saving"),
        "reason": trouble.map { .string($0) } ?? .null,
        "connections": .number(Double(census.connections)),
        "rooms": .number(Double(census.rooms)),
      ]), status: trouble == nil ? 200 : 503)
  }

  /// Tells once if the data folder is not where it was: who starts a hub there finds another one.
  func noteIfDataIsElsewhere() {
    guard !store.isInPlace, census.missesData() else { return }
    logger.tellDataIsElsewhere(than: store.path)
  }

  /// `/` where there is no web client: what this is and what to connect to.
  var indexResponse: Response {
    .text(
      """
      Jamboree \(jamboreeVersion)
      A hub for creative jams. Yjs clients connect to /yjs/<jam>/<prototype>[/<board>]?token=...
      Tokens: jamboree token --help

      """)
  }
}
