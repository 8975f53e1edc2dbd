import TestSupport
import Testing

@testable import Reactor

@Suite("OutboundQueue")
struct OutboundQueueTests {
  /// Property: what was taken, what was dropped and what is left is exactly what went in, and a
  /// frame that was begun is never dropped. Reference model: one array of bytes.
  @Test(arguments: 0..<64 as Range<UInt64>)
  func agreesWithOneArrayOfBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = OutboundQueue()
    var frames: [[UInt8]] = []
    var sent = 0
    for step in 0..<400 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0...2:
        let count = Int.random(in: 0...30, using: &random)
        let frame = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: count)
        queue.append(frame)
        if !frame.isEmpty { frames.append(frame) }
      case 3:
        let taken = Int.random(in: 0...queue.byteCount, using: &random)
        if taken > 0 { queue.advance(taken) }
        sent += taken
        while let first = frames.first, sent >= first.count {
          sent -= first.count
          frames.removeFirst()
        }
      default:
        guard step % 7 == 0 else { continue }
        let kept = sent > 0 ? 1 : 0
        let bytes = frames.dropFirst(kept).reduce(0) { $0 + $1.count }
        let dropped = queue.dropUnstarted()
        #expect(dropped.frames == max(frames.count - kept, 0) && dropped.bytes == bytes)
        frames.removeLast(max(frames.count - kept, 0))
      }
      let left = Array(frames.joined().dropFirst(sent))
      #expect(Array(queue.unsent().joined()) == left, "seed \(seed), step \(step)")
      #expect(queue.byteCount == left.count)
      #expect(queue.frameCount == frames.count)
    }
  }
}
