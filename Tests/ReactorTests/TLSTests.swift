import CTLSClient
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS on the loopback", .serialized)
struct TLSTests {
  private func rig(
    _ behaviour: Probe.Behaviour, shards: Int = 1, options: ReactorOptions = ReactorOptions(),
    answer: [UInt8] = []
  ) throws -> Rig {
    try Rig(
      behaviour, shards: shards, options: options, tls: TLSContext.forTests(plainAnswer: answer))
  }

  private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// A frame for `Behaviour.frames`.
  private func frame(_ payload: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) } + payload
  }

  @Test(arguments: [12, 13] as [Int32], [128 << 10, 4 << 10])
  func framesOfEverySizeEcho(version: Int32, readBufferBytes: Int) throws {
    var options = ReactorOptions()
    options.readBufferBytes = readBufferBytes
    let rig = try rig(.frames, options: options)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port, version: version))
    for count in [0, 1, 1_019, 1_020, 16_380, 16_381, 65_536, 131_072, 300_000, 1 << 20] {
      let bytes = frame(noise(count, seed: 7)) + frame([9])
      #expect(client.send(bytes))
      #expect(client.receive(bytes.count).elementsEqual(bytes), "\(count) bytes")
    }
    #expect(rig.handshakes == [1, 0])
  }

  @Test func oneByteRecordsAddUp() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    let bytes = frame([7, 8]) + frame([]) + frame(noise(300, seed: 3))
    for byte in bytes { client.send([byte]) }
    #expect(client.receive(bytes.count).elementsEqual(bytes))
  }

  @Test func newKeysInTheMiddle() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    for round in 0..<20 {
      #expect(client.updateKeys())
      let bytes = frame(noise(1_000 * round, seed: 5))
      client.send(bytes)
      #expect(client.receive(bytes.count).elementsEqual(bytes))
    }
  }

  @Test func twoHundredSocketsEcho() throws {
    let rig = try rig(.frames, shards: 2)
    defer { rig.reactor.shutdown() }
    var clients: [SecureClient] = []
    for _ in 0..<200 { clients.append(try #require(SecureClient(port: rig.port))) }
    for (index, client) in clients.enumerated() { client.send(frame(noise(index * 40, seed: 1))) }
    for (index, client) in clients.enumerated() {
      let echo = client.receive(4 + index * 40)
      #expect(echo.elementsEqual(frame(noise(index * 40, seed: 1))))
    }
    #expect(rig.handshakes == [200, 0])
    for client in clients { client.end() }
    #expect(clients.allSatisfy { $0.seesOrderlyEnd() })
    #expect(rig.sightings.wait { $0.closed.count == 200 })
    #expect(rig.sightings.now.closed.allSatisfy { $0 == .finished })
  }

  @Test func pausedInTheMiddleOfABurst() throws {
    let rig = try rig(.pauses)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    // Many records at once: the probe pauses at each offer, and takes half of it.
    let bytes = noise(300_000, seed: 11)
    for start in stride(from: 0, to: bytes.count, by: 3_000) {
      client.send(Array(bytes[start..<min(start + 3_000, bytes.count)]))
    }
    #expect(client.receive(bytes.count).elementsEqual(bytes))
    client.end()
    #expect(client.seesOrderlyEnd())
  }

  @Test func aConnectionMovesWithItsKeysAndWhatWasNotRead() throws {
    let rig = try rig(.move, shards: 2)
    defer { rig.reactor.shutdown() }
    for target in [0, 1, 1, 0, 1, 0, 1, 0] as [UInt8] {
      let client = try #require(SecureClient(port: rig.port))
      // Several records behind the one that makes it move, without waiting for an answer.
      client.send([target] + Array("left over".utf8))
      let more = noise(50_000, seed: UInt64(target))
      client.send(more)
      let all = [0xff] + Array("left over".utf8) + more
      #expect(client.receive(all.count).elementsEqual(all))
      client.send([42])
      #expect(client.receive(1) == [42])
      client.end()
      #expect(client.seesOrderlyEnd())
    }
    #expect(Set(rig.sightings.now.adopted) == ["ticket on 0", "ticket on 1"])
    #expect(rig.sightings.wait { $0.closed.count == 8 }, "each closed once, on its new shard")
  }

  @Test func aSlowReaderGetsWholeRecordsAndWhatWasDroppedIsWholeFrames() throws {
    var options = ReactorOptions()
    options.notSentLowWaterBytes = 16 << 10
    let rig = try rig(.flood(frames: 400), options: options)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    client.send([0])
    #expect(rig.sightings.wait { $0.bytes == 1 })
    client.send([1])
    #expect(rig.sightings.wait { $0.bytes == 2 })
    var frames = 0
    while true {
      let first = client.receive(1)
      guard first == [0xaa] else {
        #expect(first == [0xee])
        break
      }
      let rest = client.receive((64 << 10) - 1)
      #expect(rest.count == (64 << 10) - 1 && rest.allSatisfy { $0 == 0xaa })
      frames += 1
    }
    #expect(frames > 0 && frames < 400)
    #expect(rig.sightings.wait { $0.drained == 1 })
  }

  @Test func whoClosesAfterFlushSaysSo() throws {
    let rig = try rig(.closeAfterFlush(deadlineMS: 10_000))
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    client.send([0])
    #expect(client.receive(3) == [1, 2, 3])
    #expect(client.seesOrderlyEnd())
    client.client.close()
    #expect(rig.sightings.wait { $0.closed == [.finished] })
  }

  @Test func afterTheClientsCloseNotifyTheRestStillGoesOut() throws {
    let rig = try rig(.flood(frames: 100))
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port, version: 13))
    client.send([0])
    client.end()
    #expect(client.receive(100 * 64 << 10).count == 100 * 64 << 10)
    #expect(client.seesOrderlyEnd())
    #expect(rig.sightings.wait { $0.closed == [.finished] })
  }

  @Test func whoJustGoesAwayHasEnded() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    for _ in 0..<5 {
      let client = try #require(SecureClient(port: rig.port))
      client.send(frame([1]))
      #expect(client.receive(5) == frame([1]))
      client.client.close()
    }
    #expect(rig.sightings.wait { $0.closed == Array(repeating: .finished, count: 5) })
  }

  @Test(arguments: [0, 1, 5, 6, 100, 200])
  func whoStopsInAHandshakeDisturbsNobody(after count: Int) throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    var stuck: [Client] = []
    for _ in 0..<40 {
      let client = try #require(Client(port: rig.port))
      ctls_client_begin(client.fd, count)
      stuck.append(client)
    }
    let client = try #require(SecureClient(port: rig.port))
    client.send(frame([1, 2]))
    #expect(client.receive(6) == frame([1, 2]))
    for client in stuck { client.close() }
    #expect(rig.sightings.wait { $0.closed.count == 40 })
    #expect(rig.handshakes == [1, 40])
  }

  @Test func garbageFailsTheHandshakeAndNothingElse() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    for seed in 0..<50 as Range<UInt64> {
      let client = try #require(Client(port: rig.port))
      client.send(noise(2_000, seed: seed))
      client.finish()
      _ = client.receive(4_096)
    }
    #expect(rig.sightings.wait { $0.closed.count == 50 })
    #expect(rig.sightings.now.bytes == 0, "the handler never sees any of it")
    #expect(rig.handshakes == [0, 50])
    #expect(SecureClient(port: rig.port) != nil)
  }

  @Test func garbageBehindAHandshakeBreaksTheConnection() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port))
    client.client.send(noise(100, seed: 1))
    #expect(rig.sightings.wait { $0.closed == [.failed(errno: EPROTO)] })
  }

  @Test func plainHTTPIsToldWhatToDo() throws {
    let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\nhttps, please".utf8)
    let rig = try rig(.frames, answer: answer)
    defer { rig.reactor.shutdown() }
    let client = try #require(Client(port: rig.port))
    client.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    #expect(client.receive(4_096) == answer)
    client.close()
    #expect(rig.sightings.wait { $0.closed == [.finished] })
    #expect(rig.sightings.now.bytes == 0)
  }

  @Test func onlyHTTP11IsAgreedOn() throws {
    let rig = try rig(.frames)
    defer { rig.reactor.shutdown() }
    let client = try #require(SecureClient(port: rig.port, protocol: "http/1.1"))
    #expect(client.speaks("http/1.1"))
    #expect(SecureClient(port: rig.port, protocol: "h2") == nil)
  }

  @Test func certificatesThatAreOfNoUseAreNamed() throws {
    let (one, other) = (TLSContext.selfSigned(), TLSContext.selfSigned())
    let junk = Array("junk".utf8)
    for (certificate, key, part) in [
      (junk, one, .certificate), (one, junk, .key), (one, other, .both), ([], [], .certificate),
    ] as [([UInt8], [UInt8], TLSError.Part)] {
      let error = #expect(throws: TLSError.self) {
        try TLSContext(certificate: certificate, key: key)
      }
      #expect(error?.part == part)
    }
  }

  @Test func nothingIsLeftOpen() throws {
    let rig = try rig(.frames)
    #expect(SecureClient(port: rig.port) != nil)
    let before = openDescriptors()
    for _ in 0..<300 {
      let client = try #require(SecureClient(port: rig.port))
      client.client.close()
    }
    #expect(rig.sightings.wait { $0.closed.count == 301 })
    // Other suites open some meanwhile; what is left open here would be 300.
    #expect(openDescriptors() < before + 150)
    rig.reactor.shutdown()
  }
}
