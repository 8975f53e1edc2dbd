internal import COpenSSL
public import HTTP

/// The opening handshake, server side (RFC 6455 4.2).
public enum Handshake {
  /// A handshake that holds; send `response` and the connection is a WebSocket.
  public struct Accepted: Equatable, Sendable {
    /// The client's Sec-WebSocket-Key.
    public let key: String
    /// The first subprotocol in the client's order that the server has too.
    public let subprotocol: String?

    /// The 101 response. Extensions are declined by not being mentioned.
    public var response: [UInt8] {
      var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      text += "Sec-WebSocket-Accept: \(acceptValue(for: key))\r\n"
      if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
      return Array((text + "\r\n").utf8)
    }
  }

  /// Whether a request asks for a WebSocket at all.
  public static func isWanted(_ head: RequestHead) -> Bool {
    head.fields.contains("upgrade", token: "websocket")
  }

  /// Checks every rule of RFC 6455 4.2.1.
  ///
  /// - Throws: 405 (not GET), 426 (no upgrade, or another version), 400 (everything else).
  /// - Complexity: linear in the size of the head.
  public static func check(
    _ head: RequestHead, subprotocols: [String]
  ) throws(HTTPError) -> Accepted {
    guard head.method == "GET" else {
      throw HTTPError(
        status: 405, reason: "a WebSocket begins with GET", fields: [HeaderField("Allow", "GET")])
    }
    guard head.minorVersion == 1, head.body == .none else {
      throw HTTPError(status: 400, reason: "a WebSocket begins with HTTP/1.1 and no body")
    }
    guard isWanted(head) else {
      throw upgradeRequired("this address is for WebSocket connections")
    }
    guard head.fields.contains("connection", token: "upgrade") else {
      throw HTTPError(status: 400, reason: "the Connection field does not say Upgrade")
    }
    guard head.fields.all("sec-websocket-version") == ["13"] else {
      throw upgradeRequired("the WebSocket version must be 13")
    }
    let keys = head.fields.all("sec-websocket-key")
    guard keys.count == 1, isKey(keys[0]) else {
      throw HTTPError(status: 400, reason: "Sec-WebSocket-Key must be 16 bytes in base64")
    }
    let offered = head.fields.list("sec-websocket-protocol")
    guard offered.allSatisfy({ isToken($0) }) else {
      throw HTTPError(status: 400, reason: "a subprotocol is not a token")
    }
    let chosen = offered.first { offer in subprotocols.contains { $0 == offer } }
    return Accepted(key: keys[0], subprotocol: chosen.map(String.init))
  }

  private static func upgradeRequired(_ reason: String) -> HTTPError {
    HTTPError(
      status: 426, reason: reason,
      fields: [HeaderField("Upgrade", "websocket"), HeaderField("Sec-WebSocket-Version", "13")])
  }

  /// 16 bytes in base64 are 22 digits and "==".
  private static func isKey(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 24 && bytes[22] == UInt8(ascii: "=") && bytes[23] == UInt8(ascii: "=")
      && bytes[..<22].allSatisfy { base64Alphabet.contains($0) }
  }

  /// Base64 of the SHA-1 of the key and a fixed GUID (RFC 6455 4.2.2, 5.4).
  public static func acceptValue(for key: String) -> String {
    let input = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    var count: UInt32 = 0
    let done = unsafe EVP_Digest(input, input.count, &digest, &count, EVP_sha1(), nil)
    precondition(done == 1 && count == 20, "OpenSSL has SHA-1")
    return base64(digest)
  }

  /// A key for a client's request: 16 random bytes in base64.
  public static func newKey() -> String {
    base64((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  }

  private static let base64Alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      word <<= UInt32(8 * (3 - group.count))
      for digit in 0..<4 {
        let index = Int(word >> UInt32(18 - 6 * digit) & 63)
        text.append(digit <= group.count ? base64Alphabet[index] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
