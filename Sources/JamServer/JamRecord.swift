internal import Lib0
internal import Rooms
internal import Storage

/// What the hub knows of a jam beyond its rooms' content: its title, which of its links hold, and
/// the rooms that people made by a title.
///
/// - Source: Protocol/storage.md §8.
public struct JamRecord: Equatable, Sendable {
  /// Rooms with a title, in all and made by one subject.
  static let roomsMax = 1_000
  static let roomsOfOne = 100
  /// Of them only facilitators make the last.
  static let roomsKept = 200
  static let titleCharacters = 120

  /// What people see; nil: its id.
  var title: String?
  /// The newest link of each role; one that is missing is the first.
  private(set) var generations: [Role: UInt64] = [:]
  /// In the order in which they were made.
  private(set) var rooms: [TitledRoom] = []
  private var titles: [Slug: Int] = [:]
  /// Rooms without a title that a performance of a recording began, the oldest first.
  private(set) var reviews: [Slug] = []

  struct TitledRoom: Equatable, Sendable {
    var id: Slug
    var title: String
    /// The subject that made it.
    var author: String
    /// When, in seconds since 1970.
    var made: Int64
    /// For looking at a recording, not for work.
    var isReview = false
  }

  init() {}

  func generation(of role: Role) -> UInt64 { generations[role] ?? 1 }

  func room(_ id: Slug) -> TitledRoom? { titles[id].map { rooms[$0] } }

  /// Whether recorded sessions are performed in the room.
  func isReview(_ id: Slug) -> Bool { room(id)?.isReview ?? false || reviews.contains(id) }

  /// Keeps that a room is for performances; of too many the oldest is forgotten.
  mutating func noteReview(_ id: Slug) {
    guard !isReview(id) else { return }
    if reviews.count >= Self.roomsMax { reviews.removeFirst() }
    reviews.append(id)
  }

  /// Withdraws the link of a role: the next one takes its place.
  mutating func renew(_ role: Role) { generations[role] = generation(of: role) + 1 }

  /// - Parameter room: of an id that none of them has (precondition).
  mutating func add(_ room: TitledRoom) {
    precondition(titles[room.id] == nil, "an id is given once")
    titles[room.id] = rooms.count
    rooms.append(room)
  }
}

extension JamRecord {
  /// JSON, as the file has it behind its first two keys.
  func encoded() -> [UInt8] {
    var fields: [ObjectValue.Entry] = []
    if let title { fields.append(.init(key: "title", value: .string(title))) }
    let invitations = Invitation.roles.map { role in
      ObjectValue.Entry(key: role.rawValue, value: .number(Double(generation(of: role))))
    }
    fields.append(.init(key: "invitations", value: .object(ObjectValue(invitations))))
    let list = rooms.map { room -> AnyValue in
      var entry = ObjectValue([
        .init(key: "id", value: .string(room.id.description)),
        .init(key: "title", value: .string(room.title)),
        .init(key: "author", value: .string(room.author)),
        .init(key: "made", value: .number(Double(room.made))),
      ])
      if room.isReview { entry.set("review", .bool(true)) }
      return .object(entry)
    }
    fields.append(.init(key: "rooms", value: .array(list)))
    if !reviews.isEmpty {
      let ids = reviews.map { AnyValue.string($0.description) }
      fields.append(.init(key: "reviews", value: .array(ids)))
    }
    return Array(JSON.text(.object(ObjectValue(fields))).utf8)
  }

  /// Reads what `encoded` writes; unknown fields are left alone.
  ///
  /// - Throws: `DecodingError` where it is no JSON or a known field is not as it should be.
  init(decoding bytes: [UInt8]) throws(DecodingError) {
    guard case .object(let fields) = try JSON.parse(bytes.span, maxDepth: 8) else {
      throw .invalid(offset: 0, what: "jam: not an object")
    }
    if let value = fields["title"] { title = try Self.text(value, "jam: title") }
    if let value = fields["invitations"] { try readInvitations(value) }
    if let value = fields["rooms"] {
      guard case .array(let list) = value, list.count <= Self.roomsMax else {
        throw .invalid(offset: 0, what: "jam: rooms")
      }
      for entry in list { try readRoom(entry) }
    }
    if let value = fields["reviews"] { try readReviews(value) }
  }

  private mutating func readReviews(_ value: AnyValue) throws(DecodingError) {
    guard case .array(let list) = value, list.count <= Self.roomsMax else {
      throw .invalid(offset: 0, what: "jam: reviews")
    }
    for entry in list {
      guard let id = Slug(try Self.text(entry, "jam: id of a review room")) else {
        throw .invalid(offset: 0, what: "jam: id of a review room")
      }
      noteReview(id)
    }
  }

  private mutating func readInvitations(_ value: AnyValue) throws(DecodingError) {
    guard case .object(let numbers) = value else {
      throw .invalid(offset: 0, what: "jam: invitations")
    }
    for role in Invitation.roles {
      guard let value = numbers[role.rawValue] else { continue }
      guard case .number(let number) = value, let count = Int64(exactly: number),
        (1...Int64(maxSafeInteger)).contains(count)
      else { throw .invalid(offset: 0, what: "jam: invitations") }
      if count > 1 { generations[role] = UInt64(count) }
    }
  }

  private mutating func readRoom(_ value: AnyValue) throws(DecodingError) {
    guard case .object(let fields) = value, let idValue = fields["id"],
      let titleValue = fields["title"], let authorValue = fields["author"],
      case .number(let time)? = fields["made"], let made = Int64(exactly: time),
      (0...Claims.latestTime).contains(made),
      let id = Slug(try Self.text(idValue, "jam: id of a room")), titles[id] == nil
    else { throw .invalid(offset: 0, what: "jam: room") }
    var room = TitledRoom(
      id: id, title: try Self.text(titleValue, "jam: title of a room"),
      author: try Self.text(authorValue, "jam: author of a room"), made: made)
    if case .bool(true)? = fields["review"] { room.isReview = true }
    add(room)
  }

  private static func text(
    _ value: AnyValue, _ what: StaticStringName
  ) throws(DecodingError) -> String {
    guard case .string(let text) = value, !text.isEmpty, text.utf8.count <= 1_024,
      !Claims.holdsControl(text)
    else { throw .invalid(offset: 0, what: what) }
    return text
  }

  /// What is wrong with the content of a jam's file, or nil: for `jamboree verify`.
  public static func fault(in bytes: [UInt8]) -> String? {
    do throws(DecodingError) { _ = try JamRecord(decoding: bytes) } catch { return "\(error)" }
    return nil
  }
}
