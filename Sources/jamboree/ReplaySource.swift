import CRDT
import Storage

/// What is to be replayed: the updates of a recorded room's boards, and how those end.
struct ReplaySource {
  /// Which of the recording.
  struct Choice {
    var board: String?
    /// From here on at the recorded pace; what came before is there at once.
    var from: UInt64 = 1
    var through: UInt64 = .max

    func takes(_ record: JournalRecord) -> Bool {
      (record.kind == .update || record.kind == .syncReply) && record.sequence <= through
        && (board == nil || record.board == board)
    }
  }

  let recording: Recording
  let choice: Choice
  /// How the boards end, made from the updates alone, as everybody's program makes them.
  private(set) var boards: [String: Doc] = [:]
  private(set) var updates = 0
  /// Times of the first and the last update, in microseconds since 1970.
  private(set) var firstTime: Int64 = 0
  private(set) var lastTime: Int64 = 0
  /// Sequences of which nothing is left.
  private(set) var lost: [ClosedRange<UInt64>] = []
  private(set) var damage: [Damage]

  /// Reads all of the recording once.
  ///
  /// - Throws: `Failure` for an update that does not decode; `StorageError`.
  init(_ recording: Recording, _ choice: Choice) throws {
    self.recording = recording
    self.choice = choice
    damage = recording.damage
    var cursor = recording.cursor()
    while let record = try cursor.next() {
      guard choice.takes(record) else { continue }
      let update: Update
      do throws(UpdateError) { update = try Update(v1: record.payload) } catch {
        throw Failure("record \(record.sequence) of \(recording.room) does not decode: \(error)")
      }
      boards[record.board, default: Doc(clientID: 0)].apply(update)
      if updates == 0 { firstTime = record.time }
      lastTime = record.time
      updates += 1
    }
    lost = cursor.lost.filter { $0.lowerBound <= choice.through }
    damage += cursor.damage
  }

  /// What is lost, in words; nil where nothing is.
  var lossText: String? {
    guard !lost.isEmpty else { return nil }
    let ranges = lost.prefix(8).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    let more = lost.count > 8 ? " and \(lost.count - 8) more stretches" : ""
    return "the recording of \(recording.room) lacks sequences "
      + ranges.joined(separator: ", ") + more
  }
}
