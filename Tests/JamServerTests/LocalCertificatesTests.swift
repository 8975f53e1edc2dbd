import Glibc
import Logging
import Testing

@testable import JamServer

@Suite("The hub's own authority and certificate")
struct LocalCertificatesTests {
  let folder: TemporaryFolder
  private let logger = Logger(label: "test")
  private let names = ["localhost", "studio", "127.0.0.1", "::1", "192.168.7.9", "203.0.113.5"]

  init() throws {
    folder = try TemporaryFolder()
    try #require(unsafe mkdir(folder.path + "/keys", 0o700) == 0)
  }

  private func own(_ names: [String]? = nil, inDays days: Int64 = 0) -> LocalCertificates {
    LocalCertificates(
      dataDirectory: folder.path, host: "studio", names: names ?? self.names,
      now: wallClockMicroseconds() / 1_000_000 + days * 86_400)
  }

  private func verdict(
    on names: [String], by authority: [UInt8], inDays days: Int64 = 0
  ) throws -> Certificates.Verdict {
    let certificate = try #require(own().issue(names, by: authority))
    return Certificates.verdict(
      on: certificate, by: authority, at: wallClockMicroseconds() / 1_000_000 + days * 86_400)
  }

  @Test func itVouchesForLocalNamesAndItsOwn() throws {
    let authority = try own().makeAuthority()
    #expect(Certificates.faultOfAuthority(authority) == nil)
    let allowed =
      names + [
        "10.255.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "127.9.9.9", "169.254.1.1",
        "fd12::1", "fc00::", "fe80::1", "printer.local", "a.b.local", "x.lan", "hub.home.arpa",
        "hub.internal", "a.localhost", "LOCALHOST", "Studio",
      ]
    for name in allowed {
      #expect(try verdict(on: [name], by: authority) == .vouched, "\(name)")
    }
    #expect(try verdict(on: allowed, by: authority) == .vouched)
  }

  @Test(arguments: [
    "jam.example", "notlocal", "local.example", "mylan", "arpa", "studio.example", "com",
    "a.studio",  // "studio" is a domain of the internet as well
    "9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.1.1", "192.169.0.1",
    "128.0.0.1", "169.253.0.1", "203.0.113.4", "203.0.113.6", "8.8.8.8",
    "::2", "::", "2001:db8::1", "fe00::1", "fec0::1", "::ffff:192.168.0.1",
  ])
  func itVouchesForNobodyElse(_ name: String) throws {
    let authority = try own().makeAuthority()
    #expect(try verdict(on: [name], by: authority) == .outside)
    #expect(try verdict(on: ["localhost", name], by: authority) == .outside)
  }

  @Test func aNameThatIsNoDomainOfTheInternetHasAllBelowIt() throws {
    let authority = try own(["jam-7", "hub.example"]).makeAuthority()
    for name in ["jam-7", "a.jam-7", "hub.example", "a.hub.example"] {
      #expect(try verdict(on: [name], by: authority) == .vouched, "\(name)")
    }
    #expect(try verdict(on: ["example"], by: authority) == .outside)
  }

  @Test func anAuthorityIsForAYearAndNothingOutlastsIt() throws {
    let authority = try own().makeAuthority()
    #expect(try verdict(on: names, by: authority, inDays: 364) == .vouched)
    #expect(try verdict(on: names, by: authority, inDays: 366) == .notVouched)
    let other = try own().makeAuthority()
    let certificate = try #require(own().issue(names, by: authority))
    let end = try #require(Certificates.end(certificate))
    #expect(end <= (Certificates.end(authority) ?? 0))
    #expect(Certificates.verdict(on: certificate, by: other, at: end - 86_400) == .notVouched)
    // An authority is no server, and a server no authority.
    #expect(Certificates.faultOfAuthority(certificate) == "its certificate is no authority's")
  }

  @Test func namesOfAuthoritiesFitAndDiffer() throws {
    let long = LocalCertificates(
      dataDirectory: folder.path, host: String(repeating: "x", count: 64), names: ["localhost"])
    let name = Certificates.name(try long.makeAuthority())
    #expect(name.utf8.count == 63)
    #expect(name != Certificates.name(try long.makeAuthority()))
    let authority = LocalAuthority(try own().makeAuthority(), replacesFormer: false)
    #expect(authority.name.hasPrefix("Jamboree studio local CA "))
    #expect(authority.fingerprint.utf8.count == 95)
  }

