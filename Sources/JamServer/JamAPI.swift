internal import HTTP
internal import Lib0
internal import Rooms
internal import Storage

/// A request to the JSON API, whole.
struct APIRequest: Sendable {
  var call: APICall
  var isPost = false
  /// The Authorization field.
  var authorization: String?
  var body: [UInt8] = []
  /// Of a GET: what it says besides.
  var fields = HeaderFields()
  /// Where it came from: wrong invitations are counted by address.
  var address: String
}

/// What pages ask the hub over plain HTTP: to come in, which rooms there are, which links.
///
/// No socket and no shard: a request and a moment go in, an answer comes out, at once or once it is
/// on disk.
///
/// - Source: Protocol/http.md.
struct JamAPI: Sendable {
  let jams: [Slug]
  let key: [UInt8]
  let catalogue: Catalogue
  let index: RoomIndex
  let lists: RoomLists
  /// What could not be saved, for the log.
  let report: @Sendable (Slug, String) -> Void
  /// Wrong invitations, by address. 128 bits are not guessed: this bounds what guessing costs. A
  /// good one is always taken, for a whole jam may sit behind the address of one guesser.
  let failures = Quota(most: 30, seconds: 60)
  /// Lists of rooms, by subject.
  let listsTaken = Quota(most: 20, seconds: 10)
  /// Rooms that guests make, by address: whoever has a link is as many guests as they like.
  let guestRooms = Quota(most: 60, seconds: 3_600)

  /// - Parameter titles: What the operator calls the jams.
  init(
    jams: [Slug], titles: [Slug: String] = [:], key: [UInt8], catalogue: Catalogue,
    index: RoomIndex, report: @escaping @Sendable (Slug, String) -> Void
  ) {
    self.jams = jams
    self.key = key
    self.catalogue = catalogue
    self.index = index
    self.report = report
    lists = RoomLists(catalogue, index, titles: titles)
  }

  typealias Answer = Result<Response, APIError>
  typealias Reply = @Sendable (Answer) -> Void

  /// Bytes of a request's body.
  static let bodyMax = 16 << 10
  /// How long a guest's token is valid, in seconds.
  static let tokenSeconds: Int64 = 12 * 3_600
  static let nameCharacters = 64

  /// - Parameter reply: Called once, on whatever queue.
  func answer(_ request: APIRequest, now: Moment, reply: @escaping Reply) {
    let seconds = now.wall / 1_000_000
    do throws(APIError) {
      guard jams.contains(request.call.jam) else {
        throw APIError(404, "not-found", "this hub has no jam '\(request.call.jam)'")
      }
      switch request.call.resource {
      case .join: reply(.success(try join(request, now: now)))
      case .rooms where request.isPost: try makeRoom(request, now, reply)
      case .rooms: try listRooms(request, now, reply)
      case .invitations: reply(.success(try invitations(request, seconds)))
      case .renewal(let role): try renew(role, request, now, reply)
      }
    } catch { reply(.failure(error)) }
  }

  /// What the link of a role is now, from `/` on.
  func link(_ role: Role, of jam: Slug) -> String {
    invitation(role, of: jam, catalogue[jam]).path(key: key)
  }

  /// Whether somebody made the room by a title, so that lists have it before anybody writes there.
  func hasTitle(_ id: RoomID) -> Bool { catalogue[id.jam].room(id.prototype) != nil }

  /// Whether somebody made the room by a title to work in it: no performance begins there.
  func isForWork(_ id: RoomID) -> Bool { hasTitle(id) && !isReview(id) }

  /// Whether the room is one for watching recorded sessions.
  func isReview(_ id: RoomID) -> Bool { catalogue[id.jam].isReview(id.prototype) }

  /// Keeps that it is: a performance has begun there. What cannot be saved is tried again when the
  /// room is next opened.
  func keepReview(_ id: RoomID) {
    let noted = { @Sendable (record: inout JamRecord) -> Result<Void, APIError> in
      record.noteReview(id.prototype)
      return .success(())
    }
    catalogue.change(id.jam, noted) { outcome in
      if case .failure(.notSaved(let reason)) = outcome { report(id.jam, reason) }
    }
  }

  private func invitation(_ role: Role, of jam: Slug, _ record: JamRecord) -> Invitation {
    Invitation(jam: jam, role: role, generation: record.generation(of: role))
  }

  // MARK: coming in

