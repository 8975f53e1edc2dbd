import Glibc

/// What `socket` is asked for. A child that another suite starts in this process would keep the
/// connection open after we closed it, but for the flag.
let streamSocket = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

/// A blocking TCP client on the loopback, for tests. Closes with its last reference.
final class Client {
  private(set) var fd: Int32

  /// A socket that is not connected yet.
  init?(v6: Bool) {
    fd = socket(v6 ? AF_INET6 : AF_INET, streamSocket, 0)
    guard fd >= 0 else { return nil }
    setReceiveTimeout(seconds: 20)
  }

  convenience init?(port: Int, v6: Bool = false) {
    self.init(v6: v6)
    guard (v6 ? Self.connect6(fd, port) : Self.connect4(fd, port)) == 0 else { return nil }
  }

  func connect(port: Int) -> Bool { Self.connect4(fd, port) == 0 }

  deinit { close() }

  private static func connect4(_ fd: Int32, _ port: Int) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return unsafe withUnsafeBytes(of: &address) { raw in
      guard let start = raw.baseAddress else { return -1 }
      return unsafe Glibc.connect(
        fd, start.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
    }
  }

  private static func connect6(_ fd: Int32, _ port: Int) -> Int32 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = UInt16(port).bigEndian
    address.sin6_addr = in6addr_loopback
    return unsafe withUnsafeBytes(of: &address) { raw in
      guard let start = raw.baseAddress else { return -1 }
      return unsafe Glibc.connect(
        fd, start.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
    }
  }

  private func setReceiveTimeout(seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    _ = unsafe setsockopt(
      fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Exactly `count` bytes, or what came before the end, an error or twenty seconds of silence.
  func receive(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 16))
    while result.count < count {
      let got = unsafe recv(fd, &buffer, min(buffer.count, count - result.count), 0)
      guard got > 0 else { break }
      result += buffer[..<got]
    }
    return result
  }

  /// True where the server has closed: the end or a reset within twenty seconds.
  func seesEnd() -> Bool {
    var byte: UInt8 = 0
    let got = unsafe recv(fd, &byte, 1, 0)
    return got == 0 || got < 0 && errno == ECONNRESET
  }

  func finish() { shutdown(fd, Int32(SHUT_WR)) }

  func close() {
    if fd >= 0 { Glibc.close(fd) }
    fd = -1
  }

  /// Closes with RST instead of FIN.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
  guard let directory = unsafe opendir("/proc/self/fd") else { return -1 }
  defer { unsafe closedir(directory) }
  var count = 0
  while unsafe readdir(directory) != nil { count += 1 }
  return count
}
