import Synchronization

/// Which log segments are still needed: a segment goes when every record in it is in a checkpoint
/// that is on disk.
final class SegmentLedger: Sendable {
  struct Sealed: Sendable {
    var name: SegmentName
    var bytes: Int
    var rooms: [RoomID: UInt64]
    /// Damage was found in it: it is set aside instead of removed.
    var isDamaged = false
  }

  private struct State {
    var sealed: [Sealed] = []
    /// Room → sequence up to which everything is in its files.
    var covered: [RoomID: UInt64] = [:]
  }

  private let state: Mutex<State>
  private let limitBytes: Int

  init(limitBytes: Int) {
    self.limitBytes = limitBytes
    state = Mutex(State())
  }

  /// Takes over a segment that is no longer written. Returns the rooms to checkpoint now so that
  /// the shard's log shrinks below its limit, oldest first; empty while it is short enough.
  func seal(_ segment: Sealed) -> [RoomID] {
    state.withLock { state in
      state.sealed.append(segment)
      let shard = segment.name.shard
      var excess = state.sealed.reduce(0) { $1.name.shard == shard ? $0 + $1.bytes : $0 }
      excess -= limitBytes
      var wanted: Set<RoomID> = []
      for old in state.sealed where old.name.shard == shard && excess > 0 {
        wanted.formUnion(Self.open(old, state.covered))
        excess -= old.bytes
      }
      return wanted.sorted()
    }
  }

  /// Notes that everything of `room` up to `sequence` is durable in its own files.
  func cover(_ room: RoomID, through sequence: UInt64) {
    state.withLock { $0.covered[room] = max($0.covered[room] ?? 0, sequence) }
  }

  /// Rooms of these sealed segments, and of `active`, that no checkpoint covers yet.
  func uncovered(in segments: Set<SegmentName>, active: [RoomID: UInt64]) -> [RoomID] {
    state.withLock { state in
      var rooms = Set(active.filter { (state.covered[$0.key] ?? 0) < $0.value }.keys)
      for old in state.sealed where segments.contains(old.name) {
        rooms.formUnion(Self.open(old, state.covered))
      }
      return rooms.sorted()
    }
  }

  /// Takes out the segments that nobody needs any more.
  func takeRemovable() -> [Sealed] {
    state.withLock { state in
      let removable = state.sealed.filter { Self.open($0, state.covered).isEmpty }
      let names = Set(removable.map(\.name))
      state.sealed.removeAll { names.contains($0.name) }
      return removable
    }
  }

  /// Bytes of sealed segments that wait for checkpoints.
  var sealedBytes: Int { state.withLock { $0.sealed.reduce(0) { $0 + $1.bytes } } }

  private static func open(_ segment: Sealed, _ covered: [RoomID: UInt64]) -> [RoomID] {
    segment.rooms.compactMap { (covered[$0.key] ?? 0) < $0.value ? $0.key : nil }
  }
}