  private func join(_ request: APIRequest, now: Moment) throws(APIError) -> Response {
    let jam = request.call.jam
    let fields = try object(request.body)
    guard case .string(let given)? = fields["invitation"] else {
      throw APIError(400, "bad-request", "\"invitation\" must be a text")
    }
    let record = catalogue[jam]
    // All are compared, so that the time says nothing of which it was.
    var role: Role?
    for candidate in Invitation.roles {
      let secret = invitation(candidate, of: jam, record).secret(key: key)
      if Digests.areSame(secret, given) { role = candidate }
    }
    guard let role else { throw refusal(of: request.address, now) }
    guard case .string(let wanted)? = fields["name"] else {
      throw APIError(400, "bad-name", "\"name\" must be a text")
    }
    let name = try chosen(wanted, "name", most: Self.nameCharacters, code: "bad-name")
    let guest = try guestKey(fields["key"])
    let subject = Invitation.subject(guestKey: guest, jam: jam, role: role, key: key)
    let claims = Claims(
      subject: subject, name: name, role: role, jam: jam, generation: record.generation(of: role),
      expiresAt: now.wall / 1_000_000 + Self.tokenSeconds)
    guard let token = sign(claims, now) else {
      throw APIError(500, "internal-server-error", "no token could be made")
    }
    return .json(
      .object([
        "token": .string(token), "key": .string(guest), "sub": .string(subject),
        "name": .string(name), "role": .string(role.rawValue),
        "expires": .number(Double(claims.expiresAt ?? 0)),
        "jam": lists.title(of: jam, record),
      ]))
  }

  private func sign(_ claims: Claims, _ now: Moment) -> String? {
    do throws(TokenError) {
      return try Tokens.sign(claims, key: key, now: now.wall / 1_000_000)
    } catch { return nil }
  }

  private func refusal(of address: String, _ now: Moment) -> APIError {
    guard let wait = failures.take(address, at: now) else {
      return APIError(401, "bad-invitation", "this link leads nowhere, or does not any more")
    }
    return tooMany("too many wrong links came from this address", wait)
  }

  private func tooMany(_ reason: String, _ wait: Int) -> APIError {
    APIError(
      429, "too-many-requests", reason, fields: [HeaderField("retry-after", "\(wait)")])
  }

  private func guestKey(_ value: AnyValue?) throws(APIError) -> String {
    switch value {
    case nil, .null?, .undefined?: return Invitation.makeGuestKey()
    case .string(let text)? where Invitation.isGuestKey(text): return text
    default: throw APIError(400, "bad-key", "\"key\" must be one that the hub has given out")
    }
  }

  // MARK: rooms

  private func listRooms(
    _ request: APIRequest, _ now: Moment, _ reply: @escaping Reply
  ) throws(APIError) {
    let jam = request.call.jam
    let holder = try holder(request, now.wall / 1_000_000)
    if let wait = listsTaken.take("\(jam)/\(holder.subject)", at: now) {
      throw tooMany("you have asked for this list too often", wait)
    }
    if let room = holder.room {
      let list = lists.list(of: RoomID(jam: jam, prototype: room))
      reply(.success(list.response(to: request.fields)))
      return
    }
    lists.list(jam, at: now) { reply(.success($0.response(to: request.fields))) }
  }

  private func makeRoom(
    _ request: APIRequest, _ now: Moment, _ reply: @escaping Reply
  ) throws(APIError) {
    let holder = try holder(request, now.wall / 1_000_000)
    guard holder.role.writes else {
      throw APIError(403, "viewer", "who may only look makes no rooms")
    }
    guard holder.room == nil else {
      throw APIError(403, "forbidden", "the token is for one room")
    }
    let fields = try object(request.body)
    guard case .string(let wanted)? = fields["title"] else {
      throw APIError(400, "bad-title", "\"title\" must be a text")
    }
    let title = try chosen(wanted, "title", most: JamRecord.titleCharacters, code: "bad-title")
    let isReview = try flag(fields["review"], "review")
    let (jam, index) = (request.call.jam, index)
    let isGuest = holder.generation != nil && !holder.role.moderates
    let made = { @Sendable (record: inout JamRecord) -> Result<Slug, APIError> in
      let own = record.rooms.count { $0.author == holder.subject }
      let most = JamRecord.roomsMax - (holder.role.moderates ? 0 : JamRecord.roomsKept)
      guard record.rooms.count < most, own < JamRecord.roomsOfOne else {
        return .failure(APIError(409, "room-limit", "there are as many rooms as there may be"))
      }
      if isGuest, let wait = guestRooms.take(request.address, at: now) {
        return .failure(tooMany("guests at this address have made too many rooms", wait))
      }
      let taken = index.rooms(of: jam)
      for _ in 0..<16 {
        guard let id = RoomName.id(for: title, random: Digests.random(4)),
          record.room(id) == nil, taken[id] == nil
        else { continue }
        record.add(
          .init(
            id: id, title: title, author: holder.subject, made: now.wall / 1_000_000,
            isReview: isReview))
        return .success(id)
      }
      return .failure(APIError(503, "service-unavailable", "no id was to be had; try again"))
    }
    catalogue.change(jam, made) { outcome in
      reply(
        answer(jam, outcome) { id in
          .json(
            .object(["id": .string(id.description), "title": .string(title)]), status: 201)
        })
    }
  }

  // MARK: links

  private func invitations(_ request: APIRequest, _ now: Int64) throws(APIError) -> Response {
    _ = try facilitator(request, now)
    let links = Invitation.roles.map { role in
      ObjectValue.Entry(key: role.rawValue, value: .string(link(role, of: request.call.jam)))
    }
    return .json(.object(ObjectValue(links)))
  }

