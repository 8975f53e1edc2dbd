import JamServer
import Rooms
import Storage
import TestSupport
import Testing

@Suite("Tokens refused")
struct TokenRefusalTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var token: String
    var error: TokenError
    init(_ name: String, _ token: String, _ error: TokenError) {
      (self.name, self.token, self.error) = (name, token, error)
    }
    var testDescription: String { name }
  }

  static let good = Forge.token(Forge.claims())

  static let forms: [Row] = [
    Row("nothing", "", .malformed),
    Row("the word Bearer", "Bearer", .malformed),
    Row("Bearer in front", "Bearer " + good, .malformed),
    Row("one MiB", String(repeating: "a", count: 1 << 20), .tooLong),
    Row("one byte past the limit", String(repeating: "a", count: 4097), .tooLong),
    Row("at the limit, no token", String(repeating: "a", count: 4096), .malformed),
    Row("dots only", "..", .malformed),
    Row("two parts", good.split(separator: ".").prefix(2).joined(separator: "."), .malformed),
    Row("four parts", good + ".AAAA", .malformed),
    Row("an encrypted token's five parts", good + ".AAAA.AAAA", .malformed),
    Row(
      "no signature", good.split(separator: ".").prefix(2).joined(separator: ".") + ".",
      .malformed),
    Row("padding", good + "=", .malformed),
    Row("a newline behind", good + "\n", .malformed),
    Row("a space in front", " " + good, .malformed),
    Row("a NUL behind", good + "\0", .malformed),
    Row("garbage behind", good + "AAAA", .signature),
    Row("the other base64 alphabet", good + "+/", .malformed),
    Row("percent escapes", good.split(separator: ".").joined(separator: "%2E"), .malformed),
    Row("letters that only look like it", good + "\u{0410}", .malformed),
    Row("bits left over in the signature", String(good.dropLast()) + bent(good.last), .malformed),
    Row("claims that are no JSON", Forge.token("claims"), .malformed),
    Row("claims that are a list", Forge.token("[1]"), .claim("exp", "is missing")),
    Row("2,900 open brackets", Forge.token(String(repeating: "[", count: 2900)), .malformed),
    Row("1,400 nested lists", Forge.token(nested(1400)), .claim("exp", "is missing")),
    Row(
      "claims that are not UTF-8",
      Forge.base64(Forge.header.utf8) + "." + Forge.base64([0x7B, 0xFF, 0x7D]) + ".AAAA",
      .malformed),
  ]

  static let headers: [Row] = [
    #"{"alg":"none"}"#, #"{"alg":"nOnE","typ":"JWT"}"#, #"{"alg":"RS256","typ":"JWT"}"#,
    #"{"alg":"ES256"}"#, #"{"alg":"HS384"}"#, #"{"alg":"HS512"}"#, #"{"alg":"hs256"}"#,
    #"{"alg":"HS256","kid":"1"}"#, #"{"alg":"HS256","kid":"../../dev/null"}"#,
    #"{"alg":"HS256","jku":"http://127.0.0.1/"}"#, #"{"alg":"HS256","crit":["exp"]}"#,
    #"{"alg":"HS256","zip":"DEF"}"#, #"{"alg":"HS256","typ":"at+jwt"}"#, #"{"typ":"JWT"}"#,
    "{}", #"{"alg":256}"#, #"{"alg":null}"#, #"{"alg":["HS256"]}"#, "[]", "HS256",
  ].map { header in Row(header, Forge.token(header: header, Forge.claims()), .algorithm) }

  static let values: [Row] = [
    claim("exp", nil, "is missing"), claim("exp", "\"1800000060\"", "is no whole number"),
    claim("exp", "1800000060.5", "is no whole number"), claim("exp", "18e8", "is no whole number"),
    claim("exp", "null", "is no whole number"), claim("exp", "true", "is no whole number"),
    claim("exp", "-1", "is out of range"), claim("exp", "9223372036854775807", "is out of range"),
    claim("exp", "253402300800", "is out of range"),
    Row("exp 0", Forge.token(Forge.claims(["exp": "0"])), .expired),
    Row("exp now", Forge.token(Forge.claims(["exp": "\(Forge.now)"])), .expired),
    Row("exp 1e400", Forge.token(Forge.claims(["exp": "1e400"])), .malformed),
    Row("exp 2^63", Forge.token(Forge.claims(["exp": "9223372036854775808"])), .malformed),
    Row("nbf in 31 s", Forge.token(Forge.claims(["nbf": "\(Forge.now + 31)"])), .notYetValid),
    claim("nbf", "\"0\"", "is no whole number"), claim("nbf", "-5", "is out of range"),
    claim("perpetual", "true", "contradicts \"exp\""), claim("perpetual", "1", "is not true"),
    claim("perpetual", "false", "is not true"), claim("perpetual", "\"true\"", "is not true"),
    claim("sub", nil, "is missing"), claim("sub", "7", "is no string"),
    claim("sub", "null", "is no string"), claim("sub", "\"\"", "is empty"),
    claim("sub", "\"\(String(repeating: "x", count: 129))\"", "is longer than 128 bytes"),
    claim("sub", "\"\(String(repeating: "\u{44F}", count: 65))\"", "is longer than 128 bytes"),
    claim("sub", "\"a\\nb\"", "holds a control character"),
    claim("sub", "\"a\\u007f\"", "holds a control character"),
    claim("sub", "\"a\\u0085\"", "holds a control character"),
    claim("sub", "\"a\\u202e\"", "holds a control character"),
    Row("sub with NUL", Forge.token(Forge.claims(["sub": "\"a\\u0000b\""])), .malformed),
    claim("name", "\"\"", "is empty"), claim("name", "[]", "is no string"),
    claim("name", "\"a\\tb\"", "holds a control character"),
    claim("role", nil, "is missing"), claim("role", "true", "is no string"),
    claim("role", "1", "is no string"), claim("role", "null", "is no string"),
    claim("role", "[\"facilitator\"]", "is no string"),
    claim("role", "\"admin\"", "is no known role"), claim("role", "\"\"", "is no known role"),
    claim("role", "\"Facilitator\"", "is no known role"),
    claim("role", "\"facilitator \"", "is no known role"),
    claim("jam", nil, "is missing"), claim("jam", "{}", "is no string"),
    slug("jam", "*"), slug("jam", "Demo"), slug("jam", "demo/"), slug("jam", "de%2Fmo"),
    slug("jam", ""), slug("jam", "d\u{E9}mo"), slug("jam", "../demo"),
    slug("room", "*"), slug("room", ""), slug("room", String(repeating: "r", count: 65)),
    claim("room", "null", "is no string"), claim("room", "0", "is no string"),
  ]

  static func claim(_ name: String, _ value: String?, _ reason: String) -> Row {
    Row(
      "\(name) \(value?.prefix(20) ?? "absent")", Forge.token(Forge.claims([name: value])),
      .claim(name, reason))
  }

  static func slug(_ name: String, _ value: String) -> Row {
    claim(name, "\"\(value)\"", "is no id (a-z, 0-9, - and _)")
  }

  /// The same last byte with a bit set that no digest byte fills.
  static func bent(_ last: Character?) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let index = last.flatMap { alphabet.firstIndex(of: $0) } ?? 0
    return String(alphabet[index | 1])
  }

  static func nested(_ depth: Int) -> String {
    "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
  }

  @Test(arguments: forms) func form(_ row: Row) {
    #expect(Forge.result(row.token) == .failure(row.error))
  }

  /// Headers that no library can read are malformed, the others name the algorithm; none passes.
  @Test(arguments: headers) func header(_ row: Row) {
    let result = Forge.result(row.token)
    #expect(result == .failure(.algorithm) || result == .failure(.malformed))
  }

  @Test(arguments: values) func value(_ row: Row) {
    #expect(Forge.result(row.token) == .failure(row.error))
  }

  @Test func anUnknownClaimGrantsNothing() throws {
    for extra in ["admin": "true", "write": "1", "rights": "\"facilitator\""] {
      let token = Forge.token(Forge.claims(["role": "\"viewer\"", extra.key: extra.value]))
      #expect(try Forge.result(token).get().role == .viewer)
    }
  }

  /// It would be taken for the operator's.
  @Test func aLinkThatIsNoNumberIsRefused() {
    for number in ["0", "9007199254740992"] {
      let token = Forge.token(Forge.claims(["gen": number]))
      #expect(Forge.result(token) == .failure(.claim("gen", "is out of range")))
    }
    for number in ["-1", "1.0", "\"1\"", "null", "[1]", "true"] {
      let token = Forge.token(Forge.claims(["gen": number]))
      #expect(Forge.result(token) == .failure(.claim("gen", "is no whole number")))
    }
  }

  /// It would be taken for a token without limits.
  @Test func aScopeThatIsNotKnownIsRefused() {
    for (scope, reason) in [("\"facilitator\"", "is not known"), ("\"replay\"", "needs a room")] {
      let token = Forge.token(Forge.claims(["role": "\"bot\"", "scope": scope]))
      #expect(Forge.result(token) == .failure(.claim("scope", reason)))
    }
  }

  @Test func whatWouldBeRefusedIsNotSigned() {
    var claims = Claims(subject: "", role: .bot, jam: Slug("demo")!, expiresAt: nil)
    let sign = { (claims: Claims) in
      Result { () throws(TokenError) in try Tokens.sign(claims, key: Forge.key, now: Forge.now) }
    }
    #expect(sign(claims) == .failure(.claim("sub", "is empty")))
    claims.subject = "a\u{7}"
    #expect(sign(claims) == .failure(.claim("sub", "holds a control character")))
    claims.subject = "a"
    claims.expiresAt = Forge.now
    #expect(sign(claims) == .failure(.claim("name", "is empty")))
    claims.name = "a"
    #expect(sign(claims) == .failure(.expired))
    claims.expiresAt = .max
    #expect(sign(claims) == .failure(.claim("exp", "is after the year 9999")))
  }
}
