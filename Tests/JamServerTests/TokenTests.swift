import COpenSSL
import Dispatch
import JamServer
import Rooms
import Storage
import TestSupport
import Testing

/// Tokens with any header and claims, correctly signed: even who holds the key gets nothing past
/// the checks. Shares no code with the hub: OpenSSL's HMAC, an own base64url.
enum Forge {
  static let key = Array("an-hmac-key-of-thirty-two-bytes!".utf8)
  static let now: Int64 = 1_800_000_000
  static let header = #"{"alg":"HS256","typ":"JWT"}"#

  static func base64(_ bytes: some Sequence<UInt8>) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[Int(bits >> UInt32(count) & 63)])
      }
      bits &= (1 << UInt32(count)) - 1
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var count = 0
    let done = unsafe EVP_Q_mac(
      nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &digest,
      digest.count, &count)
    precondition(unsafe done != nil && count == 32)
    return digest
  }

  /// The claims of a good token, `changes` laid over them (`nil` takes a claim away).
  static func claims(_ changes: [String: String?] = [:]) -> String {
    var claims: [String: String] = [
      "sub": #""ada""#, "role": #""participant""#, "jam": #""demo""#, "exp": "\(now + 60)",
    ]
    for (name, value) in changes { claims[name] = value }
    return "{" + claims.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  static func token(header: String = header, _ claims: String, key: [UInt8] = key) -> String {
    let signed = base64(header.utf8) + "." + base64(claims.utf8)
    return signed + "." + base64(hmacSHA256(Array(signed.utf8), key: key))
  }

  static func result(_ token: String, at time: Int64 = now) -> Result<Claims, TokenError> {
    Result { () throws(TokenError) in try Tokens.check(token, key: key, now: time) }
  }
}

@Suite("Tokens")
struct TokenTests {
  let claims = Claims(
    subject: "ada", name: "Ада Лавлейс", role: .facilitator, jam: Slug("demo")!,
    room: Slug("board-1")!, expiresAt: Forge.now + 60)

  @Test func whatIsSignedIsReadBack() throws {
    let token = try Tokens.sign(claims, key: Forge.key, now: Forge.now)
    #expect(Forge.result(token) == .success(claims))
  }

  @Test func theLinkThatSomebodyCameByIsReadBack() throws {
    for generation in [1, 7, 9_007_199_254_740_991] as [UInt64] {
      var guest = claims
      guest.generation = generation
      let token = try Tokens.sign(guest, key: Forge.key, now: Forge.now)
      #expect(Forge.result(token) == .success(guest))
    }
  }

  @Test func aNameIsTheSubjectUnlessGiven() throws {
    let plain = Claims(subject: "ada", role: .bot, jam: Slug("demo")!, expiresAt: nil)
    let token = try Tokens.sign(plain, key: Forge.key, now: Forge.now)
    let read = try Tokens.check(token, key: Forge.key, now: Forge.now + 1_000_000_000)
    #expect(read == plain)
    #expect(read.name == "ada")
    #expect(read.expiresAt == nil)
  }

  @Test func aTokenOfAnotherLibraryIsRead() throws {
    // PyJWT 2.6, jwt.encode with this key and these claims.
    let golden = [
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
      "eyJzdWIiOiJhZGEiLCJyb2xlIjoicGFydGljaXBhbnQiLCJqYW0iOiJkZW1vIiwiZXhwIjoxODAwMDAwMDYwfQ",
      "Kcr_GTSq7DNMq8zLboQUVF9gd8U9RdPRMSJyyucAdQc",
    ].joined(separator: ".")
    let read = try Forge.result(golden).get()
    #expect(read.subject == "ada" && read.role == .participant && read.expiresAt == 1_800_000_060)
    // Others order the header differently, put spaces into it, or leave the type out.
    for header in [Forge.header, #"{"typ": "JWT", "alg": "HS256"}"#, #"{"alg":"HS256"}"#] {
      let read = try Forge.result(Forge.token(header: header, Forge.claims())).get()
      #expect(read.subject == "ada")
    }
  }

