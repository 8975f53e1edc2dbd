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

  /// Every name and address that may stand in a link to this machine: for a certificate. Of
  /// addresses that are no local network's only those of the hub: each would need a certificate
  /// authority that vouches for it.
  static func names(reachedAt bind: String) -> [String] {
    let reached = reaching(bind)
    let others = (outward(family: AF_INET) + outward(family: AF_INET6)).sorted()
      .filter { LocalScope.holds($0) && !reached.contains($0) }
    let own = ["localhost"] + (hostName().map { [$0] } ?? []) + ["127.0.0.1", "::1"]
    return own + (reached + others).filter { !own.contains($0) }
  }

  /// What the machine is called; nil where that is nothing for a certificate.
  static func hostName() -> String? {
    var host = utsname()
    _ = unsafe uname(&host)
    let name = unsafe withUnsafeBytes(of: &host.nodename) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let isName = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      !label.isEmpty
        && label.utf8.allSatisfy { byte in
          byte == 45 || (48...57).contains(byte) || (65...90).contains(byte)
            || (97...122).contains(byte)
        }
    }
    return isName && name != "localhost" ? name : nil
  }

  /// Addresses of interfaces that are up, without loopback; without link-local IPv6, which means
  /// nothing on another machine, and without those that IPv6 gives up after a day or a week
  /// (RFC 8981): no link should have them. Empty where the system does not tell.
  private static func outward(family: Int32) -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return [] }
    defer { unsafe freeifaddrs(list) }
    let passing = family == AF_INET6 ? temporaryAddresses() : []
    var found: [String] = []
    var next = unsafe list
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      let flags = unsafe entry.pointee.ifa_flags
      guard let address = unsafe entry.pointee.ifa_addr,
        unsafe Int32(address.pointee.sa_family) == family,
        flags & UInt32(IFF_UP) != 0, flags & UInt32(IFF_LOOPBACK) == 0,
        let text = unsafe numeric(address, family), !text.contains("%"), !passing.contains(text)
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
    return self.text(text)
  }

  private static func temporaryAddresses() -> Set<String> {
    guard let file = unsafe fopen("/proc/net/if_inet6", "re") else { return [] }
    defer { unsafe fclose(file) }
    var found: Set<String> = []
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      if let address = temporaryAddress(listed: text(line)) { found.insert(address) }
    }
    return found
  }

  /// The address of a line in Linux's list if IPv6 gives it up soon.
  ///
  /// - Shape: `fd…7f 02 40 00 01 eth0`: 32 digits, interface, prefix, scope, flags, name, the
  ///   numbers in hexadecimal digits.
  static func temporaryAddress(listed line: String) -> String? {
    let fields = line.split(separator: " ")
    let temporary: UInt32 = 1  // IFA_F_TEMPORARY of linux/if_addr.h
    guard fields.count >= 5, fields[0].utf8.count == 32,
      let flags = UInt32(fields[4], radix: 16), flags & temporary != 0
    else { return nil }
    let groups = stride(from: 0, to: 32, by: 4).map { fields[0].dropFirst($0).prefix(4) }
    var bytes = [UInt8](repeating: 0, count: 16)
    var shortened = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard unsafe inet_pton(AF_INET6, groups.joined(separator: ":"), &bytes) == 1,
      unsafe inet_ntop(AF_INET6, bytes, &shortened, socklen_t(shortened.count)) != nil
    else { return nil }
    return text(shortened)
  }

  /// Up to the 0 that ends it.
  private static func text(_ characters: [CChar]) -> String {
    let bytes = characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}
