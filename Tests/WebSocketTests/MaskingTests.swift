import Testing
import WebSocket

/// Reference model: the one-line definition of RFC 6455 5.3. The fast version must agree with it
/// for every length around the eight-byte step, every phase, and every way to cut the payload.
@Test(arguments: 0..<40)
func unmaskAgreesWithDefinition(count: Int) {
  let key: [UInt8] = [0x12, 0xff, 0x00, 0x9a]
  let word: UInt32 = 0x9a00_ff12
  let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
  for phase in 0..<4 {
    let expected = plain.indices.map { plain[$0] ^ key[($0 + phase) & 3] }
    for cut in 0...count {
      var bytes = plain
      var span = bytes.mutableSpan
      unmask(&span, 0..<cut, key: word, phase: phase)
      unmask(&span, cut..<count, key: word, phase: phase + cut)
      #expect(bytes == expected, "count \(count), phase \(phase), cut \(cut)")
    }
  }
}
