internal import Glibc

/// Nanoseconds since some moment in the past; never goes back.
public func monotonicNow() -> UInt64 {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A TCP connection, with TLS or without, that never waits for longer than it is told. Closes with
/// its last reference.
final class Stream {
  private let descriptor: Int32
  private var tls: TLSClient?
  /// Bytes that are encrypted at a time: a record.
  private static let pieceBytes = TLSClient.recordBytes
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// What the system has not taken yet.
  private var outbox: [UInt8] = []
  private var sent = 0

  var unsentBytes: Int { outbox.count - sent + (tls?.unsentBytes ?? 0) }

  /// Speaks TLS from now on.
  ///
  /// - Parameters:
  ///   - host: What the server's certificate must be for.
  ///   - trusted: Certificates to trust beside the system's, PEM.
  func encrypt(
    host: String, trusted: [UInt8], deadline: UInt64
  ) throws(ClientError) {
    let tls = try TLSClient(descriptor, host: host, trusted: trusted)
    while try !tls.handshake() {
      let wanted = Int16(tls.unsentBytes > 0 ? POLLOUT : POLLIN)
      guard Self.ready(descriptor, wanted, deadline) != 0 else {
        throw .timeout("a TLS handshake")
      }
      try tls.sendUnsent()
    }
    self.tls = tls
  }

  init(host: String, port: UInt16, deadline: UInt64) throws(ClientError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else {
      throw .connection("no address of '\(host)': \(unsafe String(cString: gai_strerror(code)))")
    }
    defer { unsafe freeaddrinfo(list) }
    var failure = "no address"
    var next = unsafe list
    while let entry = unsafe next {
      unsafe next = entry.pointee.ai_next
      let descriptor = unsafe socket(
        entry.pointee.ai_family,
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
        0)
      guard descriptor >= 0 else { continue }
      let status = unsafe connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen)
      let error = status == 0 ? 0 : Self.wait(descriptor, connecting: errno, deadline)
      if error == 0 {
        var on: Int32 = 1
        _ = unsafe setsockopt(
          descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        self.descriptor = descriptor
        return
      }
      failure = Self.text(error)
      close(descriptor)
    }
    throw .connection("cannot connect to \(host), port \(port): \(failure)")
  }

  deinit { close(descriptor) }

  /// The errno of a connection under way once it is known.
  private static func wait(
    _ descriptor: Int32, connecting code: Int32, _ deadline: UInt64
  ) -> Int32 {
    guard code == EINPROGRESS else { return code }
    guard ready(descriptor, Int16(POLLOUT), deadline) != 0 else { return ETIMEDOUT }
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let failed = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    return failed == 0 ? error : errno
  }

  /// What of `events` is ready; 0 when the deadline has come.
  private static func ready(_ descriptor: Int32, _ events: Int16, _ deadline: UInt64) -> Int16 {
    while true {
      let now = monotonicNow()
      // Rounded up: a wait that ends early would spin.
      let left = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      let count = unsafe poll(&entry, 1, Int32(min(left, 1 << 30)))
      if count > 0 { return entry.revents }
      if count == 0, left == 0 || monotonicNow() >= deadline { return 0 }
      if count < 0, errno != EINTR { return Int16(POLLERR) }
    }
  }

  private static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

  /// Puts bytes on their way, behind those that wait already.
  func send(_ bytes: [UInt8]) throws(ClientError) {
    outbox += bytes
    try flush()
  }

  /// One record after the other, as long as the system takes them.
  private func flush(_ tls: TLSClient) throws(ClientError) {
    try tls.sendUnsent()
    while sent < outbox.count, tls.unsentBytes == 0 {
      let end = min(outbox.count, sent + Self.pieceBytes)
      let result = unsafe outbox.withUnsafeBytes { raw -> Result<Void, ClientError> in
        Result { () throws(ClientError) in
          try unsafe tls.write(UnsafeRawBufferPointer(rebasing: raw[sent..<end]))
        }
      }
      try result.get()
      sent = end
    }
  }

  private func flush() throws(ClientError) {
    if let tls { try flush(tls) }
    while tls == nil, sent < outbox.count {
      let count = unsafe outbox.withUnsafeBytes { raw in
        unsafe Glibc.send(
          descriptor, raw.baseAddress.map { unsafe $0 + sent }, raw.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { break }
        throw .closed(code: nil, reason: Self.text(errno))
      }
      sent += count
    }
    if sent == outbox.count {
      outbox.removeAll(keepingCapacity: outbox.capacity < 1 << 20)
      sent = 0
    } else if sent > 1 << 20 {
      outbox.removeFirst(sent)
      sent = 0
    }
  }

  /// Sends what waits and returns what comes first; empty when the deadline has come, or where
  /// something was sent. Waits finely: polls to the millisecond before the deadline.
  func receive(deadline: UInt64) throws(ClientError) -> ArraySlice<UInt8> {
    let wanted = Int16(POLLIN) | (unsentBytes > 0 ? Int16(POLLOUT) : 0)
    let found = Self.ready(descriptor, wanted, deadline)
    if found & Int16(POLLOUT) != 0 { try flush() }
    guard found & (Int16(POLLIN) | Int16(POLLHUP) | Int16(POLLERR)) != 0 else { return [] }
    if let tls {
      guard let count = try tls.read(into: &buffer) else { return [] }
      return buffer[..<count]
    }
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { return buffer[..<count] }
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    throw .closed(code: nil, reason: count == 0 ? "the hub has closed it" : Self.text(errno))
  }
}
