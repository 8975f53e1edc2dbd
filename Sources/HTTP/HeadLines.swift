/// Where the lines of a complete request head are. The first pass of the parser: it looks at every
/// byte once and allocates nothing but the list of lines, so an incomplete head costs little.
struct HeadLines {
  /// Line contents without CRLF; the request line first, the empty line at the end left out.
  private(set) var ranges: [Range<Int>] = []
  private(set) var consumed = 0

  /// Nil where the empty line at the end has not arrived.
  init?(_ bytes: Span<UInt8>, limits: HeadLimits) throws(HTTPError) {
    var start = 0
    var index = 0
    // One empty line before the request line is ignored (RFC 9112 2.2).
    if bytes.count >= 2, bytes[0] == 0x0d, bytes[1] == 0x0a {
      start = 2
      index = 2
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0a {
        guard index > start, bytes[index - 1] == 0x0d else {
          throw .badRequest("a line ends in a bare LF")
        }
        try Self.check(length: index - 1 - start, line: ranges.count, limits)
        if index - 1 == start, !ranges.isEmpty {
          consumed = index + 1
          guard consumed <= limits.totalMax else { throw Self.tooLarge }
          return
        }
        ranges.append(start..<index - 1)
        guard ranges.count - 1 <= limits.fieldCountMax else {
          throw HTTPError(status: 431, reason: "there are too many header fields")
        }
        start = index + 1
      } else if index > start, bytes[index - 1] == 0x0d {
        throw .badRequest("a CR stands alone")
      } else if byte < 0x20 && byte != 0x0d && byte != 0x09 || byte == 0x7f {
        throw .badRequest("the head holds a control character")
      }
      index += 1
    }
    try Self.check(length: bytes.count - start - 1, line: ranges.count, limits)
    guard bytes.count < limits.totalMax else { throw Self.tooLarge }
    return nil
  }

  private static let tooLarge = HTTPError(status: 431, reason: "the request head is too large")

  private static func check(length: Int, line: Int, _ limits: HeadLimits) throws(HTTPError) {
    if line == 0 {
      guard length <= limits.requestLineMax else {
        throw HTTPError(status: 414, reason: "the request line is too long")
      }
    } else {
      guard length <= limits.fieldLineMax else {
        throw HTTPError(status: 431, reason: "a header field is too long")
      }
    }
  }

  /// The bytes of a line as text. What is not UTF-8 (only field values may be) is replaced.
  func text(of line: Int, in bytes: Span<UInt8>) -> String {
    Self.text(ranges[line], in: bytes)
  }

  private static func text(_ range: Range<Int>, in bytes: Span<UInt8>) -> String {
    let part = bytes.extracting(range)
    if let valid = try? UTF8Span(validating: part) { return String(copying: valid) }
    return String(decoding: part.indices.map { part[$0] }, as: UTF8.self)
  }

  /// `name ":" OWS value OWS` (RFC 9112 5); no folding, no space before the colon.
  func field(_ line: Int, in bytes: Span<UInt8>) throws(HTTPError) -> HeaderField {
    let range = ranges[line]
    var colon = range.lowerBound
    while colon < range.upperBound, isTokenCharacter(bytes[colon]) { colon += 1 }
    guard colon > range.lowerBound, colon < range.upperBound, bytes[colon] == UInt8(ascii: ":")
    else { throw .badRequest("a header field has no valid name") }
    var from = colon + 1
    var to = range.upperBound
    while from < to, isBlank(bytes[from]) { from += 1 }
    while to > from, isBlank(bytes[to - 1]) { to -= 1 }
    return HeaderField(
      Self.text(range.lowerBound..<colon, in: bytes), Self.text(from..<to, in: bytes))
  }
}

/// `method SP request-target SP HTTP-version` (RFC 9112 3).
struct RequestLine {
  var method: String
  var target: String
  var authority: String?
  var path: String
  var query: String?
  var minorVersion: Int

  init(_ line: String) throws(HTTPError) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, isToken(parts[0]) else {
      throw .badRequest("the request line is not: method, target, version")
    }
    method = String(parts[0])
    target = String(parts[1])
    minorVersion = try Self.minorVersion(parts[2])
    guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
      throw .badRequest("the target holds a character that must be percent-encoded")
    }
    var rest = Substring(target)
    if let absolute = Self.absolute(target) {
      authority = absolute.authority
      rest = absolute.rest
    } else if method == "OPTIONS", target == "*" {
      authority = nil
    } else if !target.hasPrefix("/") {
      throw .badRequest("the target is no path")
    }
    let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
    path = String(rest[..<(mark ?? rest.endIndex)])
    if path.isEmpty { path = "/" }
    query = mark.map { String(rest[rest.index(after: $0)...]) }
  }

  private static func minorVersion(_ text: Substring) throws(HTTPError) -> Int {
    if text == "HTTP/1.1" { return 1 }
    if text == "HTTP/1.0" { return 0 }
    let bytes = Array(text.utf8)
    let digits: ClosedRange<UInt8> = 0x30...0x39
    if bytes.count == 8, text.hasPrefix("HTTP/"), digits.contains(bytes[5]), bytes[6] == 0x2e,
      digits.contains(bytes[7])
    {
      throw HTTPError(status: 505, reason: "this server speaks HTTP/1.1")
    }
    throw .badRequest("the request line does not end in an HTTP version")
  }

  /// `http://authority/path?query` (RFC 9112 3.2.2).
  private static func absolute(_ target: String) -> (authority: String, rest: Substring)? {
    let lower = target.lowercased()
    guard lower.hasPrefix("http://") || lower.hasPrefix("https://"),
      let colon = target.utf8.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    let rest = target[target.index(colon, offsetBy: 3)...]
    let end =
      rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    return (String(rest[..<end]), rest[end...])
  }
}
