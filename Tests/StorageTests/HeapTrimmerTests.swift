import Dispatch
import Synchronization
import Testing
import TestSupport

@testable import Storage

@Suite("Heap trimmer")
struct HeapTrimmerTests {
  private final class Count: Sendable {
    private let value = Mutex(0)
    func add() { value.withLock { $0 += 1 } }
    var now: Int { value.withLock { $0 } }
  }

  private let queue = DispatchQueue(label: "test.trim")

  @Test func muchFreedInManyPiecesIsOneTrim() {
    let count = Count()
    let trimmer = HeapTrimmer(on: queue, after: .milliseconds(50)) { count.add() }
    for _ in 0..<1000 { trimmer.note(64 << 10) }
    #expect(count.now == 0, "not at once: more may follow")
    pause(milliseconds: 300)
    #expect(count.now == 1)
    trimmer.note(HeapTrimmer.bytesWorthIt)
    pause(milliseconds: 300)
    #expect(count.now == 2, "and again for the next")
  }

  @Test func littleIsNotWorthIt() {
    let count = Count()
    let trimmer = HeapTrimmer(on: queue, after: .milliseconds(1)) { count.add() }
    trimmer.note(HeapTrimmer.bytesWorthIt - 1)
    pause(milliseconds: 100)
    #expect(count.now == 0)
    trimmer.note(1)
    pause(milliseconds: 200)
    #expect(count.now == 1)
  }
}
