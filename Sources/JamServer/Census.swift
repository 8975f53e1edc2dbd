internal import Synchronization

/// How many connections and rooms the whole hub has, and which shards cannot save: all that shards
/// have in common.
final class Census: Sendable {
  private struct Counts {
    var connections = 0
    var rooms = 0
    var failingBytes = 0
    var byAddress: [String: Int] = [:]
    var troubles: [Int: String] = [:]
    var missesData = false
  }

  private let counts = Mutex(Counts())

  /// Counts a connection in, or says why it may not come.
  func admit(_ address: String, _ limits: HubConfig.Limits) -> String? {
    counts.withLock { counts in
      guard counts.connections < limits.connections else {
        return "the hub has all the connections it may have"
      }
      guard counts.byAddress[address, default: 0] < limits.connectionsPerAddress else {
        return "too many connections from this address"
      }
      counts.connections += 1
      counts.byAddress[address, default: 0] += 1
      return nil
    }
  }

  func leave(_ address: String) {
    counts.withLock { counts in
      counts.connections -= 1
      let left = counts.byAddress[address, default: 1] - 1
      counts.byAddress[address] = left > 0 ? left : nil
    }
  }

  /// Counts a room in; false if there are too many.
  func openRoom(limit: Int) -> Bool {
    counts.withLock { counts in
      guard counts.rooms < limit else { return false }
      counts.rooms += 1
      return true
    }
  }

  func closeRoom() { counts.withLock { $0.rooms -= 1 } }

  /// Rooms whose checkpoints fail keep so many bytes more of what is to be written.
  func noteFailing(_ bytes: Int) { counts.withLock { $0.failingBytes += bytes } }

  /// What all of them keep.
  var failingBytes: Int { counts.withLock { $0.failingBytes } }

  var connections: Int { counts.withLock { $0.connections } }
  var rooms: Int { counts.withLock { $0.rooms } }

  /// Notes that the data folder is not where it was; true if that is news.
  func missesData() -> Bool {
    counts.withLock { counts in
      defer { counts.missesData = true }
      return !counts.missesData
    }
  }

  /// Notes why a shard cannot save, or that it can (nil).
  func note(trouble: String?, ofShard shard: Int) {
    counts.withLock { $0.troubles[shard] = trouble }
  }

  /// Why some shard cannot save; nil while all can. Any of them may be asked, so all answer this.
  var trouble: String? {
    counts.withLock { counts in counts.troubles.min { $0.key < $1.key }?.value }
  }
}