  private func renew(
    _ role: Role, _ request: APIRequest, _ now: Moment, _ reply: @escaping Reply
  ) throws(APIError) {
    let holder = try facilitator(request, now.wall / 1_000_000)
    let jam = request.call.jam
    let renewed = { @Sendable (record: inout JamRecord) -> Result<JamRecord, APIError> in
      // Of two who renew the link that both came by the second one is shut out by the first.
      if let refusal = refusal(of: holder, record) { return .failure(refusal) }
      record.renew(role)
      return .success(record)
    }
    catalogue.change(jam, renewed) { outcome in
      reply(
        answer(jam, outcome) { record in
          let link = invitation(role, of: jam, record).path(key: key)
          var fields = ObjectValue([.init(key: "link", value: .string(link))])
          addToken(for: holder, record, now, to: &fields)
          return .json(.object(fields))
        })
    }
  }

  /// Who renews the link that they came by stays in: with a token of the new one.
  private func addToken(
    for holder: Claims, _ record: JamRecord, _ now: Moment, to fields: inout ObjectValue
  ) {
    let generation = record.generation(of: holder.role)
    guard let former = holder.generation, former != generation else { return }
    var claims = holder
    claims.generation = generation
    let end = now.wall / 1_000_000 + Self.tokenSeconds
    claims.expiresAt = end
    guard let token = sign(claims, now) else { return }
    fields.set("token", .string(token))
    fields.set("expires", .number(Double(end)))
  }

  /// Whoever may see links and renew them.
  private func facilitator(_ request: APIRequest, _ now: Int64) throws(APIError) -> Claims {
    let holder = try holder(request, now)
    guard holder.role.moderates else {
      throw APIError(403, "not-allowed", "only facilitators have to do with links")
    }
    // The links open the whole jam.
    guard holder.room == nil else {
      throw APIError(403, "forbidden", "the token is for one room")
    }
    if let refusal = refusal(of: holder, catalogue[request.call.jam]) { throw refusal }
    return holder
  }

  /// A link that was renewed gives nobody the new one, also not by tokens that it once made.
  private func refusal(of holder: Claims, _ record: JamRecord) -> APIError? {
    guard let generation = holder.generation, generation != record.generation(of: holder.role)
    else { return nil }
    return unauthorized("the link that this token came by was renewed: join with the new one")
  }

  // MARK: parts

  /// Who asks, by the token of the Authorization field (RFC 6750 2.1).
  private func holder(_ request: APIRequest, _ now: Int64) throws(APIError) -> Claims {
    let parts = (request.authorization ?? "").split(separator: " ")
    guard parts.count == 2, parts[0].lowercased() == "bearer" else {
      throw unauthorized("a token is missing (Authorization: Bearer …)")
    }
    let claims: Claims
    do throws(TokenError) {
      claims = try Tokens.check(String(parts[1]), key: key, now: now)
    } catch { throw unauthorized(error.reason) }
    guard claims.jam == request.call.jam else {
      throw APIError(403, "forbidden", "the token is for another jam")
    }
    return claims
  }

  private func unauthorized(_ reason: String) -> APIError {
    APIError(
      401, "unauthorized", reason, fields: [HeaderField("www-authenticate", "Bearer")])
  }

  private func object(_ body: [UInt8]) throws(APIError) -> ObjectValue {
    let value: AnyValue
    do throws(DecodingError) { value = try JSON.parse(body.span, maxDepth: 8) } catch {
      throw APIError(400, "bad-request", "the body is no JSON: \(error)")
    }
    guard case .object(let fields) = value else {
      throw APIError(400, "bad-request", "the body is no JSON object")
    }
    return fields
  }

  private func flag(_ value: AnyValue?, _ what: String) throws(APIError) -> Bool {
    switch value {
    case nil: return false
    case .bool(let flag)?: return flag
    default: throw APIError(400, "bad-request", "\"\(what)\" must be true or false")
    }
  }

  private func chosen(
    _ text: String, _ what: String, most: Int, code: String
  ) throws(APIError) -> String {
    switch ChosenText.checked(text, most: most) {
    case .success(let kept): return kept
    case .failure(let fault): throw APIError(400, code, "\"\(what)\" \(fault.clause)")
    }
  }

  private func answer<Value>(
    _ jam: Slug, _ outcome: Result<Value, CatalogueError>, _ made: (Value) -> Response
  ) -> Answer {
    switch outcome {
    case .success(let value): return .success(made(value))
    case .failure(.refused(let refusal)): return .failure(refusal)
    case .failure(.notSaved(let reason)):
      report(jam, reason)
      return .failure(APIError(503, "not-saving", "this cannot be saved now"))
    }
  }
}

extension Response {
  /// JSON that nobody keeps: tokens and secrets are in it.
  static func json(_ value: AnyValue, status: Int = 200) -> Response {
    Response(
      status: status,
      fields: [
        HeaderField("content-type", "application/json"), HeaderField("cache-control", "no-store"),
      ],
      body: Array((JSON.text(value) + "\n").utf8))
  }
}
