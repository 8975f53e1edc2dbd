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

  private struct Jam {
    var rooms: [Slug: Entry] = [:]
    /// Counts what was new.
    var revision: UInt64 = 0
  }
  private let jams: Mutex<[Slug: Jam]>

  /// - Parameter stored: Rooms that are on disk, with µs since 1970.
  init(_ stored: [RoomID: Int64] = [:]) {
    var jams: [Slug: Jam] = [:]
    for (id, time) in stored {
      jams[id.jam, default: Jam()].rooms[id.prototype] = Entry(changed: time / 1_000_000)
    }
    self.jams = Mutex(jams)
  }

  /// - Parameter changed: nil leaves what is known.
  func note(_ id: RoomID, people: Int, changed: Int64?) {
    jams.withLock { jams in
      let known = jams[id.jam]?.rooms[id.prototype]
      let latest = changed.map { max($0, known?.changed ?? $0) } ?? known?.changed
      // A room that nobody is in and nobody wrote to is none.
      let entry = people == 0 && latest == nil ? nil : Entry(people: people, changed: latest)
      if entry == known { return }
      jams[id.jam, default: Jam()].rooms[id.prototype] = entry
      jams[id.jam]?.revision += 1
    }
  }

  func rooms(of jam: Slug) -> [Slug: Entry] { current(jam).rooms }

  /// The rooms of a jam, and how often something was new there.
  func current(_ jam: Slug) -> (rooms: [Slug: Entry], revision: UInt64) {
    jams.withLock { jams in
      guard let known = jams[jam] else { return ([:], 0) }
      return (known.rooms, known.revision)
    }
  }

  func entry(_ id: RoomID) -> Entry? { jams.withLock { $0[id.jam]?.rooms[id.prototype] } }
}
