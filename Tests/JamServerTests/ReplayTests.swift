import CRDT
import JamServer
import Storage
import TestSupport
import Testing

@testable import jamboree

@Suite("Replay")
struct ReplayTests {
  /// Times of an imagined session, in microseconds: bursts, pauses, a clock that was set back.
  private static func session(_ random: inout SplitMix64) -> [Int64] {
    var time: Int64 = 1_790_000_000_000_000
    return (0..<2_000).map { index in
      switch index % 50 {
      case 0: time += Int64.random(in: 1_000_000...90_000_000, using: &random)
      case 25: time -= Int64.random(in: 0...5_000_000, using: &random)
      default: time += Int64.random(in: 0...40_000, using: &random)
      }
      return time
    }
  }

  /// What a clock that only stands on whole milliseconds shows when each is sent.
  @Test(arguments: [1.0, 0.5, 3, 8, 1000])
  func everyUpdateIsPlannedWithin50MillisecondsOfItsRecordedTime(speed: Double) {
    var random = SplitMix64(seed: 7)
    let times = Self.session(&random)
    var plan = ReplayPlan(speed: speed)
    var clock: Int64 = 0
    var exact = 0.0
    var last = times[0]
    for time in times {
      let due = plan.due(recordedAt: time)
      while clock < due { clock += 1_000 }
      exact += Double(max(time - last, 0)) / speed
      last = time
      #expect(abs(Double(clock) - exact) < 50_000)
      #expect(abs(Double(due) - exact) <= 1)
    }
  }

  @Test func pausesAreCutAndNothingElse() {
    var plan = ReplayPlan(speed: 2, maxGap: 1_000_000)
    let due = [5, 6, 66, 67, 40, 41].map { plan.due(recordedAt: $0 * 1_000_000) }
    #expect(due == [0, 500_000, 1_500_000, 2_000_000, 2_000_000, 2_500_000])
  }

  @Test func absurdTimesDoNotTrap() {
    var plan = ReplayPlan(speed: 1e-9)
    for time in [Int64.min, .max, 0, .min, .max] {
      #expect((0...1_000_000_000_000_000).contains(plan.due(recordedAt: time)))
    }
  }

  @Test func aDifferenceIsSaidAndPiecesAreNone() throws {
    var doc = Doc(clientID: 1), other = Doc(clientID: 0), pieces = Doc(clientID: 0)
    for letter in ["a", "b", "c"] {
      let update = try doc.transact { edit throws(EditError) in
        try edit.insert(letter, at: 0, in: edit.root("t"))
      }
      pieces.apply(try Update(v1: update ?? []))
    }
    #expect(ReplayComparison.difference(recorded: doc, found: pieces) == nil)
    let difference = try #require(ReplayComparison.difference(recorded: doc, found: other))
    #expect(difference.contains("client 1 is recorded up to 3, the hub has 0"))
    other.apply(try Update(v1: doc.encodeStateAsUpdate()))
    _ = try doc.transact { edit throws(EditError) in
      try edit.deleteText(0..<1, in: edit.root("t"))
    }
    #expect(
      ReplayComparison.difference(recorded: doc, found: other)?.contains("the content does not")
        == true)
  }

  @Test(arguments: [
    (["--room", "demo/one"], "--into is missing"),
    (["--room", "demo", "--print"], "--room must be"),
    (["--room", "demo/one", "--print", "--speed", "0"], "--speed"),
    (["--room", "demo/one", "--print", "--max-gap", "10"], "--max-gap must be"),
    (["--room", "demo/one", "--print", "--board", "A"], "--board must be"),
    (["--room", "demo/one", "--print", "--from-sequence", "9", "--to-sequence", "8"], "behind"),
  ])
  func wrongOptionsAreNamed(options: [String], reason: String) throws {
    let run = try CommandRun(["replay", "--from", "x"] + options, in: TemporaryFolder())
    #expect(run.exitCode == 64 && run.errors.contains(reason), "\(run.errors)")
  }

  @Test func whereToIsCheckedAndAFolderWithoutTheRoomIsSaid() throws {
    let folder = try TemporaryFolder()
    _ = try SigningKey.load(dataDirectory: folder.path + "/d")
    let run = try CommandRun(
      ["replay", "--from", "d", "--room", "demo/one", "--into", "ws://x/y"], in: folder)
    #expect(run.exitCode == 1 && run.errors.contains("has no recording of the room demo/one"))
  }
}

@Suite("Tokens: scope")
struct TokenScopeTests {
  private static let key = [UInt8](repeating: 7, count: 32)

  @Test func theScopeReplayComesBackFromItsToken() throws {
    let request = TokenRequest(
      subject: "r", role: "bot", jam: "demo", room: "review-1", scope: "replay")
    let token = try Tokens.sign(try request.claims(now: 1_000), key: Self.key, now: 1_000)
    #expect(try Tokens.check(token, key: Self.key, now: 1_000).scope == .replay)
  }

  @Test(arguments: [
    ("participant", "one", "replay", "--scope is for the role bot"),
    ("facilitator", "one", "replay", "--scope is for the role bot"),
    ("bot", nil, "replay", "--scope needs a room"),
    ("bot", "one", "all", "--scope must be replay"),
  ] as [(String, String?, String, String)])
  func whatDoesNotGoTogetherIsRefused(
    _ role: String, _ room: String?, _ scope: String, _ reason: String
  ) {
    let request = TokenRequest(subject: "r", role: role, jam: "demo", room: room, scope: scope)
    do throws(TokenRequestError) {
      _ = try request.claims(now: 1_000)
      Issue.record("was taken")
    } catch { #expect("\(error)" == reason) }
  }

  @Test func aScopeThatDoesNotFitIsNotSigned() {
    let claims = Claims(
      subject: "r", role: .participant, jam: Slug("demo")!, room: Slug("one")!, scope: .replay,
      expiresAt: nil)
    #expect(throws: TokenError.claim("scope", "is for the role bot")) {
      try Tokens.sign(claims, key: Self.key, now: 1_000)
    }
  }
}
