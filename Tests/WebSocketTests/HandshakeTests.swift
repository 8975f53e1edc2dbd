import HTTP
import TestSupport
import Testing

@testable import WebSocket

@Suite("Handshake")
struct HandshakeTests {
  static let good = [
    "Host": "hub", "Upgrade": "websocket", "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
  ]

  static func head(
    _ changes: [String: String?] = [:], line: String = "GET / HTTP/1.1", more: String = ""
  ) throws -> RequestHead {
    var fields = good
    for (name, value) in changes { fields[name] = value }
    let text = fields.map { "\($0): \($1)\r\n" }.joined()
    let bytes = Array("\(line)\r\n\(text)\(more)\r\n".utf8)
    return try #require(try RequestHead.parse(bytes.span)).head
  }

  @Test func theSampleOfTheStandardIsAccepted() throws {
    let accepted = try Handshake.check(try Self.head(), subprotocols: [])
    let text = String(decoding: accepted.response, as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(text.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
    #expect(!text.contains("Sec-WebSocket-Protocol"))
  }

  @Test func namesAndTokensAreComparedWithoutCase() throws {
    let head = try Self.head(["Upgrade": "WebSocket", "Connection": "keep-alive, UPGRADE"])
    #expect(throws: Never.self) { try Handshake.check(head, subprotocols: []) }
  }

  struct Refusal: Sendable {
    var name: String
    var status: Int
    var changes: [String: String?] = [:]
    var line = "GET / HTTP/1.1"
    var more = ""
  }

  static let refusals: [Refusal] = [
    Refusal(name: "POST", status: 405, line: "POST / HTTP/1.1"),
    Refusal(name: "HTTP/1.0", status: 400, line: "GET / HTTP/1.0"),
    Refusal(name: "no upgrade", status: 426, changes: ["Upgrade": nil]),
    Refusal(name: "another upgrade", status: 426, changes: ["Upgrade": "h2c"]),
    Refusal(name: "no connection", status: 400, changes: ["Connection": "close"]),
    Refusal(name: "version 8", status: 426, changes: ["Sec-WebSocket-Version": "8"]),
    Refusal(name: "no version", status: 426, changes: ["Sec-WebSocket-Version": nil]),
    Refusal(name: "two versions", status: 426, more: "Sec-WebSocket-Version: 13\r\n"),
    Refusal(name: "no key", status: 400, changes: ["Sec-WebSocket-Key": nil]),
    Refusal(name: "short key", status: 400, changes: ["Sec-WebSocket-Key": "AAAA"]),
    Refusal(
      name: "key of 17 bytes", status: 400,
      changes: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQA="]),
    Refusal(
      name: "key not base64", status: 400,
      changes: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j!Q=="]),
    Refusal(
      name: "two keys", status: 400, more: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
    Refusal(name: "subprotocol", status: 400, changes: ["Sec-WebSocket-Protocol": "a b"]),
    Refusal(name: "body", status: 400, more: "Content-Length: 3\r\n"),
  ]

  @Test(arguments: refusals)
  func everyRuleHasItsStatus(_ row: Refusal) throws {
    let head = try Self.head(row.changes, line: row.line, more: row.more)
    let error = #expect(throws: HTTPError.self) { try Handshake.check(head, subprotocols: []) }
    #expect(error?.status == row.status)
    if row.status == 426 {
      #expect(error?.fields.contains(HeaderField("Sec-WebSocket-Version", "13")) == true)
    }
  }

  @Test func theClientsOrderChoosesTheSubprotocol() throws {
    let head = try Self.head(["Sec-WebSocket-Protocol": "x, jamboree.v1, ,other"])
    let both = try Handshake.check(head, subprotocols: ["other", "jamboree.v1"])
    #expect(both.subprotocol == "jamboree.v1")
    #expect(try Handshake.check(head, subprotocols: ["none"]).subprotocol == nil)
  }

  @Test func listsOfSpacesAndCommasTakeLinearTime() throws {
    let spaces = String(repeating: " ", count: 4_000) + "a" + String(repeating: " ,", count: 2_000)
    let head = try Self.head(["Sec-WebSocket-Protocol": spaces])
    let started = threadSeconds()
    let accepted = try Handshake.check(head, subprotocols: ["a"])
    #expect(threadSeconds() - started < 0.05)
    #expect(accepted.subprotocol == "a")
  }
}
