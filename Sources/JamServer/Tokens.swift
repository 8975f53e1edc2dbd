import CJWT
import Glibc

/// Signs and checks the hub's tokens: JSON Web Tokens with HMAC-SHA256, and nothing else.
///
/// The algorithm is decided here. The header is compared with the one we would write, before the
/// key is anywhere near the library, so a token cannot choose `none`, another algorithm, a key id
/// or an extension. What is longer than `byteLimit` or not canonical base64url never reaches the
/// library at all; everything else costs one parse and, with our header, one HMAC.
///
/// Calls share no state: any number of queues may sign and check at once.
///
/// - Source: RFC 7515, 7518 3.2, 7519, 8725.
public enum Tokens {
  /// A token has at most this many bytes (it travels in a request line).
  public static let byteLimit = 4096
  /// A key has at least this many bytes (RFC 7518 3.2: as long as the digest).
  public static let keyBytes = 32
  /// How many seconds another machine's clock may be ahead (`nbf`). An expiry has no leeway.
  public static let leeway: Int64 = 30

  /// A token that says `claims`.
  ///
  /// - Parameter now: Seconds since 1970; becomes `iat`.
  /// - Throws: `.claim` or `.expired` for what `check` would refuse; `.unusableKey`; `.library`.
  public static func sign(_ claims: Claims, key: [UInt8], now: Int64) throws(TokenError) -> String {
    guard key.count >= keyBytes else { throw .unusableKey }
    if let fault = Claims.fault(in: claims.subject) { throw .claim("sub", fault) }
    if let fault = Claims.fault(in: claims.name, bytes: Claims.nameBytes) {
      throw .claim("name", fault)
    }
    if let fault = claims.scopeFault { throw .claim("scope", fault) }
    if let end = claims.expiresAt {
      guard end > now else { throw .expired }
      guard end <= Claims.latestTime else { throw .claim("exp", "is after the year 9999") }
    }
    let writer = try TokenWriter()
    try writer.add(claims, now: now)
    return try writer.signed(key)
  }

  /// What `token` says, if it is ours and valid now.
  ///
  /// - Parameter now: Seconds since 1970.
  public static func check(_ token: String, key: [UInt8], now: Int64) throws(TokenError) -> Claims {
    guard key.count >= keyBytes else { throw .unusableKey }
    guard token.utf8.count <= byteLimit else { throw .tooLong }
    guard TokenForm.isCanonical(token) else { throw .malformed }
    guard try TokenForm.isOurHeader(DecodedToken(unchecked: token)) else { throw .algorithm }
    return try Claims(DecodedToken(token, key: key), now: now)
  }
}

/// What a token has to look like before its signature is worth computing.
private enum TokenForm {
  /// Three parts of canonical base64url: no padding, no other characters, no bits left over (two
  /// spellings of one token would be two tokens to whoever keeps a list of them).
  static func isCanonical(_ token: String) -> Bool {
    var parts = 0
    var length = 0
    var last: UInt8 = 0
    for byte in token.utf8 {
      if byte == UInt8(ascii: ".") {
        guard endsWell(length, last) else { return false }
        parts += 1
        length = 0
      } else {
        guard let value = sextet(byte) else { return false }
        last = value
        length += 1
      }
    }
    return parts == 2 && endsWell(length, last)
  }

  private static func endsWell(_ length: Int, _ last: UInt8) -> Bool {
    switch length % 4 {
    case 0: length > 0
    case 2: last & 0x0F == 0
    case 3: last & 0x03 == 0
    default: false
    }
  }

  private static func sextet(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }

  /// Other libraries order the header differently or leave `typ` out; libjwt sorts it for us.
  static func isOurHeader(_ token: borrowing DecodedToken) -> Bool {
    let header = token.header
    return header == #"{"alg":"HS256","typ":"JWT"}"# || header == #"{"alg":"HS256"}"#
  }
}

/// A token under construction. Owns libjwt's object, which goes with it on every path.
@safe private struct TokenWriter: ~Copyable {
  private let object: OpaquePointer

  init() throws(TokenError) {
    var object: OpaquePointer?
    guard unsafe jwt_new(&object) == 0, let object = unsafe object else { throw .library }
    unsafe self.object = object
  }

  deinit { unsafe jwt_free(object) }

  func add(_ claims: Claims, now: Int64) throws(TokenError) {
    try add("sub", claims.subject)
    if claims.name != claims.subject { try add("name", claims.name) }
    try add("role", claims.role.rawValue)
    try add("jam", claims.jam.description)
    if let room = claims.room { try add("room", room.description) }
    if let scope = claims.scope { try add("scope", scope.rawValue) }
    if let generation = claims.generation { try add("gen", Int64(clamping: generation)) }
    try add("iat", now)
    if let end = claims.expiresAt {
      try add("exp", end)
    } else {
      guard unsafe jwt_add_grant_bool(object, "perpetual", 1) == 0 else { throw .library }
    }
  }

  private func add(_ name: String, _ text: String) throws(TokenError) {
    guard unsafe jwt_add_grant(object, name, text) == 0 else { throw .library }
  }

  private func add(_ name: String, _ number: Int64) throws(TokenError) {
    guard unsafe jwt_add_grant_int(object, name, Int(number)) == 0 else { throw .library }
  }

  func signed(_ key: [UInt8]) throws(TokenError) -> String {
    guard unsafe jwt_set_alg(object, JWT_ALG_HS256, key, Int32(key.count)) == 0,
      let text = unsafe jwt_encode_str(object)
    else { throw .library }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
