import CJWT
import Glibc
import Lib0
import Storage

/// A token as libjwt read it. Owns libjwt's object, which goes with it on every path.
@safe struct DecodedToken: ~Copyable {
  private let object: OpaquePointer

  /// Reads header and claims and looks at no signature: only the header may be believed, and only
  /// to refuse.
  init(unchecked token: String) throws(TokenError) {
    var object: OpaquePointer?
    let code = unsafe jwt_decode(&object, token, nil, 0)
    guard code == 0, let object = unsafe object else {
      throw code == ENOMEM ? .library : .malformed
    }
    unsafe self.object = object
  }

  /// Reads a token whose signature fits the key. Its header must have been checked: libjwt takes
  /// the algorithm from there. It compares signatures in constant time.
  init(_ token: String, key: [UInt8]) throws(TokenError) {
    var object: OpaquePointer?
    let code = unsafe jwt_decode(&object, token, key, Int32(key.count))
    guard code == 0, let object = unsafe object else {
      throw code == ENOMEM ? .library : .signature
    }
    unsafe self.object = object
  }

  deinit { unsafe jwt_free(object) }

  /// The header as JSON, keys sorted, no spaces; `nil` for want of memory.
  var header: String? { unsafe taken(jwt_get_headers_json(object, nil)) }

  /// A string claim; `nil` where it is absent.
  func text(_ name: String) throws(TokenError) -> String? {
    guard json(name) != nil else { return nil }
    guard let text = unsafe jwt_get_grant(object, name) else { throw .claim(name, "is no string") }
    return unsafe String(cString: text)
  }

  /// A claim that is an id; `nil` where it is absent.
  func slug(_ name: String) throws(TokenError) -> Slug? {
    guard let text = try text(name) else { return nil }
    guard let slug = Slug(text) else { throw .claim(name, "is no id (a-z, 0-9, - and _)") }
    return slug
  }

  /// A time in whole seconds since 1970, at most the year 9999; `nil` where it is absent.
  func time(_ name: String) throws(TokenError) -> Int64? {
    guard let json = json(name) else { return nil }
    // A fraction, an exponent, a string, null: none of these parses.
    guard let time = Int64(json) else { throw .claim(name, "is no whole number") }
    guard (0...Claims.latestTime).contains(time) else { throw .claim(name, "is out of range") }
    return time
  }

  /// A number from 1 to 2^53-1; `nil` where it is absent.
  func count(_ name: String) throws(TokenError) -> UInt64? {
    guard let json = json(name) else { return nil }
    guard let count = UInt64(json) else { throw .claim(name, "is no whole number") }
    guard (1...maxSafeInteger).contains(count) else { throw .claim(name, "is out of range") }
    return count
  }

  /// `true` where the claim is `true`, `false` where it is absent; anything else is an error.
  func flag(_ name: String) throws(TokenError) -> Bool {
    guard let json = json(name) else { return false }
    guard json == "true" else { throw .claim(name, "is not true") }
    return true
  }

  private func json(_ name: String) -> String? { unsafe taken(jwt_get_grants_json(object, name)) }

  private func taken(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
