import Dispatch
import HTTP
import Lib0
import Rooms
import Storage
import Synchronization
import Testing

@testable import JamServer

/// The API of one jam without a socket or a disk.
private final class APIRig: Sendable {
  let api: JamAPI
  let jam: Slug
  let index = RoomIndex()
  /// What was saved, in order; and whether it can be.
  let saved = Mutex<[JamRecord]>([])
  let isDiskFull = Mutex(false)
  let reports = Mutex<[String]>([])
  let key = Array(0..<32 as Range<UInt8>)
  static let start = Moment(monotonic: 1_000_000_000, wall: 1_790_000_000_000_000)

  init(title: String? = nil) throws {
    let jam = try #require(Slug("demo"))
    self.jam = jam
    let titles = title.map { [jam: $0] } ?? [:]
    let box = Weak()
    let catalogue = Catalogue([:]) { _, record in
      guard let rig = box.rig.withLock({ $0 }) else { return .failure(.closed) }
      if rig.isDiskFull.withLock({ $0 }) { return .failure(.failed(reason: "disk full")) }
      rig.saved.withLock { $0.append(record) }
      return .success(())
    }
    api = JamAPI(
      jams: [jam], titles: titles, key: key, catalogue: catalogue, index: index
    ) { _, reason in
      box.rig.withLock { $0 }?.reports.withLock { $0.append(reason) }
    }
    box.rig.withLock { $0 = self }
  }

  /// The rig that the catalogue's closures report to; it outlives them.
  private final class Weak: Sendable {
    let rig = Mutex<APIRig?>(nil)
  }

  struct Answer {
    var status: Int
    var value: AnyValue
    var fields: [HeaderField]
    subscript(name: String) -> String? { value[name]?.stringValue }
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
  }

  func ask(
    _ resource: APICall.Resource, post body: String? = nil, token: String? = nil,
    authorization: String? = nil, jam: Slug? = nil, from address: String = "a",
    knowing tag: String? = nil, at now: Moment = start
  ) throws -> Answer {
    var request = APIRequest(
      call: APICall(jam: jam ?? self.jam, resource: resource),
      authorization: authorization ?? token.map { "Bearer \($0)" }, address: address)
    request.isPost = body != nil
    request.body = Array((body ?? "").utf8)
    if let tag {
      let text = "GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \(tag)\r\n\r\n"
      request.fields = try #require(try RequestHead.parse(Array(text.utf8).span)).head.fields
    }
    let arrived = DispatchSemaphore(value: 0)
    let box = Mutex<JamAPI.Answer?>(nil)
    api.answer(request, now: now) { answer in
      box.withLock { $0 = answer }
      arrived.signal()
    }
    try #require(arrived.wait(timeout: .now() + 20) == .success)
    let response =
      switch try #require(box.withLock { $0 }) {
      case .success(let response): response
      case .failure(let error): error.response
      }
    return Answer(
      status: response.status,
      value: response.body.isEmpty ? .null : try JSON.parse(response.body.span),
      fields: response.fields)
  }

  func secret(_ role: Role) -> String {
    String(api.link(role, of: jam).split(separator: "=").last ?? "")
  }

  /// Comes in by the link of a role.
  func join(_ role: Role, name: String = "Ann", key: String? = nil) throws -> Answer {
    let more = key.map { ",\"key\":\"\($0)\"" } ?? ""
    return try ask(
      .join, post: "{\"invitation\":\"\(secret(role))\",\"name\":\"\(name)\"\(more)}")
  }

  func token(_ role: Role, _ subject: String = "s", room: Slug? = nil) throws -> String {
    let now = Self.start.wall / 1_000_000
    let claims = Claims(subject: subject, role: role, jam: jam, room: room, expiresAt: now + 60)
    return try Tokens.sign(claims, key: key, now: now)
  }

  static func later(milliseconds: Int64) -> Moment {
    Moment(
      monotonic: start.monotonic + milliseconds * 1_000_000,
      wall: start.wall + milliseconds * 1_000)
  }
}

@Suite("The JSON API: coming in")
struct JamAPIJoinTests {
  private let rig: APIRig

  init() throws { rig = try APIRig() }

