import Testing
import WebSocket

@Suite("FrameWriter")
struct FrameWriterTests {
  @Test(arguments: [
    (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]),
    (65_535, [0x82, 126, 255, 255]), (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
  ] as [(Int, [UInt8])])
  func theLengthTakesItsShortestForm(count: Int, header: [UInt8]) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let frame = FrameWriter.binary(payload)
    #expect(Array(frame.prefix(header.count)) == header)
    #expect(Array(frame.dropFirst(header.count)) == payload)
    #expect(header.count == FrameWriter.headerBytes(forPayload: count))
  }

  @Test func controlFrames() {
    #expect(FrameWriter.ping() == [0x89, 0])
    #expect(FrameWriter.pong([1, 2].span) == [0x8a, 2, 1, 2])
    #expect(FrameWriter.close(nil) == [0x88, 0])
    #expect(FrameWriter.close(.tooBig, reason: "ok") == [0x88, 4, 3, 241, 0x6f, 0x6b])
    #expect(FrameWriter.text("ж") == [0x81, 2, 0xd0, 0xb6])
  }

  @Test func aLongReasonIsCutBetweenCharacters() {
    let frame = FrameWriter.close(.tooBig, reason: String(repeating: "ж", count: 100))
    #expect(frame.count == 2 + 2 + 122)
    #expect(String(validating: frame[4...], as: UTF8.self) != nil)
  }
}
