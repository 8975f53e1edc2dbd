/// Why a token was refused, or could not be made.
///
/// No case carries anything of the token, so `reason` may go to the client and into the log.
public enum TokenError: Error, Equatable, Sendable {
  /// Longer than ``Tokens/byteLimit``; nothing of it was parsed.
  case tooLong
  /// Not three canonical base64url parts of JSON (RFC 7515 3.1), or no token at all.
  case malformed
  /// The header is not exactly HS256: `none`, another algorithm, a key id, a critical extension.
  case algorithm
  /// The signature is not ours: another key, or a changed byte.
  case signature
  /// A claim is missing, has the wrong type or an impossible value.
  case claim(String, String)
  case expired
  /// `nbf` lies further ahead than the leeway.
  case notYetValid
  /// Our own key is shorter than RFC 7518 3.2 allows for HS256.
  case unusableKey
  /// The library failed for a reason of its own (memory).
  case library

  /// The HTTP status to answer with: 401 for the holder's faults, 500 for ours. (Whether a good
  /// token opens this room is the caller's question; its no is a 403.)
  public var status: Int {
    switch self {
    case .unusableKey, .library: 500
    default: 401
    }
  }

  /// One sentence without a full stop.
  public var reason: String {
    switch self {
    case .tooLong: "the token is longer than \(Tokens.byteLimit) bytes"
    case .malformed: "this is not a token"
    case .algorithm: "the token's header is not the one this hub accepts (HS256 alone)"
    case .signature: "the token's signature does not match"
    case .claim(let name, let reason): "the token's claim \"\(name)\" \(reason)"
    case .expired: "the token has expired"
    case .notYetValid: "the token is not valid yet"
    case .unusableKey: "the signing key is shorter than \(Tokens.keyBytes) bytes"
    case .library: "the token library failed"
    }
  }
}
