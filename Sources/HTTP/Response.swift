/// An HTTP/1.1 response, whole.
public struct Response: Equatable, Sendable {
  public var status: Int
  public var fields: [HeaderField]
  public var body: [UInt8]

  public init(status: Int, fields: [HeaderField] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// `{"error": code, "reason": text}`, the one shape of every error of the hub.
  public static func json(status: Int, error: String, reason: String) -> Response {
    let body = #"{"error":\#(quoted(error)),"reason":\#(quoted(reason))}"# + "\n"
    return Response(
      status: status,
      fields: [HeaderField("content-type", "application/json"),
               HeaderField("cache-control", "no-store")],
      body: Array(body.utf8))
  }

  public init(_ error: HTTPError) {
    self = .json(status: error.status, error: error.code, reason: error.reason)
    fields += error.fields
  }

  /// Plain text, as `/` answers.
  public static func text(_ text: String) -> Response {
    Response(
      status: 200, fields: [HeaderField("content-type", "text/plain; charset=utf-8")],
      body: Array(text.utf8))
  }

  /// Whether the status has a body at all (RFC 9110 6.4.1).
  public var hasBody: Bool { status != 204 && status != 304 }

  /// The bytes for the wire. Close the connection afterwards.
  ///
  /// - Parameter headOnly: the answer to HEAD: the same head, no body (RFC 9110 9.3.2).
  public func serialized(headOnly: Bool = false) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.phrase(status))\r\n"
    for field in fields { text += "\(Self.display(field.name)): \(field.value)\r\n" }
    if hasBody { text += "Content-Length: \(body.count)\r\n" }
    text += "Connection: close\r\n\r\n"
    var bytes = Array(text.utf8)
    if hasBody, !headOnly { bytes += body }
    return bytes
  }

  /// "content-type" as "Content-Type": some clients still compare with case.
  private static func display(_ name: String) -> String {
    if name == "sec-websocket-version" { return "Sec-WebSocket-Version" }
    if name == "etag" { return "ETag" }
    if name == "www-authenticate" { return "WWW-Authenticate" }
    return name.split(separator: "-", omittingEmptySubsequences: false)
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
  }

  static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 421: "Misdirected Request"
    case 426: "Upgrade Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: status < 500 ? "Error" : "Server Error"
    }
  }

  /// A JSON string (RFC 8259 7).
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
