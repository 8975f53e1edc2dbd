/// A validator of one representation of a resource (RFC 9110 8.8.3).
public struct EntityTag: Equatable, Sendable {
  /// As it stands in a field: in double quotes.
  public let text: String

  /// - Parameter opaque: without quotes; letters and digits, so that no list of tags that has it
  ///   can be read in two ways (precondition).
  public init(opaque: String) {
    precondition(
      opaque.utf8.allSatisfy { isTokenCharacter($0) }, "an entity tag of ours is a token")
    text = "\"\(opaque)\""
  }

  /// Whether the client says that it has this very representation: `If-None-Match` has the tag,
  /// weak or not, or is `*` (RFC 9110 13.1.2). The answer is then 304.
  public func isKnown(to fields: HeaderFields) -> Bool {
    fields.list("if-none-match").contains { member in
      member == "*" || member == text || member == "W/" + text
    }
  }
}
