import Dispatch
import Glibc
import Reactor
import Synchronization

/// What a probe saw, for the test's thread to read.
final class Sightings: Sendable {
  struct State: Sendable {
    var opened = 0
    var adopted: [String] = []
    var drained = 0
    var bytes = 0
    var largestOffer = 0
    var closed: [CloseCause] = []
    var timers: [UInt64] = []
    var turns = 0
    var addresses: Set<String> = []
  }
  // A queue and not a Mutex: ThreadSanitizer understands it.
  private let queue = DispatchQueue(label: "sightings")
  private let state: Confined<State>
  init() { state = Confined(State(), on: queue) }
  var now: State { queue.sync { state.onQueue { $0 } } }
  func note(_ change: (inout State) -> Void) { queue.sync { state.onQueue { change(&$0) } } }

  /// Waits up to twenty seconds.
  func wait(until condition: (State) -> Bool) -> Bool {
    for _ in 0..<10_000 {
      if condition(now) { return true }
      usleep(2_000)
    }
    return condition(now)
  }
}

/// A handler that does one simple thing and notes everything.
final class Probe: ShardHandler {
  enum Behaviour: Sendable {
    case echo
    /// Echoes frames of a 32-bit big-endian length and that many bytes.
    case frames
    /// Sends this many frames of 64 KiB on the first byte, drops what is queued on the next.
    case flood(frames: Int)
    /// The first byte names the shard to move to; what follows is echoed there.
    case move
    /// Echoes half of what it is offered and pauses; goes on in a turn of its own.
    case pauses
    /// Never consumes anything.
    case hoard
    /// Answers and closes.
    case closeAfterFlush(deadlineMS: Int)
  }

  let context: ShardContext
  let sightings: Sightings
  let behaviour: Behaviour
  let shards: Mutex<[Shard]>.Box

  init(
    _ context: ShardContext, _ sightings: Sightings, _ behaviour: Behaviour,
    _ shards: Mutex<[Shard]>.Box
  ) {
    self.context = context
    self.sightings = sightings
    self.behaviour = behaviour
    self.shards = shards
  }

  func opened(_ connection: Connection) {
    sightings.note {
      $0.opened += 1
      $0.addresses.insert(connection.peerAddress)
    }
  }

  func received(_ bytes: inout MutableSpan<UInt8>, on connection: Connection) -> Int {
    let count = bytes.count
    sightings.note {
      $0.bytes += count
      $0.largestOffer = max($0.largestOffer, count)
    }
    switch behaviour {
    case .echo: connection.send(copy(bytes, 0..<count))
    case .frames: return frames(bytes, connection)
    case .flood(let frames):
      if bytes[0] == 1 {
        connection.dropQueued()
        connection.send([0xee])
      } else {
        let frame = [UInt8](repeating: 0xaa, count: 64 << 10)
        for _ in 0..<frames { connection.send(frame) }
      }
    case .move:
      if connection.owner == nil {
        connection.send([0xff])
        connection.move(to: shards.value.withLock { $0[Int(bytes[0])] }, carrying: "ticket")
        return 1
      }
      connection.send(copy(bytes, 0..<count))
    case .pauses:
      let part = (count + 1) / 2
      connection.send(copy(bytes, 0..<part))
      connection.pauseReading(true)
      let id = connection.id
      context.shard.async { $0.connection(id)?.pauseReading(false) }
      return part
    case .hoard: return 0
    case .closeAfterFlush(let deadlineMS):
      connection.send([1, 2, 3])
      connection.closeAfterFlush(deadlineMS: deadlineMS)
      connection.send([4])
    }
    return count
  }

  private func frames(_ bytes: borrowing MutableSpan<UInt8>, _ connection: Connection) -> Int {
    var offset = 0
    while bytes.count - offset >= 4 {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
      guard bytes.count - offset >= 4 + length else {
        connection.wantedBytes = 4 + length
        break
      }
      connection.send(copy(bytes, offset..<offset + 4 + length))
      offset += 4 + length
    }
    return offset
  }

  private func copy(_ bytes: borrowing MutableSpan<UInt8>, _ range: Range<Int>) -> [UInt8] {
    unsafe bytes.span.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
  }

  func adopted(_ connection: Connection, carrying: (any Sendable)?) {
    connection.owner = self
    let text = carrying as? String ?? ""
    sightings.note { $0.adopted.append("\(text) on \(context.index)") }
  }

  func drained(_ connection: Connection) { sightings.note { $0.drained += 1 } }
  func closed(_ connection: Connection, _ cause: CloseCause) {
    sightings.note { $0.closed.append(cause) }
  }
  func turnEnded() { sightings.note { $0.turns += 1 } }
  func timerFired(_ token: UInt64) { sightings.note { $0.timers.append(token) } }
}

extension Mutex where Value == [Shard] {
  /// The shards, known only after their handlers.
  final class Box: Sendable {
    let value = Mutex<[Shard]>([])
  }
}

/// A reactor on a free loopback port with a probe on each shard.
struct Rig {
  let reactor: Reactor
  let port: Int
  let sightings = Sightings()

  init(
    _ behaviour: Probe.Behaviour, shards count: Int = 1, address: String = "127.0.0.1",
    options: ReactorOptions = ReactorOptions(), tls: TLSContext? = nil
  ) throws {
    let box = Mutex<[Shard]>.Box()
    let sightings = self.sightings
    reactor = try Reactor(shards: count, options: options) {
      Probe($0, sightings, behaviour, box)
    }
    let shards = reactor.shards
    box.value.withLock { $0 = shards }
    port = try reactor.listen(address: address, port: 0, tls: tls)
  }

  /// How many came through, how many did not, once both are counted.
  var handshakes: [Int] {
    reactor.shards.reduce([0, 0]) { sum, shard in
      let counters = shard.sync { $0.counters }
      return [sum[0] + counters.handshakes, sum[1] + counters.handshakesFailed]
    }
  }
}
