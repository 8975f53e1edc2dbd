/// One header field. Names compare without regard to case, and are kept in lower case.
public struct HeaderField: Equatable, Sendable {
  public let name: String
  public let value: String

  /// - Parameter value: ours, never a peer's text: a line break in it would split the response.
  public init(_ name: String, _ value: String) {
    precondition(
      value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }, "no control characters")
    self.name = name.lowercased()
    self.value = value
  }
}

/// The fields of a request, in the order of arrival.
public struct HeaderFields: Equatable, Sendable {
  public private(set) var fields: [HeaderField] = []

  public init() {}
  mutating func append(_ field: HeaderField) { fields.append(field) }

  /// The first value of a field. `name` in lower case.
  public func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// All values of a field, one for each line.
  public func all(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }

  /// The members of a comma-separated list, over all lines of the field, without white space.
  /// Empty members are left out (RFC 9110 5.6.1). Linear in the length.
  public func list(_ name: String) -> [Substring] {
    fields.lazy.filter { $0.name == name }.flatMap { field in
      field.value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
        let trimmed = trim(part)
        return trimmed.isEmpty ? nil : Substring(trimmed)
      }
    }
  }

  /// Whether a list has a member, compared without regard to case. `token` in lower case.
  public func contains(_ name: String, token: String) -> Bool {
    list(name).contains { $0.lowercased() == token }
  }
}

/// Without spaces and tabs at both ends (RFC 9110 5.6.3, OWS).
func trim(_ text: Substring.UTF8View) -> Substring.UTF8View {
  var rest = text
  while let first = rest.first, isBlank(first) { rest.removeFirst() }
  while let last = rest.last, isBlank(last) { rest.removeLast() }
  return rest
}

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// RFC 9110 5.6.2: the characters of a token.
func isTokenCharacter(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
    UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
    UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
    true
  default: false
  }
}

/// Whether a text is a token (RFC 9110 5.6.2).
public func isToken(_ text: some StringProtocol) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy(isTokenCharacter)
}