  @Test func bothStayUntilTheyWillNotDo() throws {
    let first = try #require(try own().identity(logger).authority)
    #expect(!first.replacesFormer)
    let (authority, certificate) = (try folder.read("keys/ca.pem"), try folder.read("keys/tls.pem"))
    #expect(try folder.read("keys/ca.crt") == first.certificate)
    _ = try own(inDays: 340).identity(logger)
    #expect(try folder.read("keys/ca.pem") == authority)
    #expect(try folder.read("keys/tls.pem") == certificate)

    // A new address of the local network: the same authority.
    let moved = try own(names + ["10.1.2.3"]).identity(logger)
    #expect(try folder.read("keys/ca.pem") == authority)
    #expect(try folder.read("keys/tls.pem") != certificate)
    #expect(moved.authority?.fingerprint == first.fingerprint)
    // Fewer addresses: nothing to do.
    let wide = try folder.read("keys/tls.pem")
    _ = try own(["localhost"]).identity(logger)
    #expect(try folder.read("keys/tls.pem") == wide)

    // One that the authority may not vouch for.
    let outside = try #require(try own(names + ["203.0.113.77"]).identity(logger).authority)
    #expect(outside.replacesFormer && outside.fingerprint != first.fingerprint)
    let later = try #require(try own(names, inDays: 352).identity(logger).authority)
    #expect(later.replacesFormer && later.fingerprint != outside.fingerprint)
    for name in ["ca.pem", "ca.crt", "tls.pem"] {
      var status = stat()
      #expect(unsafe stat("\(folder.path)/keys/\(name)", &status) == 0)
      #expect(status.st_mode & 0o7777 == 0o600, "\(name)")
      #expect(unsafe access("\(folder.path)/keys/\(name).tmp", F_OK) != 0)
    }
  }

  @Test func aCertificateThatWillNotDoIsMadeAnewByTheSameAuthority() throws {
    _ = try own().identity(logger)
    let (authority, good) = (try folder.read("keys/ca.pem"), try folder.read("keys/tls.pem"))
    let foreign = try #require(own().issue(names, by: try own().makeAuthority()))
    let short = try #require(
      Certificates.issued(
        by: authority, "x", for: LocalScope.alternativeNames(names), days: 13))
    for (bytes, words) in [
      (Array("junk".utf8), "has no certificate in it"), (Array(good.prefix(400)), "has no"),
      (foreign, "is not by the authority"), (short, "ends soon"), ([], "has no certificate"),
    ] {
      let reason = own().reasonToReplace(bytes, by: authority)
      #expect(reason?.contains(words) == true, "\(reason ?? "") for \(words)")
      _ = try folder.write("keys/tls.pem", bytes, mode: 0o600)
      let identity = try own().identity(logger)
      #expect(identity.authority?.replacesFormer == false)
      #expect(try folder.read("keys/ca.pem") == authority)
      let made = try folder.read("keys/tls.pem")
      #expect(own().reasonToReplace(made, by: authority) == nil)
    }
    #expect(
      own(names + ["10.0.0.9"]).reasonToReplace(good, by: authority) == "is not for 10.0.0.9")
  }

  @Test func aLostCopyOfTheCertificateIsWrittenAgain() throws {
    let known = try #require(try own().identity(logger).authority).certificate
    for bytes in [nil, Array("junk".utf8)] as [[UInt8]?] {
      _ = unsafe unlink(folder.path + "/keys/ca.crt")
      if let bytes { _ = try folder.write("keys/ca.crt", bytes) }
      _ = try own().identity(logger)
      #expect(try folder.read("keys/ca.crt") == known)
    }
    #expect(try TLSFiles.ownAuthority(dataDirectory: folder.path) == known)
  }

  /// Whoever trusted it would be left alone, so nothing is made in its place.
  @Test func anAuthorityThatIsDamagedOrOfOtherMakingIsNamedAndKept() throws {
    let authority = try own().makeAuthority()
    let other = try own().makeAuthority()
    let server = try #require(own().issue(names, by: authority))
    let alone = try #require(Certificates.withoutKey(authority))
    let otherAlone = try #require(Certificates.withoutKey(other))
    let self509 = try #require(
      Certificates.issued(by: nil, "x", for: "DNS:localhost", days: 9))
    let middle = authority.count / 2
    for (bytes, words) in [
      ([], "has no certificate in it"), (Array("junk".utf8), "has no certificate in it"),
      (Array(authority.prefix(middle)), "has no certificate in it"),
      (alone, "has no private key in it"),
      (Array(other.prefix(other.count - otherAlone.count)) + alone, "its key is another"),
      (server, "no authority's"), (self509, "no authority's"),
    ] as [([UInt8], String)] {
      _ = try folder.write("keys/ca.pem", bytes, mode: 0o600)
      let error = #expect(throws: HubError.self) { try own().identity(logger) }
      #expect(error?.description.contains("keys/ca.pem: ") == true)
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.description.contains("or remove it") == true)
      #expect(try folder.read("keys/ca.pem") == bytes)
    }
    _ = try folder.write("keys/ca.pem", authority, mode: 0o640)
    let error = #expect(throws: HubError.self) { try own().identity(logger) }
    #expect(error?.description.contains("ca.pem: has mode 0640") == true)
  }

  @Test func everyPrefixAndFlippedByteOfAnAuthorityIsRefusedOrTheSame() throws {
    let authority = try own().makeAuthority()
    for length in stride(from: 0, to: authority.count - 2, by: 7) {
      #expect(Certificates.faultOfAuthority(Array(authority.prefix(length))) != nil)
    }
    for place in stride(from: 0, to: authority.count, by: 5) {
      var bytes = authority
      bytes[place] ^= 0x15
      _ = Certificates.faultOfAuthority(bytes)
      _ = own().issue(["localhost"], by: bytes)
      _ = LocalAuthority(bytes, replacesFormer: false)
    }
  }
}
