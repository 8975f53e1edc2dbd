import HTTP
import TestSupport
import Testing

@Suite("Media types, entity tags, encodings")
struct RepresentationTests {
  /// The fields of a request with these lines.
  private func fields(_ lines: String...) throws -> HeaderFields {
    let text = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    return try #require(try RequestHead.parse(Array(text.utf8).span)).head.fields
  }

  @Test(arguments: [
    ("index.html", "text/html; charset=utf-8"), ("app-1f.js", "text/javascript; charset=utf-8"),
    ("app.CSS", "text/css; charset=utf-8"), ("manifest.webmanifest", "application/manifest+json"),
    ("icon.svg", "image/svg+xml"), ("a.b.png", "image/png"), ("f.woff2", "font/woff2"),
    ("html", "application/octet-stream"), ("", "application/octet-stream"),
    ("a.", "application/octet-stream"), ("a.exe", "application/octet-stream"),
    (".html", "text/html; charset=utf-8"),
  ])
  func theEndOfANameSaysWhatAFileIs(name: String, type: String) {
    #expect(MediaType.of(file: name) == type)
  }

  @Test(arguments: [
    ("If-None-Match: \"abc\"", true), ("If-None-Match: W/\"abc\"", true),
    ("If-None-Match: \"x\", \"abc\"", true), ("If-None-Match: \"x\",W/\"abc\" ,\"y\"", true),
    ("If-None-Match: *", true), ("If-None-Match: abc", false), ("If-None-Match: \"ab\"", false),
    ("If-None-Match: \"abcd\"", false), ("If-None-Match: \"ABC\"", false),
    ("If-None-Match: w/\"abc\"", false), ("If-None-Match:", false), ("If-Match: \"abc\"", false),
    ("If-None-Match: \"a,\"abc\",b\"", true), ("If-None-Match: \"x,abc,y\"", false),
  ])
  func aTagIsKnownWhereTheListHasIt(line: String, isKnown: Bool) throws {
    #expect(EntityTag(opaque: "abc").isKnown(to: try fields(line)) == isKnown)
  }

  @Test func tagsMayComeInSeveralLines() throws {
    let some = try fields("If-None-Match: \"x\"", "if-none-match: \"abc\"")
    #expect(EntityTag(opaque: "abc").isKnown(to: some))
  }

  @Test(arguments: [
    ("", false), ("Accept-Encoding:", false), ("Accept-Encoding: gzip", true),
    ("Accept-Encoding: GZIP", true), ("Accept-Encoding: x-gzip", true),
    ("Accept-Encoding: br, gzip, deflate", true), ("Accept-Encoding: br;q=1.0, *;q=0.1", true),
    ("Accept-Encoding: gzip;q=0", false), ("Accept-Encoding: gzip;q=0.000", false),
    ("Accept-Encoding: gzip;q=0.001", true), ("Accept-Encoding: gzip ; q=1", true),
    ("Accept-Encoding: *", true), ("Accept-Encoding: *;q=0", false),
    ("Accept-Encoding: gzip;q=0, *", false), ("Accept-Encoding: *;q=0, gzip", true),
    ("Accept-Encoding: identity", false), ("Accept-Encoding: gzipped", false),
    ("Accept-Encoding: gzip;q=2", false), ("Accept-Encoding: gzip;q=1.001", false),
    ("Accept-Encoding: gzip;q=0.0001", false), ("Accept-Encoding: gzip;q=", false),
    ("Accept-Encoding: gzip;q=-1", false), ("Accept-Encoding: gzip;q=0.x", false),
    ("Accept-Encoding: gzip;level=9", false), ("Accept-Encoding: gzip;q=1;q=1", false),
    ("Accept-Encoding: ;q=1", false),
  ])
  func gzipIsForWhoTakesIt(line: String, takes: Bool) throws {
    let fields = line.isEmpty ? try fields() : try fields(line)
    #expect(ContentCoding.takesGzip(fields) == takes)
  }

  /// Whatever stands in the fields: an answer, never a trap.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func garbageInTheFieldsIsAnswered(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let letters = Array("gzip;q=0.1,* \"W/abc".utf8)
    let noise = (0..<40).map { _ in letters.randomElement(using: &random) ?? 0x20 }
    let text = String(decoding: noise, as: UTF8.self)
    let some = try fields("Accept-Encoding: \(text)", "If-None-Match: \(text)")
    _ = ContentCoding.takesGzip(some)
    _ = EntityTag(opaque: "abc").isKnown(to: some)
  }

  @Test func nothingOfTheHubsRunsForeignCodeOrIsFramed() {
    let text = String(decoding: Response.text("x").secured().serialized(), as: UTF8.self)
    for part in [
      "Content-Security-Policy: default-src 'none'; script-src 'self';", "frame-ancestors 'none'",
      "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
      "Cross-Origin-Opener-Policy: same-origin", "Permissions-Policy: ",
    ] { #expect(text.contains(part)) }
    #expect(!text.contains("unsafe-"))
  }

  @Test func whatHasNotChangedHasNoBody() {
    let response = Response(status: 304, fields: [HeaderField("etag", "\"a\"")], body: [1])
    let text = String(decoding: response.serialized(), as: UTF8.self)
    #expect(text == "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: close\r\n\r\n")
  }
}
