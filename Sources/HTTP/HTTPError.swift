/// Why a request was refused: the status to answer with and a sentence that says what is wrong.
public struct HTTPError: Error, Equatable, Sendable {
  public var status: Int
  public var reason: String
  /// Fields that the status asks for, such as `Allow` with 405.
  public var fields: [HeaderField]

  public init(status: Int, reason: String, fields: [HeaderField] = []) {
    self.status = status
    self.reason = reason
    self.fields = fields
  }

  /// A word for programs: `bad-request`, `not-found`.
  public var code: String {
    Response.phrase(status).lowercased().map { $0.isLetter ? String($0) : "-" }.joined()
  }

  static func badRequest(_ reason: String) -> HTTPError { HTTPError(status: 400, reason: reason) }
}
