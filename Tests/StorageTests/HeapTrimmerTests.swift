import Dispatch
import Synchronization
import Testing

@testable import Storage

@Suite("Heap trimmer")
struct HeapTrimmerTests {
  /// What the trimmer asked for: blocks that are to run later, run here by hand, and trims.
  private final class Requests: Sendable {
    private struct State {
      var delays: [DispatchTimeInterval] = []
      var due: [@Sendable () -> Void] = []
      var trims = 0
    }
    private let state = Mutex(State())

    var delays: [DispatchTimeInterval] { state.withLock { $0.delays } }
    var trims: Int { state.withLock { $0.trims } }

    func trimmer() -> HeapTrimmer {
      HeapTrimmer(
        schedule: { [self] delay, block in
          state.withLock {
            $0.delays.append(delay)
            $0.due.append(block)
          }
        },
        trim: { [self] in state.withLock { $0.trims += 1 } })
    }

    /// The time has passed.
    func runDue() {
      let due = state.withLock { state in
        defer { state.due = [] }
        return state.due
      }
      for block in due { block() }
    }
  }

  private let requests = Requests()

  @Test func muchFreedInManyPiecesIsOneTrim() {
    let trimmer = requests.trimmer()
    for _ in 0..<1000 { trimmer.note(64 << 10) }
    #expect(requests.delays == [.seconds(1)], "asked for once")
    #expect(requests.trims == 0, "not at once: more may follow")
    requests.runDue()
    #expect(requests.trims == 1)
    trimmer.note(HeapTrimmer.bytesWorthIt)
    #expect(requests.trims == 1, "nor the next at once")
    requests.runDue()
    #expect(requests.trims == 2 && requests.delays == [.seconds(1), .seconds(1)])
  }

  @Test func littleIsNotWorthIt() {
    let trimmer = requests.trimmer()
    trimmer.note(HeapTrimmer.bytesWorthIt - 1)
    #expect(requests.delays.isEmpty)
    trimmer.note(1)
    #expect(requests.delays.count == 1)
    requests.runDue()
    trimmer.note(HeapTrimmer.bytesWorthIt - 1)
    #expect(requests.trims == 1 && requests.delays.count == 1, "counted from nothing again")
  }
}
