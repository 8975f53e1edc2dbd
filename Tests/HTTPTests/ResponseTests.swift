import HTTP
import Testing

@Suite("Percent-encoding, queries, responses")
struct ResponseTests {
  @Test(arguments: [
    ("abc", "abc"), ("%41", "A"), ("%2541", "%41"), ("%2e%2E%2f", "../"), ("%D0%B6", "ж"),
    ("a+b", "a+b"), ("%00", "\0"), ("%", nil), ("%4", nil), ("%zz", nil), ("%ff", nil),
    ("%C0%AF", nil), ("%ED%A0%80", nil),
  ])
  func percentIsDecodedOnce(text: String, expected: String?) {
    #expect(percentDecodedOnce(text) == expected)
  }

  @Test func plusIsASpaceInAQuery() throws {
    #expect(try QueryParameters("a=1+2&a=3&&b")["a"] == "1 2")
    #expect(try QueryParameters("").items.isEmpty)
    #expect(throws: HTTPError.self) { try QueryParameters("a=%") }
    #expect(throws: HTTPError.self) { try QueryParameters(String(repeating: "a&", count: 101)) }
  }

  @Test func errorsAreJSON() {
    let response = Response(HTTPError(status: 400, reason: "a \"b\"\n"))
    let text = String(decoding: response.serialized(), as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"))
    #expect(text.contains("\r\nConnection: close\r\n"))
    let body = #"{"error":"bad-request","reason":"a \"b\"\u000a"}"#
    #expect(text.hasSuffix("\r\n\r\n" + body + "\n"))
  }

  @Test func headHasTheLengthButNoBody() {
    let bytes = Response.text("hello").serialized(headOnly: true)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("Content-Length: 5\r\nConnection: close\r\n"))
    #expect(text.hasSuffix("\r\n\r\n"))
  }
}
