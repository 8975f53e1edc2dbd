/// What a request head may cost.
public struct HeadLimits: Sendable {
  /// Bytes of the request line, without its CRLF. Beyond: 414.
  public var requestLineMax = 8 << 10
  /// Bytes of one field line. Beyond: 431.
  public var fieldLineMax = 8 << 10
  /// Bytes of the whole head. Beyond: 431.
  public var totalMax = 32 << 10
  public var fieldCountMax = 100
  public init() {}
}

/// The head of an HTTP/1.1 request (RFC 9112 2 to 6). Strict: what is ambiguous is refused.
///
/// ```
/// GET /yjs/jam/room?token=… HTTP/1.1 CRLF      request line
/// Host: hub.example CRLF                        field lines
/// CRLF
/// ```
public struct RequestHead: Equatable, Sendable {
  /// What follows the head.
  public enum Body: Equatable, Sendable {
    case none
    /// Bytes, at least 1.
    case length(Int)
    case chunked
  }

  public var method: String
  /// As it was sent.
  public var target: String
  /// The part before "?", still percent-encoded, "/" at the front.
  public var path: String
  /// The part after "?", still percent-encoded; nil where there is no "?".
  public var query: String?
  /// 0 or 1: HTTP/1.0 or HTTP/1.1.
  public var minorVersion: Int
  public var fields: HeaderFields
  /// The authority of an absolute target, else the Host field; empty where HTTP/1.0 has none.
  public var host: String
  public var body: Body

  /// The query's parameters, each decoded once.
  public func parameters() throws(HTTPError) -> QueryParameters {
    try QueryParameters(query ?? "")
  }

  /// Reads one request head from the front of `bytes`.
  ///
  /// - Returns: the head and how many bytes it took, or nil where it has not arrived whole.
  /// - Throws: the error to answer with; the connection cannot be used afterwards.
  /// - Complexity: O(bytes). Called again with more bytes it starts anew, which the limits bound.
  public static func parse(
    _ bytes: Span<UInt8>, limits: HeadLimits = HeadLimits()
  ) throws(HTTPError) -> (head: RequestHead, consumed: Int)? {
    guard let lines = try HeadLines(bytes, limits: limits) else { return nil }
    let requestLine = try RequestLine(lines.text(of: 0, in: bytes))
    var fields = HeaderFields()
    for index in 1..<lines.ranges.count {
      fields.append(try lines.field(index, in: bytes))
    }
    let head = RequestHead(
      method: requestLine.method, target: requestLine.target, path: requestLine.path,
      query: requestLine.query, minorVersion: requestLine.minorVersion, fields: fields,
      host: try host(requestLine, fields), body: try body(fields, requestLine.minorVersion))
    return (head, lines.consumed)
  }

  /// RFC 9112 3.2: exactly one Host in HTTP/1.1; an absolute target takes precedence.
  private static func host(
    _ line: RequestLine, _ fields: HeaderFields
  ) throws(HTTPError) -> String {
    let hosts = fields.all("host")
    guard hosts.count <= 1 else { throw .badRequest("there is more than one Host field") }
    guard let host = hosts.first ?? (line.minorVersion == 0 ? "" : nil) else {
      throw .badRequest("the Host field is missing")
    }
    let allowed = host.utf8.allSatisfy { byte in
      isTokenCharacter(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
        || byte == UInt8(ascii: "]")
    }
    guard allowed else { throw .badRequest("the Host field is not a host") }
    return line.authority ?? host
  }

  /// RFC 9112 6: what could be read in two ways is how requests get smuggled, so it is refused.
  private static func body(
    _ fields: HeaderFields, _ minorVersion: Int
  ) throws(HTTPError) -> Body {
    let lengths = fields.all("content-length")
    let codings = fields.all("transfer-encoding")
    if !codings.isEmpty {
      guard lengths.isEmpty else {
        throw .badRequest("Content-Length and Transfer-Encoding exclude each other")
      }
      guard minorVersion == 1 else {
        throw .badRequest("HTTP/1.0 has no Transfer-Encoding")
      }
      guard codings.count == 1, codings[0].lowercased() == "chunked" else {
        throw HTTPError(status: 501, reason: "the only transfer coding is chunked")
      }
      return .chunked
    }
    guard let length = lengths.first else { return .none }
    guard lengths.count == 1 else { throw .badRequest("there is more than one Content-Length") }
    guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(length)
    else { throw .badRequest("Content-Length is not a number") }
    return count == 0 ? .none : .length(count)
  }
}
