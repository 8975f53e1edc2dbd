import Lib0
import Rooms
import Storage
import TestSupport
import Testing

@testable import JamServer

@Suite("What the hub knows of a jam")
struct JamRecordTests {
  static let example = """
    {"invitations":{"participant":2,"facilitator":1,"viewer":1},"rooms":[{"id":\
    "bolshaya-yolka-k3f9a","title":"Большая ёлка","author":"g-mfzwizltoqzxk5dv",\
    "made":1790000000},{"id":"r","title":"R","author":"a","made":0,"review":true}]}
    """

  private func record() throws -> JamRecord {
    var record = JamRecord()
    record.renew(.participant)
    record.add(
      .init(
        id: try #require(Slug("bolshaya-yolka-k3f9a")), title: "Большая ёлка",
        author: "g-mfzwizltoqzxk5dv", made: 1_790_000_000))
    record.add(
      .init(id: try #require(Slug("r")), title: "R", author: "a", made: 0, isReview: true))
    return record
  }

  @Test func itIsAsItIsDescribed() throws {
    let record = try record()
    #expect(String(decoding: record.encoded(), as: UTF8.self) == Self.example)
    #expect(try JamRecord(decoding: Array(Self.example.utf8)) == record)
    #expect(record.generation(of: .participant) == 2 && record.generation(of: .viewer) == 1)
    #expect(record.room(try #require(Slug("r")))?.isReview == true)
    #expect(try JamRecord(decoding: JamRecord().encoded()).rooms.isEmpty)
  }

  @Test func whatANewerHubAddsIsLeftAlone() throws {
    let text = #"{"title":"Ян","more":[1],"rooms":["#
      + #"{"id":"r","title":"R","author":"a","made":1,"x":{}}]}"#
    let record = try JamRecord(decoding: Array(text.utf8))
    #expect(record.title == "Ян" && record.rooms.count == 1)
    #expect(record.generation(of: .facilitator) == 1)
  }

  @Test func reviewRoomsAreKeptAndTheOldestOfTooManyForgotten() throws {
    var record = try record()
    for number in 0...JamRecord.roomsMax {
      record.noteReview(try #require(Slug("review-\(number)")))
    }
    record.noteReview(try #require(Slug("r")))
    #expect(record.reviews.count == JamRecord.roomsMax)
    #expect(!record.isReview(try #require(Slug("review-0"))))
    #expect(record.isReview(try #require(Slug("review-1"))))
    #expect(record.isReview(try #require(Slug("r"))), "by its title already")
    #expect(try JamRecord(decoding: record.encoded()) == record)
  }

  static let bad = [
    "{\"reviews\":{}}", "{\"reviews\":[1]}", "{\"reviews\":[\"../r\"]}",
    "", "{", "[]", "1", "{\"title\":1}", "{\"title\":\"\"}", "{\"title\":\"a\\u0000b\"}",
    "{\"invitations\":1}", "{\"invitations\":{\"viewer\":0}}", "{\"invitations\":{\"viewer\":1.5}}",
    "{\"invitations\":{\"viewer\":-1}}", "{\"invitations\":{\"viewer\":1e300}}",
    "{\"invitations\":{\"viewer\":9007199254740992}}", "{\"invitations\":{\"viewer\":\"1\"}}",
    "{\"rooms\":{}}", "{\"rooms\":[1]}", "{\"rooms\":[{}]}",
    #"{"rooms":[{"id":"R","title":"R","author":"a","made":1}]}"#,
    #"{"rooms":[{"id":"../r","title":"R","author":"a","made":1}]}"#,
    #"{"rooms":[{"id":"r","title":1,"author":"a","made":1}]}"#,
    #"{"rooms":[{"id":"r","title":"R","author":"a"}]}"#,
    #"{"rooms":[{"id":"r","title":"R","author":"a","made":-1}]}"#,
    #"{"rooms":[{"id":"r","title":"R","made":1}]}"#,
    #"{"rooms":[{"id":"r","title":"R","author":"a","made":1},"#
      + #"{"id":"r","title":"S","author":"a","made":1}]}"#,
  ]

  @Test(arguments: bad)
  func whatIsNoneIsRefused(text: String) {
    #expect(throws: Lib0.DecodingError.self) { try JamRecord(decoding: Array(text.utf8)) }
    #expect(JamRecord.fault(in: Array(text.utf8)) != nil)
  }

  @Test func noPartOfOneIsTakenAndNoBitTraps() throws {
    let whole = Array(Self.example.utf8)
    for count in 0..<whole.count {
      #expect(JamRecord.fault(in: Array(whole[..<count])) != nil, "\(count)")
    }
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try? JamRecord(decoding: bytes)
    }
  }

  @Test func moreRoomsThanThereMayBeAreRefused() throws {
    let room = #"{"id":"r","title":"R","author":"a","made":1}"#
    let many = (0...JamRecord.roomsMax).map { number in
      room.split(separator: "\"r\"").joined(separator: "\"r\(number)\"")
    }
    let text = { (rooms: ArraySlice<String>) in
      Array(("{\"rooms\":[" + rooms.joined(separator: ",") + "]}").utf8)
    }
    #expect(try JamRecord(decoding: text(many[1...])).rooms.count == JamRecord.roomsMax)
    #expect(throws: Lib0.DecodingError.self) { try JamRecord(decoding: text(many[...])) }
  }
}

@Suite("Invitations and guests")
struct InvitationTests {
  private let key = Array(0..<32 as Range<UInt8>)

  /// Computed elsewhere, by the description in Protocol/http.md §2.
  @Test(arguments: [
    (Role.participant, 1 as UInt64, "zelivmh2z3wz7w43wlcl452gni"),
    (.participant, 2, "zkaoxuwwk7gf6wiajxtbug7ezm"),
    (.facilitator, 1, "jucbgsqmm55knvh5jtyv33zi4a"),
    (.facilitator, 2, "kyfecfg2bwu5bqe77a45tx4l64"), (.viewer, 1, "hq4kdhbjxdq7nnst263qg4qi3y"),
    (.viewer, 2, "jg2ymig3uqbj5g4p4urmhugzri"),
  ])
  func secretsAreAsDescribed(role: Role, generation: UInt64, secret: String) throws {
    let jam = try #require(Slug("demo"))
    let invitation = Invitation(jam: jam, role: role, generation: generation)
    #expect(invitation.secret(key: key) == secret)
    #expect(invitation.path(key: key) == "/j/demo#i=\(secret)")
  }

  @Test func aGuestsKeyIsOneSubjectInEachRole() throws {
    let jam = try #require(Slug("demo")), other = try #require(Slug("demo2"))
    let guest = String(repeating: "a", count: 26)
    let subject = { (jam: Slug, role: Role) in
      Invitation.subject(guestKey: guest, jam: jam, role: role, key: key)
    }
    #expect(subject(jam, .participant) == "g-rydujtc7go3tvr2u")
    #expect(subject(jam, .facilitator) == "g-44rzyvk3brdxmqf6")
    #expect(subject(other, .participant) != subject(jam, .participant))
  }

  @Test func guestKeysAreMadeAndTold() {
    let keys = Set((0..<100).map { _ in Invitation.makeGuestKey() })
    #expect(keys.count == 100 && keys.allSatisfy(Invitation.isGuestKey))
    for text in ["", "a", String(repeating: "a", count: 25), String(repeating: "a", count: 27),
      String(repeating: "A", count: 26), String(repeating: "1", count: 26),
      String(repeating: "я", count: 13), "../../../../../../../../.."]
    { #expect(!Invitation.isGuestKey(text), "\(text)") }
  }

  /// RFC 4648 10, in lower case and without padding.
  @Test(arguments: [
    ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"),
    ("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi"),
  ])
  func bytesAsLettersAreThoseOfTheRFC(text: String, letters: String) {
    #expect(Base32.text(text.utf8) == letters)
  }

  @Test func textsAreTheSameOrNot() {
    for (left, right, isSame) in [("", "", true), ("a", "a", true), ("a", "b", false),
      ("a", "ab", false), ("", "a", false), ("я", "я", true), ("ab", "ac", false)]
    { #expect(Digests.areSame(left, right) == isSame) }
  }
}

@Suite("Names and titles that people choose")
struct ChosenTextTests {
  @Test(arguments: [
    ("Ann", "Ann"), ("  Аня \n", "Аня"), ("李小龍", "李小龍"), ("a  b", "a  b"),
    ("👩‍👩‍👧", "👩‍👩‍👧"), ("é", "é"), ("x\u{301}", "x\u{301}"), ("", nil), (" \t\n", nil),
    ("\u{200b}", nil), ("\u{202e}evil", nil), ("a\u{0}b", nil), ("a\nb", nil), ("\u{301}", nil),
    ("\u{2066}", nil), ("1234567890", "1234567890"), ("12345678901", nil),
    ("я234567890", "я234567890"), ("Ann\u{200b}", "Ann"), ("\u{feff}A\u{2060}n\u{200d}n", "Ann"),
    ("\u{200f}Ann\u{61c}", "Ann"), ("a\u{ad}b", "ab"), ("\u{3164}", nil), ("\u{115f}", nil),
    ("\u{1160} \u{ffa0}", nil), ("\u{2800}", nil), ("\u{2064}\u{200e}", nil), ("\u{fe0f}", nil),
    ("Ann\u{2800}", "Ann"), ("Ann\u{3164}", "Ann"), ("❤️‍🔥", "❤️‍🔥"), ("👩\u{200d}", "👩"),
    ("👩\u{200d}\u{200d}👧", "👩‍👧"), ("👩\u{200d}n", "👩n"), ("1️⃣", "1\u{20e3}"),
  ])
  func onlyWhatCanBeReadIsTaken(text: String, kept: String?) {
    #expect((try? ChosenText.checked(text, most: 10).get()) == kept)
  }

  /// The same words as in the browser's `visible.test.ts`.
  @Test(
    "joiners stay where letters look otherwise without them",
    arguments: [
      "ශ්\u{200d}රී", "می\u{200c}خواهم", "क्\u{200d}ष", "क्\u{200c}ष", "র\u{200d}্যাব",
      "ನರ\u{200d}್ಕ", "അവന്\u{200d}", "نامه\u{200c}ای", "بِ\u{200c}ب",
    ])
  func spells(_ text: String) throws {
    let kept = try ChosenText.checked(text, most: 20).get()
    #expect(Array(kept.unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test(
    "joiners that show nothing go",
    arguments: [
      ("A\u{200d}nn", "Ann"), ("Я\u{200c}н", "Ян"), ("ر\u{200c}ضا", "رضا"), ("می\u{200d}خ", "میخ"),
      ("می\u{200c}", "می"), ("می\u{200c} خ", "می خ"), ("می\u{200c}x", "میx"), ("क\u{200d}ष", "कष"),
      ("क्\u{200c}", "क्"), ("क्\u{200d}\u{200d}ष", "क्\u{200d}ष"), ("\u{200d}क", "क"),
      ("क्\u{200b}\u{200d}ष", "क्\u{200d}ष"),
    ])
  func strips(_ text: String, _ left: String) throws {
    let kept = try ChosenText.checked(text, most: 20).get()
    #expect(Array(kept.unicodeScalars) == Array(left.unicodeScalars))
  }
}

@Suite("Ids of rooms")
struct RoomNameTests {
  @Test(arguments: [
    ("Radio", "radio"), ("Большая Ёлка", "bolshaya-yolka"), ("Größe & Maß", "groesse-mass"),
    ("Шчаўе і бульба", "shchaue-i-bulba"), ("Об'єкт її ґанку", "obyekt-yiyi-ganku"),
    ("  --a__b--  ", "a-b"), ("Crème brûlée", "creme-brulee"), ("Łódź", "lodz"), ("", "room"),
    ("漢字", "room"), ("漢字 2", "2"), ("!!!", "room"), ("Ärger", "aerger"), ("e\u{301}te", "ete"),
    ("../../etc/passwd", "etc-passwd"), ("a\u{0}b", "a-b"), ("İstanbul", "istanbul"),
    (String(repeating: "щ", count: 30), String(repeating: "shch", count: 10)),
    (String(repeating: "a", count: 99), String(repeating: "a", count: 40)),
  ] as [(String, String)])
  func titlesBecomeLettersThatAnIDMayHave(title: String, stem: String) {
    #expect(RoomName.stem(of: title) == stem)
  }

  @Test func anIDHasARandomEnd() throws {
    let id = try #require(RoomName.id(for: "Ёлка", random: [0, 0xff, 0x10, 0x7f]))
    #expect(id.description == "yolka-ad7ra")
    #expect(RoomName.id(for: "Ёлка", random: Digests.random(4))?.description.utf8.count == 11)
  }

  /// Whatever people type: an id, of at most 64 bytes.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func everyTitleHasAnID(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var title = ""
    for _ in 0..<120 {
      let most: UInt32 = seed % 2 == 0 ? 0x500 : 0x10ffff
      let value = UInt32.random(in: 0...most, using: &random)
      if let scalar = Unicode.Scalar(value) { title.unicodeScalars.append(scalar) }
    }
    let id = try #require(RoomName.id(for: title, random: [1, 2, 3, 4]))
    #expect(id.description.utf8.count <= 46)
    #expect(!id.description.contains("--") && !id.description.hasPrefix("-"))
  }
}

@Suite("Lists of rooms")
struct RoomIndexTests {
  @Test func aRoomIsThereWhileSomebodyIsInItOrSomethingWasWritten() throws {
    let jam = try #require(Slug("demo")), one = try #require(Slug("one"))
    let id = RoomID(jam: jam, prototype: one)
    let index = RoomIndex()
    index.note(id, people: 2, changed: nil)
    #expect(index.rooms(of: jam) == [one: .init(people: 2, changed: nil)])
    index.note(id, people: 0, changed: nil)
    #expect(index.rooms(of: jam).isEmpty)
    index.note(id, people: 1, changed: 7)
    index.note(id, people: 0, changed: nil)
    #expect(index.rooms(of: jam) == [one: .init(people: 0, changed: 7)])
    index.note(id, people: 0, changed: 5)
    #expect(index.rooms(of: jam)[one]?.changed == 7)
    #expect(index.rooms(of: one).isEmpty)
    #expect(RoomIndex([id: 3_999_999]).rooms(of: jam) == [one: .init(people: 0, changed: 3)])
  }
}

@Suite("How often somebody may")
struct QuotaTests {
  private let quota = Quota(most: 30, seconds: 60)

  private func at(_ seconds: Double) -> Moment {
    Moment(monotonic: Int64(seconds * 1e9), wall: 0)
  }

  @Test func thirtyTimesAMinuteEach() {
    for _ in 0..<30 { #expect(quota.take("a", at: at(0)) == nil) }
    #expect(quota.take("a", at: at(20)) == 40)
    #expect(quota.take("b", at: at(20)) == nil)
    #expect(quota.take("a", at: at(59.9)) == 1)
    #expect(quota.take("a", at: at(60)) == nil)
  }

  @Test func thoseWhoDoNotComeBackAreForgotten() {
    for number in 0..<3 * Quota.keysMax {
      #expect(quota.take("a\(number)", at: at(Double(number) / 1e9)) == nil)
    }
  }
}
