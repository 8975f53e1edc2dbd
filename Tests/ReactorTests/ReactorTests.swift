import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite("Reactor on the loopback", .serialized)
struct ReactorTests {
  @Test(arguments: [false, true])
  func twoHundredSocketsEcho(v6: Bool) throws {
    let rig = try Rig(.echo, shards: 2, address: v6 ? "::1" : "127.0.0.1")
    defer { rig.reactor.shutdown() }
    var clients: [Client] = []
    for _ in 0..<200 { clients.append(try #require(Client(port: rig.port, v6: v6))) }
    for round in 1...3 {
      for (index, client) in clients.enumerated() {
        client.send([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 100 * round))
      }
      for (index, client) in clients.enumerated() {
        let echo = client.receive(100 * round)
        #expect(echo == [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 100 * round))
      }
    }
    #expect(rig.sightings.now.addresses == [v6 ? "::1" : "127.0.0.1"])
    #expect(rig.reactor.shards.allSatisfy { shard in shard.sync { $0.connectionCount } > 0 })
    for client in clients { client.close() }
    #expect(rig.sightings.wait { $0.closed.count == 200 })
    #expect(rig.sightings.now.closed.allSatisfy { $0 == .finished })
  }

  @Test func aListenerInUseIsAnError() throws {
    let blocker = try #require(BoundSocket())
    let reactor = try Reactor(shards: 2) { _ in Idle() }
    defer { reactor.shutdown() }
    let error = #expect(throws: ReactorError.self) {
      try reactor.listen(address: "127.0.0.1", port: blocker.port)
    }
    #expect(error?.errno == EADDRINUSE)
    #expect(throws: ReactorError.self) { try reactor.listen(address: "not an address", port: 0) }
    #expect(throws: ReactorError.self) { try reactor.listen(address: "127.0.0.1", port: 70_000) }
  }

  @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("::1", "::1")])
  func twoReactorsNeverShareAPort(_ first: String, _ second: String) throws {
    let one = try Reactor(shards: 2) { _ in Idle() }
    defer { one.shutdown() }
    let two = try Reactor(shards: 2) { _ in Idle() }
    defer { two.shutdown() }
    let port = try one.listen(address: first, port: 0)
    let error = #expect(throws: ReactorError.self) { try two.listen(address: second, port: port) }
    #expect(error?.errno == EADDRINUSE)
    #expect(error?.description.contains("Address already in use (errno \(EADDRINUSE))") == true)
    one.stopAccepting()
    #expect(try two.listen(address: second, port: port) == port)
  }

  @Test func largeFramesAreReadIntoTheirOwnBuffer() throws {
    let rig = try Rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    var random = SplitMix64(seed: 7)
    for count in [0, 1, 1_000, 65_533, 131_072, 300_000, 3_000_000] {
      let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let header = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
      let small: [UInt8] = [0, 0, 0, 1, 9]
      client.send(small + header + payload + small)
      #expect(client.receive(count + 14) == small + header + payload + small, "\(count) bytes")
    }
  }

  @Test func oneByteSegmentsAddUp() throws {
    let rig = try Rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    let bytes: [UInt8] = [0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 5]
    for byte in bytes {
      client.send([byte])
      usleep(500)
    }
    #expect(client.receive(bytes.count) == bytes)
  }

  @Test func whoNeverReadsQueuesHereAndCanBeDropped() throws {
    var options = ReactorOptions()
    options.notSentLowWaterBytes = 16 << 10
    let rig = try Rig(.flood(frames: 400), options: options)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    client.send([0])
    #expect(rig.sightings.wait { $0.bytes == 1 })
    let shard = rig.reactor.shards[0]
    usleep(100_000)
    let queued = shard.sync { context in
      var bytes = 0
      context.forEachConnection { bytes += $0.queuedBytes }
      return bytes
    }
    #expect(queued > 5 << 20, "the kernel takes a few MiB at most, the rest waits here")
    client.send([1])
    #expect(rig.sightings.wait { $0.bytes == 2 })
    // Whole frames, then the byte that was sent after the drop: the stream is sound.
    var total = 0
    var last: UInt8 = 0
    while last != 0xee {
      let some = client.receive(1)
      guard let byte = some.first else { break }
      last = byte
      if byte == 0xaa {
        let rest = client.receive((64 << 10) - 1)
        #expect(rest.allSatisfy { $0 == 0xaa } && rest.count == (64 << 10) - 1)
        total += 1
      }
    }
    #expect(last == 0xee)
    #expect(total < 400 && total > 0)
    #expect(rig.sightings.wait { $0.drained == 1 })
  }

  @Test func aConnectionMovesWithWhatWasNotRead() throws {
    let rig = try Rig(.move, shards: 2)
    defer { rig.reactor.shutdown() }
    for target in [0, 1, 1, 0, 1, 0, 1, 0] as [UInt8] {
      let client = try #require(Client(port: rig.port))
      client.send([target] + Array("left over".utf8))
      #expect(client.receive(10) == [0xff] + Array("left over".utf8))
      client.send([42])
      #expect(client.receive(1) == [42])
    }
    let seen = rig.sightings.now.adopted
    #expect(seen.count == 8)
    #expect(Set(seen) == ["ticket on 0", "ticket on 1"])
    #expect(rig.sightings.wait { $0.closed.count == 8 }, "each closed once, on its new shard")
  }

  @Test func resetInTheMiddleOfAFrameClosesOnce() throws {
    let rig = try Rig(.frames)
    defer { rig.reactor.shutdown() }
    for _ in 0..<20 {
      let client = try #require(Client(port: rig.port))
      client.send([0, 0, 1, 0, 1, 2, 3])
      usleep(1_000)
      client.reset()
    }
    #expect(rig.sightings.wait { $0.closed.count == 20 })
    usleep(20_000)
    #expect(rig.sightings.now.closed == Array(repeating: .failed(errno: ECONNRESET), count: 20))
  }

  @Test func afterTheClientsFinTheRestStillGoesOut() throws {
    let rig = try Rig(.flood(frames: 100))
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    client.send([0])
    client.finish()
    #expect(client.receive(100 * 64 << 10).count == 100 * 64 << 10)
    #expect(client.seesEnd())
    #expect(rig.sightings.wait { $0.closed == [.finished] })
  }

  @Test func closingAfterFlushWaitsForThePeerUntilTheDeadline() throws {
    let rig = try Rig(.closeAfterFlush(deadlineMS: 100))
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    client.send([0])
    #expect(client.receive(4) == [1, 2, 3])
    client.send([1, 1, 1])
    #expect(rig.sightings.wait { $0.closed == [.deadline] })
    // A deadline of its own, which even a machine that stands still for a while cannot miss.
    let patient = try Rig(.closeAfterFlush(deadlineMS: 20_000))
    defer { patient.reactor.shutdown() }
    let other = try #require(Client(port: patient.port))
    other.send([0])
    #expect(other.receive(4) == [1, 2, 3])
    other.close()
    #expect(patient.sightings.wait { $0.closed == [.finished] })
  }

  @Test func whatIsNeverConsumedIsBounded() throws {
    var options = ReactorOptions()
    options.keptBytesMax = 1 << 20
    let rig = try Rig(.hoard, options: options)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    client.send([UInt8](repeating: 0, count: 4 << 20))
    #expect(rig.sightings.wait { $0.closed == [.overflow] })
    #expect(rig.sightings.now.largestOffer <= 1 << 20)
  }

  /// Pauses reading from everybody, or goes on, one after the other within one block.
  private func pauseReading(_ pauses: Bool..., on rig: Rig) {
    rig.reactor.shards[0].sync { context in
      context.forEachConnection { connection in
        for pause in pauses { connection.pauseReading(pause) }
      }
    }
  }

  @Test func aPausedConnectionIsNotRead() throws {
    let rig = try Rig(.echo)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    #expect(rig.sightings.wait { $0.opened == 1 })
    pauseReading(true, on: rig)
    client.send([1, 2])
    usleep(20_000)
    #expect(rig.sightings.now.bytes == 0)
    pauseReading(false, on: rig)
    #expect(client.receive(2) == [1, 2])
    pauseReading(true, on: rig)
    client.reset()
    #expect(rig.sightings.wait { $0.closed == [.failed(errno: ECONNRESET)] })
  }

  /// epoll may have found bytes just before a block paused reading again: that is no error.
  @Test func aConnectionThatIsReadFromInPassingIsNotCutOff() throws {
    let rig = try Rig(.echo)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    #expect(rig.sightings.wait { $0.opened == 1 })
    pauseReading(true, on: rig)
    client.send([7])
    for _ in 0..<10_000 { pauseReading(false, true, on: rig) }
    pauseReading(false, on: rig)
    #expect(client.receive(1) == [7])
    #expect(rig.sightings.now.closed.isEmpty)
  }

  @Test func timersFireOnTheQueueAndBlocksEndTheirTurn() throws {
    let rig = try Rig(.echo)
    defer { rig.reactor.shutdown() }
    rig.reactor.shards[0].async { context in
      context.schedule(afterMS: 30, token: 2)
      context.schedule(afterMS: 5, token: 1)
      let never = context.schedule(afterMS: 10, token: 9)
      context.cancel(never)
    }
    #expect(rig.sightings.wait { $0.timers == [1, 2] })
    // The turns that are under way end when the machine gets to it; a shard that ticks is never
    // still for so long.
    var isStill = false
    for _ in 0..<100 where !isStill {
      let turns = rig.sightings.now.turns
      usleep(200_000)
      isStill = rig.sightings.now.turns == turns
    }
    #expect(isStill, "an idle shard does nothing")
  }

  @Test func aStaleIDFindsNothing() throws {
    let rig = try Rig(.echo)
    defer { rig.reactor.shutdown() }
    let shard = rig.reactor.shards[0]
    let client = try #require(Client(port: rig.port))
    #expect(rig.sightings.wait { $0.opened == 1 })
    let first = shard.sync { context in
      var ids: [ConnectionID] = []
      context.forEachConnection { ids.append($0.id) }
      return ids
    }
    client.close()
    #expect(rig.sightings.wait { $0.closed.count == 1 })
    let next = try #require(Client(port: rig.port))
    #expect(rig.sightings.wait { $0.opened == 2 })
    #expect(shard.sync { $0.connection(first[0]) == nil && $0.connectionCount == 1 })
    next.close()
  }

  /// In a process of its own: other suites open files meanwhile. Dispatch opens up to three
  /// descriptors of its own, when it likes; a reactor or a socket that leaks would leave ten.
  @Test func twoThousandCyclesLeaveNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let before = openDescriptors()
      for _ in 0..<10 {
        let rig = try Rig(.echo, shards: 2)
        for cycle in 0..<200 {
          let client = try #require(Client(port: rig.port))
          if cycle % 3 == 0 { client.send([1]) }
          if cycle % 5 == 0 { client.reset() } else { client.close() }
        }
        let all = rig.sightings.wait { $0.opened == 200 && $0.closed.count == 200 }
        rig.reactor.shutdown()
        if !all { exit(2) }
      }
      for _ in 0..<2_000 where openDescriptors() > before + 3 { usleep(10_000) }
      exit(openDescriptors() <= before + 3 ? 0 : 3)
    }
  }

  @Test func shutdownClosesEverythingOnce() throws {
    let rig = try Rig(.echo, shards: 2)
    let clients = (0..<20).compactMap { _ in Client(port: rig.port) }
    #expect(rig.sightings.wait { $0.opened == 20 })
    rig.reactor.stopAccepting()
    #expect(Client(port: rig.port) == nil)
    rig.reactor.shutdown()
    rig.reactor.shutdown()
    #expect(rig.sightings.now.closed == Array(repeating: .shutdown, count: 20))
    #expect(clients.allSatisfy { $0.seesEnd() })
  }

  @Test func withoutDescriptorsClientsAreTurnedAwayAndTheHubLives() async {
    await #expect(processExitsWith: .success) {
      let rig = try Rig(.echo)
      var clients = (0..<10).compactMap { _ in Client(port: rig.port) }
      _ = rig.sightings.wait { $0.opened == 10 }
      var waiting = (0..<200).compactMap { _ in Client(v6: false) }
      // The hub may have 20 more; the clients have theirs already.
      let room = rlim_t(openDescriptors() + 20)
      var limit = rlimit(rlim_cur: room, rlim_max: room)
      _ = unsafe setrlimit(__rlimit_resource_t(7), &limit)
      waiting = waiting.filter { $0.connect(port: rig.port) }
      for _ in 0..<400 {
        usleep(50_000)
        if rig.reactor.shards[0].sync({ $0.counters.refusedNoDescriptor }) > 100 { break }
      }
      usleep(100_000)
      let counters = rig.reactor.shards[0].sync { $0.counters }
      clients[0].send([7])
      let stillServed = clients[0].receive(1) == [7]
      // Descriptors come back, and so do clients. (An optimizer may end lives at the last use.)
      withExtendedLifetime(waiting) {}
      waiting = []
      clients.removeLast(clients.count - 1)
      _ = rig.sightings.wait { $0.closed.count >= 9 }
      let returned = Client(port: rig.port)
      returned?.send([8])
      let recovered = returned?.receive(1) == [8]
      let calm = counters.turns < 2_000 && counters.refusedNoDescriptor > 100
      exit(stillServed && recovered && calm ? 0 : 1)
    }
  }
}

private final class Idle: ShardHandler {
  func opened(_ connection: Connection) {}
  func received(_ bytes: inout MutableSpan<UInt8>, on connection: Connection) -> Int { bytes.count }
  func closed(_ connection: Connection, _ cause: CloseCause) {}
}

/// A socket that holds a port and does not share it.
private final class BoundSocket {
  let fd = socket(AF_INET, streamSocket, 0)
  private(set) var port = 0

  init?() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutableBytes(of: &address) { raw -> Bool in
      guard let start = raw.baseAddress else { return false }
      let pointer = unsafe start.assumingMemoryBound(to: sockaddr.self)
      return unsafe bind(fd, pointer, length) == 0 && listen(fd, 1) == 0
        && getsockname(fd, pointer, &length) == 0
    }
    guard bound else { return nil }
    port = Int(UInt16(bigEndian: address.sin_port))
  }
  deinit { close(fd) }
}
