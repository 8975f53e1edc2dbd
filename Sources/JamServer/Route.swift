internal import HTTP
internal import Rooms
internal import Storage

/// What a request's path asks for.
///
/// - Shape: `/yjs/<jam>/<prototype>[/<board>]`, `/healthz`, `/`.
/// - Rule: each segment is percent-decoded once and must then be a slug. What it decodes to is not
///   decoded again, so `%252e` is a bad name and no way around the check.
enum Route: Equatable {
  case index
  case health
  case room(RoomID, board: String)
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
    switch (segments.first, segments.count) {
    case (nil, _): self = .index
    case ("healthz", 1): self = .health
    case ("yjs", 3), ("yjs", 4): self = Route(room: segments.dropFirst().map(String.init))
    case ("yjs", _):
      self = .bad(reason: "the path must be /yjs/<jam>/<prototype>[/<board>]")
    default: self = .unknown
    }
  }

  private init(room parts: [String]) {
    var slugs: [Slug] = []
    for (part, what) in zip(parts, ["jam", "prototype", "board"]) {
      guard let decoded = percentDecodedOnce(part), let slug = Slug(decoded) else {
        self = .bad(reason: "the \(what)'s id must be 1 to 64 of a-z, 0-9, '-', '_'")
        return
      }
      slugs.append(slug)
    }
    let board = slugs.count > 2 ? slugs[2].description : Room.defaultBoard
    self = .room(RoomID(jam: slugs[0], prototype: slugs[1]), board: board)
  }
}
