import Glibc

/// The addresses of this machine, as somebody has to type them.
public enum LocalAddresses {
  /// Where a hub that listens on `bind` is reached: `bind` itself, or for a wildcard the loopback
  /// and then every address that other machines may use. "::" takes no IPv4, as the hub binds it.
  public static func reaching(_ bind: String) -> [String] {
    switch bind {
    case "0.0.0.0": ["127.0.0.1"] + outward(family: AF_INET)
    case "::": ["::1"] + outward(family: AF_INET6)
    default: [bind]
    }
  }

  /// Whether an address means the machine itself, whoever asks.
  public static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1"
  }

  /// Every name and address that may stand in a link to this machine: for a certificate.
  static func names() -> [String] {
    var host = utsname()
    _ = unsafe uname(&host)
    let name = unsafe withUnsafeBytes(of: &host.nodename) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let isName = name.utf8.allSatisfy { byte in
      Character(UnicodeScalar(byte)).isLetter && byte < 128
        || (48...57).contains(byte) || byte == 45 || byte == 46
    }
    let named = isName && !name.isEmpty && name != "localhost" ? [name] : []
    return ["localhost"] + named + ["127.0.0.1", "::1"]
      + (outward(family: AF_INET) + outward(family: AF_INET6)).sorted()
  }

  /// Addresses of interfaces that are up, without loopback; without link-local IPv6, which means
  /// nothing on another machine. Empty where the system does not tell.
  private static func outward(family: Int32) -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return [] }
    defer { unsafe freeifaddrs(list) }
    var found: [String] = []
    var next = unsafe list
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      let flags = unsafe entry.pointee.ifa_flags
      guard let address = unsafe entry.pointee.ifa_addr,
        unsafe Int32(address.pointee.sa_family) == family,
        flags & UInt32(IFF_UP) != 0, flags & UInt32(IFF_LOOPBACK) == 0,
        let text = unsafe numeric(address, family), !text.contains("%")
      else { continue }
      if !found.contains(text) { found.append(text) }
    }
    return found
  }

  private static func numeric(_ address: UnsafePointer<sockaddr>, _ family: Int32) -> String? {
    let size =
      family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = unsafe getnameinfo(
      address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard code == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
