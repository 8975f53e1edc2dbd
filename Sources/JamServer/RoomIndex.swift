internal import Rooms
internal import Storage
internal import Synchronization

/// Which rooms there are, how many people are in each and when something came to it last: for lists
/// of rooms. Shards note it when it changes, at most once a second a room but for people.
final class RoomIndex: Sendable {
  struct Entry: Equatable, Sendable {
    /// Different subjects that are in it now.
    var people = 0
    /// Seconds since 1970; nil while nobody has written anything.
    var changed: Int64?
  }

  private let rooms: Mutex<[Slug: [Slug: Entry]]>

  /// - Parameter stored: Rooms that are on disk, with µs since 1970.
  init(_ stored: [RoomID: Int64] = [:]) {
    var rooms: [Slug: [Slug: Entry]] = [:]
    for (id, time) in stored {
      rooms[id.jam, default: [:]][id.prototype] = Entry(changed: time / 1_000_000)
    }
    self.rooms = Mutex(rooms)
  }

  /// - Parameter changed: nil leaves what is known.
  func note(_ id: RoomID, people: Int, changed: Int64?) {
    rooms.withLock { rooms in
      let known = rooms[id.jam]?[id.prototype]?.changed
      let latest = changed.map { max($0, known ?? $0) } ?? known
      // A room that nobody is in and nobody wrote to is none.
      let entry = people == 0 && latest == nil ? nil : Entry(people: people, changed: latest)
      rooms[id.jam, default: [:]][id.prototype] = entry
    }
  }

  func rooms(of jam: Slug) -> [Slug: Entry] { rooms.withLock { $0[jam] ?? [:] } }
}
