internal import Glibc

/// What the hub's own certificate authority may vouch for: what exists on local networks only, and
/// by name whatever else the machine has when the authority is made. So its key is of little use
/// to a thief, and those who trust it need not trust that nobody ever takes the key (on systems
/// that heed this: README). What it may vouch for at all, servers, is set where it is made.
///
/// - Source: RFC 5280 4.2.1.10 (name constraints), RFC 1918, 3927, 4193, 4291, 6598 (addresses),
///   6761, 6762, 8375 and ICANN's reservation of `.internal` (names).
enum LocalScope {
  private static let networks = [
    Network([10], 8), Network([172, 16], 12), Network([192, 168], 16), Network([127], 8),
    Network([169, 254], 16), Network([100, 64], 10),
    Network([UInt8](repeating: 0, count: 15) + [1], 128), Network([0xfc], 7, count: 16),
    Network([0xfe, 0x80], 10, count: 16),
  ]
  /// Each with everything below it.
  private static let domains = ["localhost", "local", "lan", "internal", "home.arpa"]

  /// Whether a host name or a numeric address means nothing outside a local network.
  static func holds(_ name: String) -> Bool {
    if let address = Network.address(name) {
      return networks.contains { $0.holds(address) }
    }
    let lower = name.lowercased()
    return domains.contains { lower == $0 || lower.hasSuffix(".\($0)") }
  }

  /// As OpenSSL takes them: what is local, and of `names` those that are not, exactly.
  static func constraints(permitting names: [String]) -> String {
    let others = names.filter { !holds($0) }
    let exact = others.map { name in
      Network.address(name).map { "IP:\(Network($0, $0.count * 8).text)" } ?? "DNS:\(name)"
    }
    let permitted = networks.map { "IP:\($0.text)" } + domains.map { "DNS:\($0)" } + exact
    // A permitted name permits all below it, and a machine may be called "dev" or "studio", which
    // are domains of the internet as well.
    let excluded = others.filter(mayBeTopLevel).map { "DNS:.\($0)" }
    return (["critical"] + permitted.map { "permitted;\($0)" }
      + excluded.map { "excluded;\($0)" }).joined(separator: ",")
  }

  /// As OpenSSL takes them in a certificate.
  static func alternativeNames(_ names: [String]) -> String {
    names.map { "\(Network.address($0) == nil ? "DNS" : "IP"):\($0)" }.joined(separator: ",")
  }

  /// Letters alone, or the ASCII form of other letters: no other names are at the internet's root.
  private static func mayBeTopLevel(_ name: String) -> Bool {
    name.lowercased().hasPrefix("xn--") && !name.contains(".")
      || name.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
  }
}

/// All addresses that begin with the same bits.
private struct Network {
  let bytes: [UInt8]
  let mask: [UInt8]

  /// - Parameters:
  ///   - start: The first bytes; the rest are 0.
  ///   - bits: How many are the network's.
  ///   - count: 4 bytes, or 16 for IPv6.
  init(_ start: [UInt8], _ bits: Int, count: Int = 4) {
    let count = max(count, start.count)
    bytes = start + [UInt8](repeating: 0, count: count - start.count)
    mask = (0..<count).map { index in
      let left = min(max(bits - index * 8, 0), 8)
      return UInt8(truncatingIfNeeded: 0xff00 >> left)
    }
  }

  func holds(_ address: [UInt8]) -> Bool {
    guard address.count == bytes.count else { return false }
    return zip(zip(address, bytes), mask).allSatisfy { pair, mask in pair.0 & mask == pair.1 }
  }

  var text: String { "\(Self.text(bytes))/\(Self.text(mask))" }

  private static func text(_ bytes: [UInt8]) -> String {
    guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      .joined(separator: ":")
  }

  /// The 4 or 16 bytes of a numeric address; nil for a host name.
  static func address(_ name: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if unsafe inet_pton(family, name, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