  @Test func everyBitMatters() throws {
    let token = Array(try Tokens.sign(claims, key: Forge.key, now: Forge.now).utf8)
    for index in token.indices {
      for bit in 0..<8 {
        var bent = token
        bent[index] ^= 1 << UInt8(bit)
        let text = String(decoding: bent, as: UTF8.self)
        #expect(throws: TokenError.self, "byte \(index), bit \(bit)") {
          try Tokens.check(text, key: Forge.key, now: Forge.now)
        }
      }
    }
  }

  @Test func noPrefixIsAToken() throws {
    let token = try Tokens.sign(claims, key: Forge.key, now: Forge.now)
    for count in 0..<token.utf8.count {
      let prefix = String(token.prefix(count))
      guard case .failure = Forge.result(prefix) else {
        Issue.record("the first \(count) bytes were accepted")
        continue
      }
    }
  }

  @Test func randomTextIsRefused() {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let parts = (0..<3).map { _ in
        Forge.base64(
          (0..<Int.random(in: 1...60, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
          })
      }
      guard case .failure = Forge.result(parts.joined(separator: ".")) else {
        Issue.record("seed \(seed)")
        continue
      }
    }
  }

  @Test func anotherKeyIsRefused() throws {
    let token = try Tokens.sign(claims, key: Forge.key, now: Forge.now)
    let other = [UInt8](repeating: 7, count: 32)
    #expect(throws: TokenError.signature) {
      try Tokens.check(token, key: other, now: Forge.now)
    }
  }

  @Test func aShortKeyIsNoKey() {
    for count in [0, 1, 31] {
      let short = [UInt8](repeating: 7, count: count)
      #expect(throws: TokenError.unusableKey) {
        try Tokens.sign(claims, key: short, now: Forge.now)
      }
      #expect(throws: TokenError.unusableKey) {
        try Tokens.check("a.b.c", key: short, now: Forge.now)
      }
    }
  }

  @Test func refusalsNameNothingOfTheToken() throws {
    let secret = "SECRETMARK"
    let rows: [String] = [
      secret, "\(secret).a.b",
      Forge.token(Forge.claims(["sub": "\"\(secret)\\n\""])),
      Forge.token(Forge.claims(["role": "\"\(secret)\""])),
      Forge.token(Forge.claims(["jam": "\"\(secret)\""])),
      Forge.token(Forge.claims(["exp": "\"\(secret)\""])),
      Forge.token(header: #"{"alg":"\#(secret)"}"#, Forge.claims()),
    ]
    for token in rows {
      guard case .failure(let error) = Forge.result(token) else {
        Issue.record("accepted")
        continue
      }
      #expect(error.status == 401)
      #expect(!"\(error) \(error.reason)".contains(secret))
    }
  }

  @Test func theClockCountsForTimesAlone() throws {
    let token = Forge.token(Forge.claims(["nbf": "\(Forge.now)"]))
    #expect(Forge.result(token, at: Forge.now + 59) == Forge.result(token))
    #expect(Forge.result(token, at: Forge.now + 60) == .failure(.expired))
    #expect(Forge.result(token, at: Forge.now + 86_400) == .failure(.expired))
    #expect(Forge.result(token, at: Forge.now - 30) == Forge.result(token))
    #expect(Forge.result(token, at: Forge.now - 31) == .failure(.notYetValid))
    #expect(Forge.result(token, at: Forge.now - 86_400) == .failure(.notYetValid))
    #expect(Forge.result(token, at: .max) == .failure(.expired))
    #expect(Forge.result(token, at: .min) == .failure(.notYetValid))
  }

  @Test func aTokenOpensItsRoomsOnly() throws {
    let jam = Slug("demo")!
    let other = Slug("other")!
    let room = Slug("board-1")!
    #expect(claims.opens(RoomID(jam: jam, prototype: room)))
    #expect(!claims.opens(RoomID(jam: jam, prototype: other)))
    #expect(!claims.opens(RoomID(jam: other, prototype: room)))
    var whole = claims
    whole.room = nil
    #expect(whole.opens(RoomID(jam: jam, prototype: other)))
    #expect(!whole.opens(RoomID(jam: other, prototype: room)))
  }

  @Test func manyQueuesCheckAtOnce() throws {
    let token = try Tokens.sign(claims, key: Forge.key, now: Forge.now)
    let bad = Forge.token(Forge.claims(["exp": "1e400"]))
    DispatchQueue.concurrentPerform(iterations: 2000) { _ in
      #expect(Forge.result(token) == .success(claims))
      #expect(Forge.result(bad) == .failure(.malformed))
    }
  }
}
