public import Logging
public import Storage

/// Everything about a hub that its operator may set. The defaults suit one laptop and one jam.
///
/// ``ConfigField`` has the table of keys, ranges and help texts; `jamboree serve --help` and the
/// configuration file are both made from it. Read one with ``load(path:)``.
public struct HubConfig: Equatable, Sendable {
  /// The numeric IPv4 or IPv6 address to listen on.
  public var bindAddress = "127.0.0.1"
  /// The TCP port; 0 takes any free one (see `portFile`).
  public var port = 8080
  /// A file that the port in use is written to once the hub listens.
  public var portFile: String?
  /// The data folder; relative to where the hub was started.
  public var dataDirectory = "data"
  /// The jams whose rooms may be entered, each once.
  public var jams: [Slug] = Slug("demo").map { [$0] } ?? []
  /// What people see in place of a jam's id; 1 to 120 characters.
  public var titles: [Slug: String] = [:]
  /// How many queues with an epoll set each; 0: as many as cores.
  public var shards = 0
  public var logLevel = Logger.Level.info
  /// Web origins whose pages may connect; see ``accepts(origin:host:)``.
  public var allowedOrigins: [String] = []
  /// Whether each jam's invitations are printed. Not the default: what a service prints ends up in
  /// a journal.
  public var printsLinks = false
  /// The folder with the web client; nil: `web` beside the program, if that is there.
  public var webDirectory: String?
  /// PEM files: the hub's certificate with its chain, and the key. Both or neither.
  public var tlsCertificate: String?
  public var tlsKey: String?
  /// The hub makes itself a certificate for the local network.
  public var tlsSelfSigned = false
  /// The hub speaks TLS, and nothing else.
  public var isSecure: Bool { tlsCertificate != nil || tlsSelfSigned }
  public var limits = Limits()
  public var saving = Saving()

  public init() {}

  /// What one client, one address, one room may cost. Sizes in bytes.
  public struct Limits: Equatable, Sendable {
    /// The longest WebSocket message that a client may send.
    public var messageBytes = 16 << 20
    /// The longest HTTP request head.
    public var headBytes = 16 << 10
    /// How long a connection may take until its upgrade is complete.
    public var handshakeSeconds = 10
    /// How often an idle connection is pinged.
    public var pingSeconds = 25
    /// Open connections in all.
    public var connections = 20_000
    /// Open connections from one address; a whole jam may sit behind one router.
    public var connectionsPerAddress = 2_000
    /// Rooms open at a time.
    public var rooms = 1_000
    /// Connections in one room.
    public var roomMembers = 2_000
    /// Boards in one room.
    public var roomBoards = 64
    /// The encoded size from which a board takes no further content.
    public var boardBytes = 64 << 20
    /// Half of what a snapshot may be long: a board may get bigger by what came just before.
    static let boardBytesMax = StoreOptions().snapshotBytesLimit / 2
    /// What may wait for one slow reader until it is resynchronized instead.
    public var readerBacklogBytes = 1 << 20
    /// What may wait for all readers of a room together.
    public var roomBacklogBytes = 8 << 20

    public init() {}
  }

  /// When the log is synced to disk: at the latest after so long, or once so much waits.
  public struct Saving: Equatable, Sendable {
    /// How long a group of updates gathers before it is synced.
    public var gatherMilliseconds = 40
    /// How many bytes make a group that is synced at once.
    public var gatherBytes = 64 << 10

    public init() {}
  }

  /// An address as a URL has it: IPv6 in brackets (RFC 3986 3.2.2).
  public static func urlHost(_ address: String) -> String {
    address.contains(":") ? "[\(address)]" : address
  }

  /// Whether a request with these headers may upgrade.
  ///
  /// No `Origin`: not a browser, and the token decides. Otherwise the origin must be in the list
  /// (or the list holds `*`), or its host and port must be those of `Host`.
  public func accepts(origin: String?, host: String?) -> Bool {
    guard let origin else { return true }
    let lower = origin.lowercased()
    if allowedOrigins.contains("*") || allowedOrigins.contains(lower) { return true }
    guard let host, let authority = Self.authority(ofOrigin: lower) else { return false }
    // No page of a hub with TLS came in the clear; without it, a proxy in front may have it.
    if isSecure, !lower.hasPrefix("https:") { return false }
    return authority == host.lowercased()
  }

  /// `host[:port]` of an http or https origin, or `nil` where it is none.
  static func authority(ofOrigin origin: String) -> Substring? {
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      let authority = origin.dropFirst(scheme.count)
      let isPlain = authority.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._:[]".utf8.contains(byte)
        }
      }
      return isPlain && !authority.isEmpty ? authority : nil
    }
    return nil
  }

  /// Which settings contradict each other: those that are larger than another one allows.
  var contradictions: [(setting: SizeSetting, bound: SizeSetting)] {
    let pairs = [
      (
        SizeSetting(["limits", "message-bytes"], limits.messageBytes),
        SizeSetting(["limits", "board-bytes"], limits.boardBytes)
      ),
      (
        SizeSetting(["limits", "reader-backlog-bytes"], limits.readerBacklogBytes),
        SizeSetting(["limits", "room-backlog-bytes"], limits.roomBacklogBytes)
      ),
    ]
    return pairs.filter { $0.0.bytes > $0.1.bytes }.map { (setting: $0.0, bound: $0.1) }
  }

  /// A size as it is set.
  struct SizeSetting {
    let path: [String]
    let bytes: Int

    init(_ path: [String], _ bytes: Int) {
      self.path = path
      self.bytes = bytes
    }
  }
}
