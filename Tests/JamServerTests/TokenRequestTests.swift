import JamServer
import Testing

@Suite("TokenRequest")
struct TokenRequestTests {
  let plain = TokenRequest(subject: "ada", role: "bot", jam: "demo")

  @Test(
    arguments: [
      ("2d", 172_800), ("12h", 43_200), ("30m", 1800), ("45s", 45), ("1s", 1), ("007s", 7),
      ("never", nil),
    ] as [(String, Int64?)])
  func lifetimesAreRead(_ text: String, _ seconds: Int64?) throws {
    var request = plain
    request.expires = text
    #expect(try request.claims(now: 1000).expiresAt == seconds.map { $0 + 1000 })
  }

  @Test(arguments: [
    "", "d", "0d", "-1d", "+1d", "1", "1w", "1.5h", "1 d", "d2", "1D", "Never", "1dd", "\u{0661}d",
  ])
  func otherLifetimesAreRefused(_ text: String) {
    var request = plain
    request.expires = text
    #expect(reason(request) == "--expires must be such as 45s, 30m, 12h, 2d, or never")
  }

  @Test(arguments: ["99999999999999999d", "9223372036854775807s", "3000000d"])
  func lifetimesPastTheYear9999AreRefused(_ text: String) {
    var request = plain
    request.expires = text
    #expect(reason(request) == "--expires must end by the year 9999, or be never")
  }

  @Test func everyOptionIsNamedWhenWrong() {
    for (change, expected) in [
      ({ $0.subject = "" }, "--sub is empty"),
      ({ $0.subject = "a\n" }, "--sub holds a control character"),
      ({ $0.name = "" }, "--name is empty"),
      ({ $0.role = "admin" }, "--role must be one of facilitator, participant, viewer, bot"),
      ({ $0.jam = "Demo" }, "--jam must be 1 to 64 of a-z, 0-9, - and _"),
      ({ $0.room = "a/b" }, "--room must be 1 to 64 of a-z, 0-9, - and _"),
    ] as [((inout TokenRequest) -> Void, String)] {
      var request = plain
      change(&request)
      #expect(reason(request) == expected)
    }
  }

  private func reason(_ request: TokenRequest) -> String? {
    do throws(TokenRequestError) {
      _ = try request.claims(now: 1_800_000_000)
      return nil
    } catch { return "\(error)" }
  }
}