  @Test(arguments: [Role.participant, .facilitator, .viewer])
  func aLinkMakesATokenOfItsRole(role: Role) throws {
    let answer = try rig.join(role, name: "  Аня ")
    #expect(answer.status == 200 && answer["role"] == role.rawValue && answer["name"] == "Аня")
    #expect(answer.field("cache-control") == "no-store")
    let now = APIRig.start.wall / 1_000_000
    let claims = try Tokens.check(try #require(answer["token"]), key: rig.key, now: now)
    #expect(claims.subject == answer["sub"] && claims.name == "Аня" && claims.role == role)
    #expect(claims.jam == rig.jam && claims.room == nil && claims.generation == 1)
    #expect(claims.expiresAt == now + 12 * 3600)
    let expires = answer.value["expires"]
    #expect(expires?.numberValue == Double(now + 12 * 3600))
    let jam = answer.value["jam"]
    #expect(jam == .object(["id": .string("demo"), "title": .string("demo")]))
  }

  @Test func theSameKeyIsTheSamePersonAndAnotherRoleIsNot() throws {
    let first = try rig.join(.participant)
    let key = try #require(first["key"])
    let again = try rig.join(.participant, name: "Bob", key: key)
    #expect(again["sub"] == first["sub"] && again["key"] == key && again["name"] == "Bob")
    #expect(try rig.join(.participant)["sub"] != first["sub"])
    #expect(try rig.join(.facilitator, key: key)["sub"] != first["sub"])
  }

  static let bad: [(body: String, status: Int, code: String)] = [
    ("", 400, "bad-request"), ("{", 400, "bad-request"), ("[]", 400, "bad-request"),
    ("null", 400, "bad-request"), ("{}", 400, "bad-request"), ("{\"a\":1}x", 400, "bad-request"),
    ("\u{0}", 400, "bad-request"),
    (String(repeating: "[", count: 5_000), 400, "bad-request"),
    ("{\"invitation\":1,\"name\":\"a\"}", 400, "bad-request"),
    ("{\"invitation\":\"\",\"name\":\"a\"}", 401, "bad-invitation"),
    ("{\"invitation\":\"x\",\"name\":\"a\"}", 401, "bad-invitation"),
    ("{\"invitation\":\"SECRET\"}", 400, "bad-name"),
    ("{\"invitation\":\"SECRET\",\"name\":1}", 400, "bad-name"),
    ("{\"invitation\":\"SECRET\",\"name\":\"\"}", 400, "bad-name"),
    ("{\"invitation\":\"SECRET\",\"name\":\" \\n\"}", 400, "bad-name"),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\\u0000\"}", 400, "bad-name"),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\\u202e\"}", 400, "bad-name"),
    (
      "{\"invitation\":\"SECRET\",\"name\":\"\(String(repeating: "я", count: 65))\"}", 400,
      "bad-name"
    ),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\",\"key\":1}", 400, "bad-key"),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\",\"key\":\"\"}", 400, "bad-key"),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\",\"key\":\"../../x\"}", 400, "bad-key"),
    ("{\"invitation\":\"SECRET\",\"name\":\"a\",\"key\":null}", 200, ""),
    (
      "{\"invitation\":\"SECRET\",\"name\":\"\(String(repeating: "😀", count: 64))\"}", 200, ""
    ),
  ]

  @Test(arguments: 0..<bad.count)
  func whatIsNoGoodRequestIsRefusedWithACode(index: Int) throws {
    let row = Self.bad[index]
    let body = row.body.split(separator: "SECRET", omittingEmptySubsequences: false)
      .joined(separator: rig.secret(.viewer))
    let answer = try rig.ask(.join, post: body)
    #expect(answer.status == row.status && answer["error"] ?? "" == row.code, "\(row.body)")
    // Nothing of the secret comes back.
    #expect(answer["reason"]?.contains(rig.secret(.viewer)) != true)
  }

  @Test func everyPrefixAndEveryBitOfARequestIsAnswered() throws {
    let text = "{\"invitation\":\"\(rig.secret(.viewer))\",\"name\":\"Аня\",\"key\":null}"
    let whole = Array(text.utf8)
    for count in 0..<whole.count {
      let prefix = String(decoding: whole[..<count], as: UTF8.self)
      #expect(try rig.ask(.join, post: prefix).status == 400)
    }
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      var request = APIRequest(call: APICall(jam: rig.jam, resource: .join), address: "\(bit)")
      request.isPost = true
      request.body = bytes
      rig.api.answer(request, now: APIRig.start) { answer in
        switch answer {
        case .success(let response): #expect(response.status == 200)
        case .failure(let error): #expect([400, 401].contains(error.status))
        }
      }
    }
  }

  @Test func noBitOfASecretMayBeAnother() throws {
    let secret = Array(rig.secret(.participant).utf8)
    for index in secret.indices {
      var wrong = secret
      wrong[index] = wrong[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
      let text = String(decoding: wrong, as: UTF8.self)
      let answer = try rig.ask(
        .join, post: "{\"invitation\":\"\(text)\",\"name\":\"a\"}", from: "\(index)")
      #expect(answer.status == 401)
    }
  }

  @Test func whoGuessesIsToldToWaitAndOthersBehindTheAddressComeIn() throws {
    let wrong = "{\"invitation\":\"x\",\"name\":\"a\"}"
    for _ in 0..<30 { #expect(try rig.ask(.join, post: wrong).status == 401) }
    let late = try rig.ask(.join, post: wrong)
    #expect(late.status == 429 && late.field("retry-after") == "60")
    #expect(try rig.join(.participant).status == 200)
    #expect(try rig.ask(.join, post: wrong, from: "b").status == 401)
    let minute = Moment(monotonic: 61_000_000_000, wall: APIRig.start.wall)
    #expect(try rig.ask(.join, post: wrong, at: minute).status == 401)
  }

  @Test func anotherJamIsNotHere() throws {
    let other = try #require(Slug("other"))
    for resource in [APICall.Resource.join, .rooms, .invitations, .renewal(.viewer)] {
      #expect(try rig.ask(resource, post: "{}", jam: other).status == 404)
    }
  }
}

@Suite("The JSON API: rooms and links")
struct JamAPITests {
  private let rig: APIRig

  init() throws { rig = try APIRig() }

  private func rooms(_ token: String, at now: Moment = APIRig.start) throws -> [AnyValue] {
    let list = try rig.ask(.rooms, token: token, at: now).value["rooms"]
    return try #require(list?.arrayValue)
  }

  @Test func aTokenIsNeededAndMustBeGood() throws {
    let good = try rig.token(.facilitator)
    let past = Moment(monotonic: 0, wall: APIRig.start.wall + 61_000_000)
    for resource in [APICall.Resource.rooms, .invitations, .renewal(.viewer)] {
      for wrong in [nil, "", "Bearer", "Bearer ", "Basic \(good)", good, "Bearer \(good)x",
        "Bearer \(good) x", "Bearer " + String(repeating: "a", count: 9_000)]
      {
        let answer = try rig.ask(resource, authorization: wrong)
        #expect(answer.status == 401 && answer["error"] == "unauthorized")
        #expect(answer.field("www-authenticate") == "Bearer")
      }
      #expect(try rig.ask(resource, token: good, at: past).status == 401)
      #expect(try rig.ask(resource, authorization: "bearer \(good)").status == 200)
    }
    let now = APIRig.start.wall / 1_000_000
    let elsewhere = Claims(
      subject: "s", role: .facilitator, jam: try #require(Slug("other")), expiresAt: now + 60)
    let foreign = try Tokens.sign(elsewhere, key: rig.key, now: now)
    #expect(try rig.ask(.rooms, token: foreign).status == 403)
  }

  @Test func aRoomHasItsTitleAndAnIDMadeOfIt() throws {
    let token = try rig.token(.participant)
    let made = try rig.ask(.rooms, post: "{\"title\":\" Большая Ёлка \"}", token: token)
    #expect(made.status == 201 && made["title"] == "Большая Ёлка")
    let id = try #require(made["id"])
    #expect(id.hasPrefix("bolshaya-yolka-") && Slug(id) != nil)
    #expect(rig.saved.withLock { $0.last?.rooms.map(\.author) } == ["s"])
    #expect(
      try rooms(token) == [
        .object([
          "id": .string(id), "title": .string("Большая Ёлка"), "people": .number(0),
          "changed": .null, "review": .bool(false),
        ])
      ])
  }

  @Test func theNewestComesFirstAndEveryRoomIsThere() throws {
    let token = try rig.token(.viewer), author = try rig.token(.participant)
    let now = APIRig.start.wall / 1_000_000
    for (name, people, changed) in [("old", 0, now - 50), ("new", 2, now - 5)] {
      let id = RoomID(jam: rig.jam, prototype: try #require(Slug(name)))
      rig.index.note(id, people: people, changed: changed)
    }
    let earlier = Moment(monotonic: 0, wall: APIRig.start.wall - 20_000_000)
    let made = try rig.ask(.rooms, post: "{\"title\":\"Mid\"}", token: author, at: earlier)
    #expect(made.status == 201)
    let found = try rooms(token)
    let titles = found.map { $0["title"]?.stringValue }
    #expect(titles == ["new", "Mid", "old"])
    let people = found.map { $0["people"]?.numberValue }
    #expect(people == [2, 0, 0])
    let changed = found.map { $0["changed"] }
    #expect(changed == [.number(Double(now - 5)), .null, .number(Double(now - 50))])
    // A token for one room sees that one, and makes none.
    let claims = Claims(
      subject: "s", role: .participant, jam: rig.jam, room: Slug("old"), expiresAt: now + 60)
    let narrow = try Tokens.sign(claims, key: rig.key, now: now)
    #expect(try rooms(narrow).count == 1)
    #expect(try rig.ask(.rooms, post: "{\"title\":\"a\"}", token: narrow).status == 403)
  }

  @Test(arguments: [
    "", "{}", "{\"title\":1}", "{\"title\":\"\"}", "{\"title\":\"  \"}", "{\"title\":\"a\\nb\"}",
    "{\"title\":\"\(String(repeating: "a", count: 121))\"}", "{\"title\":null}", "[\"title\"]",
  ])
  func aTitleMustBeOne(body: String) throws {
    let answer = try rig.ask(.rooms, post: body, token: try rig.token(.participant))
    #expect(answer.status == 400)
    #expect(rig.saved.withLock { $0.isEmpty })
  }

  @Test func aRoomMayBeForReview() throws {
    let token = try rig.token(.bot)
    for (flag, status) in [("true", 201), ("false", 201), ("1", 400), ("null", 400)] {
      let body = "{\"title\":\"a\",\"review\":\(flag)}"
      let made = try rig.ask(.rooms, post: body, token: token)
      #expect(made.status == status)
      guard let id = made["id"].flatMap({ Slug($0) }) else { continue }
      #expect(rig.api.catalogue[rig.jam].room(id)?.isReview == (flag == "true"))
      #expect(rig.api.hasTitle(RoomID(jam: rig.jam, prototype: id)))
    }
    let found = try rooms(token)
    let marks = found.map { $0["review"] }
    #expect(marks.count == 2 && marks.contains(.bool(true)) && marks.contains(.bool(false)))
  }

  @Test func aPerformanceMakesAReviewRoom() throws {
    let token = try rig.token(.viewer), now = APIRig.start.wall / 1_000_000
    let id = RoomID(jam: rig.jam, prototype: try #require(Slug("again")))
    rig.index.note(id, people: 1, changed: now)
    #expect(try rooms(token).first?["review"] == .bool(false))
    rig.api.keepReview(id)
    rig.api.keepReview(id)
    rig.api.catalogue.finish()
    #expect(rig.api.isReview(id) && !rig.api.hasTitle(id))
    #expect(try rooms(token).first?["review"] == .bool(true))
    let saved = try #require(rig.saved.withLock { $0.last })
    #expect(saved.reviews == [id.prototype])
    #expect(try JamRecord(decoding: saved.encoded()) == saved)
  }

  @Test func aJamHasTheTitleOfTheSettings() throws {
    let token = try rig.token(.viewer)
    for (title, shown) in [(nil, "demo"), ("Ночь радио", "Ночь радио")] {
      let answer = try APIRig(title: title).ask(.rooms, token: token)
      #expect(answer.value["jam"]?["title"]?.stringValue == shown)
    }
  }

  @Test func viewersMakeNoRooms() throws {
    let answer = try rig.ask(.rooms, post: "{\"title\":\"a\"}", token: try rig.token(.viewer))
    #expect(answer.status == 403 && answer["error"] == "viewer")
  }

  @Test func nobodyMakesMoreThanAHundred() throws {
    let token = try rig.token(.participant)
    for number in 0..<JamRecord.roomsOfOne {
      let answer = try rig.ask(.rooms, post: "{\"title\":\"\(number)\"}", token: token)
      #expect(answer.status == 201)
    }
    let more = try rig.ask(.rooms, post: "{\"title\":\"more\"}", token: token)
    #expect(more.status == 409 && more["error"] == "room-limit")
  }

  @Test(arguments: [Role.participant, .viewer, .bot])
  func onlyFacilitatorsHaveToDoWithLinks(role: Role) throws {
    let token = try rig.token(role)
    for resource in [APICall.Resource.invitations, .renewal(.participant)] {
      let answer = try rig.ask(resource, post: "", token: token)
      #expect(answer.status == 403 && answer["error"] == "not-allowed")
    }
    #expect(rig.saved.withLock { $0.isEmpty })
  }

  @Test func aRenewedLinkIsTheOnlyOneOfItsRole() throws {
    let token = try rig.token(.facilitator)
    let links = try rig.ask(.invitations, token: token)
    #expect(links["participant"] == "/j/demo#i=\(rig.secret(.participant))")
    let old = rig.secret(.participant), other = rig.secret(.viewer)
    let renewed = try rig.ask(.renewal(.participant), post: "", token: token)
    #expect(renewed.status == 200 && renewed["link"] == rig.api.link(.participant, of: rig.jam))
    #expect(rig.secret(.participant) != old && rig.secret(.viewer) == other)
    let late = try rig.ask(.join, post: "{\"invitation\":\"\(old)\",\"name\":\"a\"}")
    #expect(late.status == 401 && late["error"] == "bad-invitation")
    #expect(try rig.join(.participant).status == 200)
    #expect(try rig.ask(.invitations, token: token)["participant"] == renewed["link"])
  }

  @Test func whatCannotBeSavedHasNotHappened() throws {
    let token = try rig.token(.facilitator)
    let old = rig.secret(.participant)
    rig.isDiskFull.withLock { $0 = true }
    for (resource, body) in [
      (APICall.Resource.renewal(.participant), ""), (.rooms, "{\"title\":\"a\"}"),
    ] {
      let answer = try rig.ask(resource, post: body, token: token)
      #expect(answer.status == 503 && answer["error"] == "not-saving")
    }
    #expect(rig.secret(.participant) == old && rig.api.catalogue[rig.jam].rooms.isEmpty)
    #expect(rig.reports.withLock { $0.count } == 2)
    rig.isDiskFull.withLock { $0 = false }
    #expect(try rig.ask(.renewal(.participant), post: "", token: token).status == 200)
    #expect(rig.secret(.participant) != old)
  }
}

@Suite("The JSON API: who gets links")
struct JamAPILinkTests {
  private let rig: APIRig

  init() throws { rig = try APIRig() }

  /// What each request for links is answered with.
  private func told(_ token: String?) throws -> [String?] {
    try [APICall.Resource.invitations, .renewal(.viewer)].map {
      try rig.ask($0, post: "", token: token)["error"]
    }
  }

  @Test func aTokenForOneRoomGetsNoLinks() throws {
    let narrow = try rig.token(.facilitator, room: Slug("x"))
    #expect(try told(narrow) == ["forbidden", "forbidden"])
    #expect(rig.saved.withLock { $0.isEmpty })
  }

  @Test func aFormerLinkShowsNobodyTheNewOne() throws {
    let eve = try rig.join(.facilitator)["token"], boss = try rig.token(.facilitator)
    #expect(try told(eve) == [nil, nil])
    #expect(try rig.ask(.renewal(.participant), post: "", token: boss).status == 200)
    #expect(try told(eve) == [nil, nil], "another role's link is nothing to hers")
    let renewed = try rig.ask(.renewal(.facilitator), post: "", token: boss)
    #expect(renewed.status == 200 && renewed["token"] == nil, "the operator's needs none")
    #expect(try told(eve) == ["unauthorized", "unauthorized"])
    #expect(try rig.ask(.renewal(.facilitator), post: "", token: eve).status == 401)
    // For everything else her token is as good as before; and the operator's always is.
    #expect(try rig.ask(.rooms, token: eve).status == 200)
    #expect(try told(boss) == [nil, nil])
  }

  @Test func whoRenewsTheirOwnLinkStaysIn() throws {
    let joined = try rig.join(.facilitator, name: "Аня")
    let token = try #require(joined["token"])
    #expect(try rig.ask(.renewal(.viewer), post: "", token: token)["token"] == nil)
    let later = APIRig.later(milliseconds: 60_000)
    let renewed = try rig.ask(.renewal(.facilitator), post: "", token: token, at: later)
    let fresh = try #require(renewed["token"])
    let end = later.wall / 1_000_000 + 12 * 3_600
    #expect(renewed.value["expires"]?.numberValue == Double(end))
    let claims = try Tokens.check(fresh, key: rig.key, now: later.wall / 1_000_000)
    #expect(claims.subject == joined["sub"] && claims.name == "Аня" && claims.generation == 2)
    #expect(claims.role == .facilitator && claims.expiresAt == end)
    #expect(try told(token) == ["unauthorized", "unauthorized"])
    #expect(try told(fresh) == [nil, nil])
  }
}

@Suite("The JSON API: lists and rooms are bounded")
struct JamAPIBoundTests {
  private let rig: APIRig

  init() throws { rig = try APIRig() }

  private func make(
    _ token: String?, from address: String = "a", at now: Moment = APIRig.start
  ) throws -> APIRig.Answer {
    try rig.ask(.rooms, post: "{\"title\":\"a\"}", token: token, from: address, at: now)
  }

  @Test func aListIsMadeAnewOnceSomethingIsNewButNotAllTheTime() throws {
    let token = try rig.token(.participant)
    let id = RoomID(jam: rig.jam, prototype: try #require(Slug("radio")))
    func rooms(_ milliseconds: Int64) throws -> Int? {
      let now = APIRig.later(milliseconds: milliseconds)
      return try rig.ask(.rooms, token: token, at: now).value["rooms"]?.arrayValue?.count
    }
    #expect(try rooms(0) == 0)
    rig.index.note(id, people: 1, changed: nil)
    #expect(try rooms(499) == 0)
    #expect(try rooms(500) == 1)
    // What somebody has made is there for them at once.
    #expect(try make(token).status == 201)
    #expect(try rooms(501) == 2)
  }

  @Test func whoHasTheListIsToldSo() throws {
    let token = try rig.token(.viewer)
    let first = try rig.ask(.rooms, token: token)
    #expect(first.field("cache-control") == "private, no-cache")
    let tag = try #require(first.field("etag"))
    let known = try rig.ask(.rooms, token: token, knowing: tag)
    #expect(known.status == 304 && known.value == .null && known.field("etag") == tag)
    #expect(try make(try rig.token(.participant)).status == 201)
    let new = try rig.ask(.rooms, token: token, knowing: tag)
    #expect(new.status == 200 && new.field("etag") != tag)
  }

  @Test func nobodyAsksForListsAllTheTime() throws {
    let ann = try rig.token(.viewer, "ann"), bob = try rig.token(.viewer, "bob")
    for _ in 0..<20 { #expect(try rig.ask(.rooms, token: ann).status == 200) }
    let late = try rig.ask(.rooms, token: ann)
    #expect(late.status == 429 && late["error"] == "too-many-requests")
    #expect(late.field("retry-after") == "10")
    #expect(try rig.ask(.rooms, token: bob).status == 200)
    let later = APIRig.later(milliseconds: 10_000)
    #expect(try rig.ask(.rooms, token: ann, at: later).status == 200)
  }

  @Test func theLastRoomsAreForFacilitators() throws {
    for number in 0..<8 {
      let token = try rig.token(.participant, "p\(number)")
      for _ in 0..<100 { #expect(try make(token).status == 201) }
    }
    for role in [Role.participant, .bot] {
      #expect(try make(try rig.token(role, "late"))["error"] == "room-limit")
    }
    for number in 0..<2 {
      let token = try rig.token(.facilitator, "f\(number)")
      for _ in 0..<100 { #expect(try make(token).status == 201) }
    }
    #expect(try make(try rig.token(.facilitator, "late"))["error"] == "room-limit")
  }

  @Test func theGuestsOfOneAddressMakeSixtyRoomsAnHour() throws {
    for _ in 0..<6 {
      let guest = try rig.join(.participant)["token"]
      for _ in 0..<10 { #expect(try make(guest).status == 201) }
    }
    let guest = try rig.join(.participant)["token"]
    let more = try make(guest)
    #expect(more.status == 429 && more.field("retry-after") == "3600")
    #expect(try make(guest, from: "b").status == 201)
    #expect(try make(try rig.join(.facilitator)["token"]).status == 201)
    #expect(try make(try rig.token(.participant)).status == 201, "the operator knows who that is")
    let later = APIRig.later(milliseconds: 3_600_000)
    #expect(try make(guest, at: later).status == 201)
  }
}
