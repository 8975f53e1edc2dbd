internal import Dispatch
internal import HTTP
internal import Lib0
internal import Rooms
internal import Storage
internal import Synchronization

/// What `GET rooms` answers: made once for all who ask, beside the shards, so that asking often
/// keeps nobody's edit waiting and what waits for slow readers is one array.
final class RoomLists: Sendable {
  /// A list without the newest counts of people and times of change may be this old, in ns.
  static let ageMax: UInt64 = 500_000_000

  private let catalogue: Catalogue
  private let index: RoomIndex
  private let titles: [Slug: String]
  private let made = Mutex<[Slug: Made]>([:])
  private let queue = DispatchQueue(label: "jamboree.lists")

  private struct Made {
    var list: RoomList
    /// When, monotonic, and of what.
    var time: Int64
    var recordRevision: UInt64
    var indexRevision: UInt64
  }

  init(_ catalogue: Catalogue, _ index: RoomIndex, titles: [Slug: String]) {
    self.catalogue = catalogue
    self.index = index
    self.titles = titles
  }

  /// The list of a jam.
  ///
  /// - Parameter done: Called at once, or on a queue of the lists.
  func list(_ jam: Slug, at now: Moment, done: @escaping @Sendable (RoomList) -> Void) {
    if let list = kept(jam, now) {
      done(list)
      return
    }
    queue.async { [self] in
      // Somebody before may have asked for the same.
      if let list = kept(jam, now) {
        done(list)
        return
      }
      let (record, recordRevision) = catalogue.current(jam)
      let (known, indexRevision) = index.current(jam)
      let list = RoomList(json(jam, record, all(known, record, now)))
      let entry = Made(
        list: list, time: now.monotonic, recordRevision: recordRevision,
        indexRevision: indexRevision)
      made.withLock { $0[jam] = entry }
      done(list)
    }
  }

  /// A list with one room, or with none.
  func list(of room: RoomID) -> RoomList {
    let record = catalogue[room.jam]
    let entry =
      index.entry(room) ?? (record.room(room.prototype) == nil ? nil : RoomIndex.Entry())
    return RoomList(json(room.jam, record, entry.map { [(room.prototype, $0)] } ?? []))
  }

  /// What people call a jam.
  func title(of jam: Slug, _ record: JamRecord) -> AnyValue {
    let title = titles[jam] ?? record.title ?? jam.description
    return .object(["id": .string(jam.description), "title": .string(title)])
  }

  private func kept(_ jam: Slug, _ now: Moment) -> RoomList? {
    // What somebody has just made or renamed is there at once.
    guard let entry = made.withLock({ $0[jam] }),
      entry.recordRevision == catalogue.current(jam).revision
    else { return nil }
    let isFresh =
      (now.monotonic - entry.time).magnitude < Self.ageMax
      || entry.indexRevision == index.current(jam).revision
    return isFresh ? entry.list : nil
  }

  /// Every room, the newest first.
  private func all(
    _ known: [Slug: RoomIndex.Entry], _ record: JamRecord, _ now: Moment
  ) -> [(Slug, RoomIndex.Entry)] {
    var known = known
    for room in record.rooms where known[room.id] == nil { known[room.id] = RoomIndex.Entry() }
    let seconds = now.wall / 1_000_000
    // Nobody wrote in a room that has just been made, so its title's age counts; without a title
    // somebody is in it right now.
    return known.map { id, entry in
      (id: id, entry: entry, age: seconds - (entry.changed ?? record.room(id)?.made ?? seconds))
    }.sorted { ($0.age, $0.id) < ($1.age, $1.id) }.map { ($0.id, $0.entry) }
  }

  private func json(
    _ jam: Slug, _ record: JamRecord, _ rooms: [(Slug, RoomIndex.Entry)]
  ) -> AnyValue {
    let list = rooms.map { id, entry -> AnyValue in
      .object([
        "id": .string(id.description),
        "title": .string(record.room(id)?.title ?? id.description),
        "people": .number(Double(entry.people)),
        "changed": entry.changed.map { .number(Double($0)) } ?? .null,
        "review": .bool(record.isReview(id)),
      ])
    }
    return .object(["jam": title(of: jam, record), "rooms": .array(list)])
  }
}

/// A list as it goes out, in bytes that all answers share.
struct RoomList: Sendable {
  let body: [UInt8]
  let tag: EntityTag

  init(_ value: AnyValue) {
    body = Array((JSON.text(value) + "\n").utf8)
    tag = EntityTag(opaque: Base32.text(Digests.sha256(body).prefix(10)))
  }

  /// 304 where the client has it (RFC 9110 13.1.2).
  func response(to fields: HeaderFields) -> Response {
    var answer = [HeaderField("cache-control", "private, no-cache"), HeaderField("etag", tag.text)]
    if tag.isKnown(to: fields) { return Response(status: 304, fields: answer) }
    answer.append(HeaderField("content-type", "application/json"))
    return Response(status: 200, fields: answer, body: body)
  }
}
