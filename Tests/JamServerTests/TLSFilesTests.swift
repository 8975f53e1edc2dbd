import Glibc
import Logging
import Testing

@testable import JamServer

@Suite("TLS: settings and files")
struct TLSFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func thisMachinesNamesMakeACertificate() throws {
    for bind in ["0.0.0.0", "::", "127.0.0.1", "127.0.0.2", "2001:db8::9"] {
      let all = LocalAddresses.names(reachedAt: bind)
      #expect(all.starts(with: ["localhost"]) && all.contains("::1"))
      #expect(Set(all).count == all.count && !all.contains("0.0.0.0") && !all.contains("::"))
      for address in LocalAddresses.reaching(bind) { #expect(all.contains(address)) }
      let own = LocalCertificates(dataDirectory: folder.path, host: "x", names: all)
      let authority = try own.makeAuthority()
      let certificate = try #require(own.issue(all, by: authority))
      #expect(own.reasonToReplace(certificate, by: authority) == nil)
    }
  }

  @Test(arguments: [
    ("20010db8000000000000000000000007 02 40 00 01     eth0\n", "2001:db8::7"),
    ("fd000000000000000000000000abcdef 1f 40 00 101 wlan0", "fd00::ab:cdef"),
    ("20010db8000000000000000000000007 02 40 00 80     eth0\n", nil),
    ("fe80000000000000000000000000abcd 02 40 20 80     eth0\n", nil),
    ("20010db8 02 40 00 01 eth0", nil), ("", nil), ("a b c 01 01", nil),
    ("2001:db80000000000000000000000007 02 40 00 01 eth0", nil),
    ("zz010db8000000000000000000000007 02 40 00 01 eth0", nil),
  ] as [(String, String?)])
  func addressesThatIPv6GivesUpAreTold(_ line: String, _ address: String?) {
    #expect(LocalAddresses.temporaryAddress(listed: line) == address)
  }

  @Test func aKeyThatOthersCanReadIsNotUsed() throws {
    let pem = try #require(
      Certificates.issued(by: nil, "test", for: "DNS:localhost", days: 30))
    let path = try folder.write("tls.pem", pem, mode: 0o640)
    var config = HubConfig()
    (config.tlsCertificate, config.tlsKey) = (path, path)
    let error = #expect(throws: HubError.self) { try TLSFiles.check(config) }
    #expect(error?.description.contains("tls.pem: has mode 0640") == true)
    try #require(unsafe chmod(path, 0o600) == 0)
    try TLSFiles.check(config)
  }

  @Test(arguments: [
    (["tls-cert": "a"], "needs \"tls-key\""), (["tls-key": "a"], "needs \"tls-cert\""),
    (["tls-cert": "a", "tls-key": "b", "tls-self-signed": "true"], "give either"),
  ])
  func whatDoesNotGoTogetherIsSaid(_ given: [String: String], _ words: String) {
    let overrides = given.map { ConfigOverride($0.key, [$0.value]) }
    let errors = #expect(throws: ConfigErrors.self) {
      try HubConfig.load(path: nil, overrides: overrides)
    }
    #expect(errors?.description.contains(words) == true)
  }

  @Test func pagesOfASecureHubCameOverHTTPS() {
    var config = HubConfig()
    #expect(config.accepts(origin: "http://host:8080", host: "host:8080"))
    #expect(config.accepts(origin: "https://host:8080", host: "host:8080"))
    config.tlsSelfSigned = true
    #expect(!config.accepts(origin: "http://host:8080", host: "host:8080"))
    #expect(config.accepts(origin: "https://host:8080", host: "host:8080"))
    #expect(!config.accepts(origin: "https://other:8080", host: "host:8080"))
  }
}
