/// Decodes percent-encoding exactly once: "%2541" becomes "%41" and stays so (RFC 3986 2.4).
///
/// - Parameter plusIsSpace: as in a form's query (URL Standard 5.1).
/// - Returns: nil where a "%" is not followed by two hex digits, or the bytes are not UTF-8
///   (overlong forms included).
public func percentDecodedOnce(
  _ text: some StringProtocol, plusIsSpace: Bool = false
) -> String? {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count)
  var rest = text.utf8.makeIterator()
  while let byte = rest.next() {
    if byte == UInt8(ascii: "%") {
      guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit)
      else { return nil }
      bytes.append(high << 4 | low)
    } else {
      bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
    }
  }
  guard let valid = try? UTF8Span(validating: bytes.span) else { return nil }
  return String(copying: valid)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}

/// The parameters of a query, `name=value` joined by "&", in order.
public struct QueryParameters: Equatable, Sendable {
  public struct Item: Equatable, Sendable {
    public var name: String
    public var value: String
  }
  public private(set) var items: [Item] = []

  static let itemMax = 100

  /// - Throws: 400 where something is not percent-encoded UTF-8, or there are over 100 parameters.
  public init(_ query: some StringProtocol) throws(HTTPError) {
    for part in query.split(separator: "&") {
      let equals = part.firstIndex(of: "=")
      guard items.count < Self.itemMax,
        let name = percentDecodedOnce(part[..<(equals ?? part.endIndex)], plusIsSpace: true),
        let value = percentDecodedOnce(
          equals.map { part[part.index(after: $0)...] } ?? part.suffix(0), plusIsSpace: true)
      else { throw .badRequest("the query is not valid") }
      items.append(Item(name: name, value: value))
    }
  }

  /// The first value of a name.
  public subscript(name: String) -> String? { items.first { $0.name == name }?.value }
}
