import Glibc
import Logging
import Testing

@testable import JamServer

@Suite("TLS: settings and the hub's own certificate")
struct TLSFilesTests {
  let folder: TemporaryFolder
  private let names = ["localhost", "127.0.0.1", "::1", "192.0.2.7"]

  init() throws { folder = try TemporaryFolder() }

  private func own(_ names: [String]? = nil, inDays days: Int64 = 0) -> SelfSigned {
    SelfSigned(
      dataDirectory: folder.path, names: names ?? self.names,
      now: wallClockMicroseconds() / 1_000_000 + days * 86_400)
  }

  @Test func itIsForAllNamesAndTwoYears() throws {
    let pem = try own().make()
    #expect(own().reasonToReplace(pem) == nil)
    #expect(own(inDays: 714).reasonToReplace(pem) == nil)
    #expect(own(inDays: 716).reasonToReplace(pem) == "ends soon")
    #expect(own(names + ["192.0.2.8"]).reasonToReplace(pem) == "is not for 192.0.2.8")
    #expect(own(["localhost"]).reasonToReplace(pem) == nil)
    #expect(own().reasonToReplace(Array("junk".utf8)) == "cannot be read")
    #expect(SelfSigned.fingerprint(pem).utf8.count == 95)
    #expect(try own().make() != pem)
  }

  @Test func thisMachinesNamesMakeACertificate() throws {
    let all = LocalAddresses.names()
    #expect(all.starts(with: ["localhost"]) && all.contains("::1"))
    #expect(try own(all).reasonToReplace(own(all).make()) == nil)
  }

  @Test func itStaysUntilItWillNotDo() throws {
    let logger = Logger(label: "test")
    try #require(unsafe mkdir(folder.path + "/keys", 0o700) == 0)
    _ = try own().context(logger)
    let first = try folder.read("keys/tls.pem")
    _ = try own().context(logger)
    #expect(try folder.read("keys/tls.pem") == first)
    _ = try own(inDays: 720).context(logger)
    #expect(try folder.read("keys/tls.pem") != first)
    var status = stat()
    #expect(unsafe stat(folder.path + "/keys/tls.pem", &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o600)
  }

  @Test func aKeyThatOthersCanReadIsNotUsed() throws {
    let pem = try own().make()
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
