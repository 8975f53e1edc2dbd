/// When each update of a recording is due in its replay.
///
/// Values in, values out: who asks brings the recorded times, in order, and compares with a clock
/// of their own.
struct ReplayPlan {
  /// Recorded seconds a second.
  let speed: Double
  /// No pause of the replay is longer, in microseconds; nil: as recorded.
  let maxGap: Double?

  private var last: Double?
  private var due = 0.0

  init(speed: Double, maxGap: Int64? = nil) {
    self.speed = speed
    self.maxGap = maxGap.map(Double.init)
  }

  /// Microseconds after the replay's start at which the next update is due; never less than before.
  ///
  /// - Parameter time: When it was recorded, in microseconds since 1970. A clock that was set back
  ///   meanwhile makes no pause and no hurry.
  mutating func due(recordedAt time: Int64) -> Int64 {
    let gap = max(Double(time) - (last ?? Double(time)), 0) / speed
    last = Double(time)
    due += min(gap, maxGap ?? gap)
    return Int64(min(due, 1e15))
  }
}
