import JamClient
import Lib0
import Storage
import SyncProtocol

/// A recording on its way into a room: sends what is due and listens to what the hub says of it.
final class ReplayPerformance {
  /// Nanoseconds without any news after which the hub counts as gone.
  static let patience: UInt64 = 60_000_000_000
  /// Bytes on their way past which the next update waits.
  static let unsentMax = 4 << 20
  /// Nanoseconds between two lines about progress.
  static let reportInterval: UInt64 = 2_000_000_000

  private let connection: RoomConnection
  private let source: ReplaySource
  private var heardAt = monotonicNow()
  private var reportedAt = monotonicNow()
  private(set) var sent = 0
  /// How much later than planned updates were sent, in microseconds.
  private(set) var worstDelay: Int64 = 0
  private var delays: Int64 = 0
  private var timed: Int64 = 0

  /// The mean of all delays, in microseconds.
  var meanDelay: Int64 { timed == 0 ? 0 : delays / timed }

  /// Comes into the room and opens the boards.
  init(_ source: ReplaySource, into door: ReplayDoor) throws {
    self.source = source
    let deadline = monotonicNow() + Self.patience
    connection = try door.enter(deadline: deadline)
    try connection.open(source.boards.keys.sorted(), deadline: deadline)
  }

  /// Sends everything when it is due, and waits until it is on the hub's disk.
  func run(_ plan: ReplayPlan) throws {
    var plan = plan
    var start: UInt64?
    var cursor = source.recording.cursor()
    while let record = try cursor.next() {
      guard source.choice.takes(record) else { continue }
      if record.sequence >= source.choice.from {
        let due = UInt64(plan.due(recordedAt: record.time)) * 1_000
        // The first one is due when it is there to be sent.
        let begun = start ?? monotonicNow()
        start = begun
        try wait(until: begun + due)
        note(Int64(clamping: monotonicNow() - (begun + due)) / 1_000)
      }
      try wait { connection.unsentBytes <= Self.unsentMax }
      try connection.send(.update(record.payload), board: record.board)
      sent += 1
      // Echoes are taken in on the way, or the hub would drop them for a slow reader.
      while try hear(until: 0) {}
      report(at: record.time)
    }
    try wait { connection.isSaved }
    connection.close()
  }

  private func note(_ delay: Int64) {
    worstDelay = max(worstDelay, delay)
    delays += delay
    timed += 1
  }

  private func wait(until time: UInt64) throws {
    while monotonicNow() < time { try hear(until: time) }
  }

  /// Listens until `isDone`, as long as the hub has any news.
  private func wait(_ isDone: () -> Bool) throws {
    heardAt = monotonicNow()
    while !isDone() {
      let now = monotonicNow()
      guard now < heardAt + Self.patience else {
        throw ClientError.timeout("the hub has not said \"saved\" for a minute")
      }
      try hear(until: now + 200_000_000)
    }
  }

  /// Takes in one thing that the hub says; false where the time comes first.
  @discardableResult
  private func hear(until deadline: UInt64) throws -> Bool {
    guard let incoming = try connection.next(deadline: deadline) else { return false }
    switch incoming {
    // Cursors of those who watch are no news of what was sent.
    case .message(_, .awareness): return true
    default: heardAt = monotonicNow()
    }
    switch incoming {
    case .control(let fields): if let refusal = Failure(refusalIn: fields) { throw refusal }
    case .message(let board, let message): try hear(message, on: board)
    }
    return true
  }

  private func hear(_ message: ServerMessage, on board: String) throws {
    switch message {
    case .reject(let number, let code, let reason):
      throw Failure("the hub refused update \(number) of board '\(board)' (\(code)): \(reason)")
    case .syncStep1:
      // It asks once, when the board is opened.
      guard connection.boards[board]?.asked ?? 0 > 1 else { return }
      throw Failure(
        "board '\(board)': the hub lacks something that an update builds on; was the room written "
          + "to by somebody else?")
    default: break
    }
  }

  private func report(at time: Int64) {
    let now = monotonicNow()
    guard now >= reportedAt + Self.reportInterval else { return }
    reportedAt = now
    let saved = connection.boards.values.reduce(0) { $0 + $1.saved }
    let moment = Timestamp.text(microseconds: time).map { ", recorded \($0)" } ?? ""
    Console.print(
      "\(sent) of \(source.updates) updates sent, \(saved) saved\(moment)")
  }
}
