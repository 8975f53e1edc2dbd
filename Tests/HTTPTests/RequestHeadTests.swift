import HTTP
import TestSupport
import Testing

@Suite("RequestHead")
struct RequestHeadTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var name: String
    var head: String
    var status: Int
    var testDescription: String { name }
    init(_ name: String, _ status: Int, _ head: String) {
      self.name = name
      self.head = head
      self.status = status
    }
  }

  static let host = "Host: hub.example\r\n"
  static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\n" + host + fields + "\r\n" }

  static let refusals: [Refusal] = [
    Refusal("TLS on the plain port", 400, "\u{16}\u{3}\u{1}"),
    Refusal("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Refusal("bare LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    Refusal("CR inside a value", 400, get("X: a\rb\r\n")),
    Refusal("NUL inside a value", 400, get("X: a\0b\r\n")),
    Refusal("folded line", 400, get("X: a\r\n b\r\n")),
    Refusal("space before the colon", 400, get("X : a\r\n")),
    Refusal("no colon", 400, get("X\r\n")),
    Refusal("empty name", 400, get(": a\r\n")),
    Refusal("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
    Refusal("two Hosts", 400, get("Host: other\r\n")),
    Refusal("Host with user", 400, "GET / HTTP/1.1\r\nHost: a@b/c\r\n\r\n"),
    Refusal("length and coding", 400, get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")),
    Refusal("two lengths", 400, get("Content-Length: 1\r\nContent-Length: 2\r\n")),
    Refusal("length with a sign", 400, get("Content-Length: +5\r\n")),
    Refusal("negative length", 400, get("Content-Length: -1\r\n")),
    Refusal("length of 2^64", 400, get("Content-Length: 18446744073709551616\r\n")),
    Refusal("unknown coding", 501, get("Transfer-Encoding: gzip, chunked\r\n")),
    Refusal("coding in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Refusal("two spaces", 400, "GET  / HTTP/1.1\r\n" + host + "\r\n"),
    Refusal("no version", 400, "GET /\r\n" + host + "\r\n"),
    Refusal("HTTP/3.0", 505, "GET / HTTP/3.0\r\n" + host + "\r\n"),
    Refusal("not a version", 400, "GET / HTTQ/1.1\r\n" + host + "\r\n"),
    Refusal("relative target", 400, "GET x HTTP/1.1\r\n" + host + "\r\n"),
    Refusal("CONNECT", 400, "CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n"),
    Refusal("fragment in the target", 400, "GET /#a HTTP/1.1\r\n" + host + "\r\n"),
    Refusal("raw UTF-8 in the target", 400, "GET /ж HTTP/1.1\r\n" + host + "\r\n"),
    Refusal("long target", 414, "GET /" + String(repeating: "a", count: 9_000)),
    Refusal("long field", 431, get("X: " + String(repeating: "a", count: 9_000))),
    Refusal("many fields", 431, get(String(repeating: "X: a\r\n", count: 2_000))),
    Refusal(
      "large head", 431,
      get((0..<5).map { "X\($0): " + String(repeating: "a", count: 8_000) + "\r\n" }.joined())),
  ]

  @Test(arguments: refusals)
  func whatIsAmbiguousIsRefused(_ row: Refusal) {
    let bytes = Array(row.head.utf8)
    let error = #expect(throws: HTTPError.self) { try RequestHead.parse(bytes.span) }
    #expect(error?.status == row.status)
  }

  @Test func aHeadIsReadWhole() throws {
    let text =
      "GET /yjs/jam/r%20m?token=a.b%2Bc&x HTTP/1.1\r\nHost: hub:8080\r\n"
      + "Accept: a, ,b\r\naccept:\tc \r\nConnection: keep-alive, Upgrade\r\n\r\nrest"
    let bytes = Array(text.utf8)
    let (head, consumed) = try #require(try RequestHead.parse(bytes.span))
    #expect(consumed == bytes.count - 4)
    #expect(head.method == "GET")
    #expect(head.path == "/yjs/jam/r%20m")
    #expect(try head.parameters()["token"] == "a.b+c")
    #expect(try head.parameters()["x"] == "")
    #expect(head.host == "hub:8080")
    #expect(head.fields.list("accept") == ["a", "b", "c"])
    #expect(head.fields.contains("connection", token: "upgrade"))
    #expect(head.body == .none)
  }

  @Test func anAbsoluteTargetNamesTheHost() throws {
    let bytes = Array("GET http://other?x=1 HTTP/1.1\r\nHost: hub\r\n\r\n".utf8)
    let head = try #require(try RequestHead.parse(bytes.span)).head
    #expect(head.host == "other")
    #expect(head.path == "/")
    #expect(head.query == "x=1")
  }

  @Test func bodiesAreAnnounced() throws {
    let rows: [(String, RequestHead.Body)] = [
      ("Content-Length: 0\r\n", .none), ("Content-Length: 10737418240\r\n", .length(10 << 30)),
      ("Transfer-Encoding: Chunked\r\n", .chunked),
    ]
    for (field, expected) in rows {
      let bytes = Array(Self.get(field).utf8)
      #expect(try #require(try RequestHead.parse(bytes.span)).head.body == expected)
    }
  }

  @Test func everyPrefixNeedsMoreOrIsRefused() throws {
    let text = "\r\n" + Self.get("Upgrade: websocket\r\nConnection: Upgrade\r\n")
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      #expect(try RequestHead.parse(bytes.span.extracting(0..<count)) == nil, "prefix \(count)")
    }
    #expect(try RequestHead.parse(bytes.span) != nil)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func flippedBitsNeverTrap(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let good = Array(Self.get("Content-Length: 12\r\nA: b, c\r\nConnection: Upgrade\r\n").utf8)
    for _ in 0..<500 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
          1 << UInt8.random(in: 0..<8, using: &random)
      }
      if let head = try? RequestHead.parse(bytes.span)?.head {
        _ = try? head.parameters()
      }
    }
  }
}

private func == (
  left: (head: RequestHead, consumed: Int)?, right: (head: RequestHead, consumed: Int)?
) -> Bool { left?.consumed == right?.consumed && left?.head == right?.head }
