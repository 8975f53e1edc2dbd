import Rooms
import Storage

/// What a person asks for on the command line, as text; becomes the claims of a token.
public struct TokenRequest: Equatable, Sendable {
  public var subject: String
  public var name: String?
  public var role: String
  public var jam: String
  public var room: String?
  public var scope: String?
  /// `2d`, `12h`, `30m`, `45s` or `never`.
  public var expires: String

  public init(
    subject: String, name: String? = nil, role: String, jam: String, room: String? = nil,
    scope: String? = nil, expires: String = "2d"
  ) {
    self.subject = subject
    self.name = name
    self.role = role
    self.jam = jam
    self.room = room
    self.scope = scope
    self.expires = expires
  }

  /// The claims, valid from `now` (seconds since 1970), or which option is wrong and why.
  public func claims(now: Int64) throws(TokenRequestError) -> Claims {
    if let fault = Claims.fault(in: subject) { throw TokenRequestError("--sub", fault) }
    if let name, let fault = Claims.fault(in: name, bytes: Claims.nameBytes) {
      throw TokenRequestError("--name", fault)
    }
    guard let role = Role(rawValue: role) else {
      let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
      throw TokenRequestError("--role", "must be one of \(roles)")
    }
    let jam = try slug(jam, "--jam")
    let room: Slug? = if let room { try slug(room, "--room") } else { nil }
    let scope: TokenScope? = if let scope { try known(scope) } else { nil }
    let claims = Claims(
      subject: subject, name: name, role: role, jam: jam, room: room, scope: scope,
      expiresAt: try end(now: now))
    if let fault = claims.scopeFault { throw TokenRequestError("--scope", fault) }
    return claims
  }

  private func known(_ text: String) throws(TokenRequestError) -> TokenScope {
    guard let scope = TokenScope(rawValue: text) else {
      let scopes = TokenScope.allCases.map(\.rawValue).joined(separator: ", ")
      throw TokenRequestError("--scope", "must be \(scopes)")
    }
    return scope
  }

  private func slug(_ text: String, _ option: String) throws(TokenRequestError) -> Slug {
    guard let slug = Slug(text) else {
      throw TokenRequestError(option, "must be 1 to 64 of a-z, 0-9, - and _")
    }
    return slug
  }

  private func end(now: Int64) throws(TokenRequestError) -> Int64? {
    if expires == "never" { return nil }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let digits = expires.dropLast()
    guard let unit = expires.last.flatMap({ units[$0] }),
      digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(digits), count > 0
    else {
      throw TokenRequestError("--expires", "must be such as 45s, 30m, 12h, 2d, or never")
    }
    let (lifetime, isTooLong) = count.multipliedReportingOverflow(by: unit)
    guard !isTooLong, lifetime <= Claims.latestTime - now else {
      throw TokenRequestError("--expires", "must end by the year 9999, or be never")
    }
    return now + lifetime
  }
}

/// An option of `jamboree token` that makes no sense.
public struct TokenRequestError: Error, Equatable, Sendable, CustomStringConvertible {
  public let option: String
  public let reason: String
  init(_ option: String, _ reason: String) {
    self.option = option
    self.reason = reason
  }
  public var description: String { "\(option) \(reason)" }
}
