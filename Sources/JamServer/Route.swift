internal import HTTP
internal import Rooms
internal import Storage

/// What a request's path asks for.
///
/// - Shape: `/yjs/<jam>/<prototype>[/<board>]`, `/healthz`, `/`; `/j/<jam>[/<prototype>]`, `/trust`
///   and the files of the web client; `/ca.crt`; `/api/jams/<jam>/…` (Protocol/http.md).
/// - Rule: each segment is percent-decoded once and must then be a slug. What it decodes to is not
///   decoded again, so `%252e` is a bad name and no way around the check.
enum Route: Equatable {
  case index
  case health
  case room(RoomID, board: String)
  /// The web client's page: for a jam, for one of its rooms, or for how to trust this hub.
  case page
  /// The certificate of the hub's own authority.
  case authority
  /// A file of the web client by its path in the folder. Looked up in a table, so any text will do.
  case file(String)
  case api(APICall)
  case bad(reason: String)
  case unknown

  init(path: String) {
    var segments = path.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.first == "" else {
      self = .bad(reason: "the path must begin with '/'")
      return
    }
    segments.removeFirst()
    // The stock provider cuts trailing slashes of its server URL; people typing a link do not.
    if segments.last == "" { segments.removeLast() }
    let rest = segments.dropFirst().map(String.init)
    switch (segments.first.map(String.init), segments.count) {
    case (nil, _): self = .index
    case ("healthz", 1): self = .health
    case ("yjs", 3), ("yjs", 4): self = Route(room: rest)
    case ("yjs", _):
      self = .bad(reason: "the path must be /yjs/<jam>/<prototype>[/<board>]")
    case ("j", 2), ("j", 3): self = Route(page: rest)
    case ("j", _): self = .bad(reason: "the path must be /j/<jam>[/<prototype>]")
    case ("trust", 1): self = .page
    case (LocalAuthority.path, 1) where !path.hasSuffix("/"): self = .authority
    case ("api", _): self = Route(api: rest)
    case (WebFiles.assets?, 2) where !path.hasSuffix("/"):
      self = percentDecodedOnce(rest[0]).map { .file("\(WebFiles.assets)/\($0)") } ?? .unknown
    case (let name?, 1) where WebFiles.beside.contains(name) && !path.hasSuffix("/"):
      self = .file(name)
    default: self = .unknown
    }
  }

  private init(room parts: [String]) {
    switch Self.slugs(parts, ["jam", "prototype", "board"]) {
    case .failure(let bad): self = .bad(reason: bad.reason)
    case .success(let slugs):
      let board = slugs.count > 2 ? slugs[2].description : Room.defaultBoard
      self = .room(RoomID(jam: slugs[0], prototype: slugs[1]), board: board)
    }
  }

  private init(page parts: [String]) {
    switch Self.slugs(parts, ["jam", "prototype"]) {
    case .failure(let bad): self = .bad(reason: bad.reason)
    case .success: self = .page
    }
  }

  /// `jams/<jam>/…`
  private init(api parts: [String]) {
    guard parts.count >= 3, parts[0] == "jams" else {
      self = .unknown
      return
    }
    let resource: APICall.Resource? =
      switch (parts[2], parts.count) {
      case ("join", 3): .join
      case ("rooms", 3): .rooms
      case ("invitations", 3): .invitations
      case ("invitations", 5) where parts[4] == "renew":
        Invitation.roles.first { $0.rawValue == parts[3] }.map { .renewal($0) }
      default: nil
      }
    switch (resource, Self.slugs([parts[1]], ["jam"])) {
    case (nil, _): self = .unknown
    case (_, .failure(let bad)): self = .bad(reason: bad.reason)
    case (let resource?, .success(let slugs)):
      self = .api(APICall(jam: slugs[0], resource: resource))
    }
  }

  private static func slugs(
    _ parts: [String], _ names: [String]
  ) -> Result<[Slug], HTTPError> {
    var slugs: [Slug] = []
    for (part, what) in zip(parts, names) {
      guard let decoded = percentDecodedOnce(part), let slug = Slug(decoded) else {
        return .failure(
          HTTPError(
            status: 400, reason: "the \(what)'s id must be 1 to 64 of a-z, 0-9, '-', '_'"))
      }
      slugs.append(slug)
    }
    return .success(slugs)
  }

  /// The methods that are served here.
  var methods: [String] {
    guard case .api(let call) = self else { return ["GET", "HEAD"] }
    return switch call.resource {
    case .join, .renewal: ["POST"]
    case .rooms: ["GET", "HEAD", "POST"]
    case .invitations: ["GET", "HEAD"]
    }
  }
}

/// What of the JSON API a path asks for.
struct APICall: Equatable, Sendable {
  enum Resource: Equatable, Sendable {
    case join, rooms, invitations
    case renewal(Role)
  }
  var jam: Slug
  var resource: Resource
}
