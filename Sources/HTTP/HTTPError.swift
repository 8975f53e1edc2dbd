/// Why a request head was refused: the status to answer with and a sentence that says what is wrong.
public struct HTTPError: Error, Equatable, Sendable {
  public var status: Int
  public var reason: String
  public init(status: Int, reason: String) {
    self.status = status
    self.reason = reason
  }
}
