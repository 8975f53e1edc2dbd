/// Where a room is: `ws://host:port/yjs/jam/room?token=…`, or its page,
/// `http://host:port/j/jam/room`; `wss` and `https` where the hub speaks TLS.
///
/// - Source: Protocol/wire.md §1, Protocol/http.md §1.
public struct RoomAddress: Equatable, Sendable {
  public var isEncrypted: Bool
  public var host: String
  public var port: UInt16
  public var jam: String
  public var room: String
  /// From the query, if it is there.
  public var token: String?

  public init(_ text: String) throws(ClientError) {
    guard let colon = text.firstRange(of: "://") else {
      throw .address("'\(text)' is no address: it begins with ws:// or http://")
    }
    let scheme = text[..<colon.lowerBound].lowercased()
    let root: String
    switch scheme {
    case "ws", "wss": root = "yjs"
    case "http", "https": root = "j"
    default: throw .address("'\(text)' is no address: it begins with ws:// or http://")
    }
    let rest = text[colon.upperBound...].prefix { $0 != "#" }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    isEncrypted = scheme == "wss" || scheme == "https"
    (host, port) = try Self.authority(path[0], port: isEncrypted ? 443 : 80)
    let segments = path.dropFirst().filter { !$0.isEmpty }
    guard segments.count == 3, segments[0] == root, segments[1...].allSatisfy(Self.isSlug) else {
      throw .address("'\(text)' names no room: it should be \(scheme)://host:port/\(root)/jam/room")
    }
    (jam, room) = (String(segments[1]), String(segments[2]))
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      guard pair.hasPrefix("token=") else { continue }
      token = String(pair.dropFirst("token=".count))
    }
    if let token, !token.utf8.allSatisfy(Self.isTokenByte) {
      throw .address("the token in the address is none")
    }
  }

  private static func authority(
    _ text: Substring, port: UInt16
  ) throws(ClientError) -> (host: String, port: UInt16) {
    var host = text
    var port: UInt16? = port
    // The colons of an IPv6 address are within brackets.
    if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
      host = text[..<colon]
      port = UInt16(text[text.index(after: colon)...])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let port, port > 0, !host.isEmpty, !host.contains("@"),
      host.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw .address("'\(text)' is no host and port") }
    return (String(host), port)
  }

  private static func isSlug(_ text: Substring) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
      }
  }

  /// What a token is made of (RFC 7515: base64url, and dots between): safe in a request line.
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
