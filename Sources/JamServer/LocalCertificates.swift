internal import Glibc
internal import Logging
internal import Reactor

/// The certificate authority of `--tls-self-signed` and the certificate that it gives the hub, in
/// `keys/` of the data folder.
///
/// Browsers let nobody keep a page for reloads behind a certificate warning; a device that trusts
/// the authority gets no warning. It is asked to trust an authority, and not just the hub's
/// certificate, because only that is what all systems' stores take, and because it stays when the
/// machine's addresses change.
///
/// - Shape: `ca.pem`: the authority's key and certificate. `tls.pem`: the hub's key, its
///   certificate and the authority's. `ca.crt`: the authority's certificate alone, to give away.
/// - Limits: `LocalScope` says for whom the authority may vouch.
struct LocalCertificates {
  /// A series of jams fits into a year, and who forgets to take the authority off a device again is
  /// rid of it then. Certificates end with it: browsers take none for longer than 398 days.
  static let days: Int32 = 365
  /// A jam should not end in the middle.
  static let secondsLeftMin: Int64 = 14 * 86_400

  private let keys: String
  private let host: String
  private let names: [String]
  private let now: Int64

  private var authorityPath: String { "\(keys)/ca.pem" }
  private var certificatePath: String { "\(keys)/tls.pem" }

  /// - Parameters:
  ///   - host: What the machine is called.
  ///   - names: Names and addresses that the certificate is for.
  ///   - now: Seconds since 1970.
  init(
    dataDirectory: String, host: String, names: [String],
    now: Int64 = wallClockMicroseconds() / 1_000_000
  ) {
    keys = dataDirectory + "/keys"
    self.host = host
    self.names = names
    self.now = now
  }

  init(_ config: HubConfig) {
    self.init(
      dataDirectory: config.dataDirectory, host: LocalAddresses.hostName() ?? "hub",
      names: LocalAddresses.names(reachedAt: config.bindAddress))
  }

  /// The authority's certificate in a data folder.
  static func path(in dataDirectory: String) -> String {
    "\(dataDirectory)/keys/\(LocalAuthority.path)"
  }

  /// What was made before, as long as it will do; else new ones.
  ///
  /// - Throws: for files that cannot be read, others could read or written, and for an authority
  ///   that is damaged or of other making: it is not replaced, who trusted it has to be told.
  func identity(_ logger: Logger) throws(HubError) -> TLSIdentity {
    var reason: String?
    if let former = try presentAuthority() {
      reason = reasonToReplace(authority: former)
      if reason == nil, let certificate = try certificate(by: former, logger) {
        return try identity(former, certificate, replacesFormer: false)
      }
      reason = reason ?? "may not vouch for \(namesOutside(former).joined(separator: ", "))"
    }
    let authority = try makeAuthority()
    try TLSFiles.write(authority, to: authorityPath)
    tellOfNew(authority, because: reason, logger)
    guard let certificate = try certificate(by: authority, logger) else {
      throw HubError("\(authorityPath): does not vouch for the names of this machine")
    }
    return try identity(authority, certificate, replacesFormer: reason != nil)
  }

  private func identity(
    _ authority: [UInt8], _ certificate: [UInt8], replacesFormer: Bool
  ) throws(HubError) -> TLSIdentity {
    guard let alone = Certificates.withoutKey(authority) else {
      throw HubError("\(authorityPath): OpenSSL does not write its certificate")
    }
    let copy = "\(keys)/\(LocalAuthority.path)"
    if (try? TLSFiles.read(copy, isSecret: false, followsLink: false)) != alone {
      try TLSFiles.write(alone, to: copy)
    }
    do throws(TLSError) {
      let context = try TLSContext(
        certificate: certificate, key: certificate, plainAnswer: TLSFiles.plainAnswer)
      return TLSIdentity(
        context: context, authority: LocalAuthority(alone, replacesFormer: replacesFormer))
    } catch { throw HubError("\(certificatePath): \(error)") }
  }

  // MARK: The authority

  private func presentAuthority() throws(HubError) -> [UInt8]? {
    guard unsafe access(authorityPath, F_OK) == 0 else { return nil }
    let pem = try TLSFiles.read(authorityPath, isSecret: true, followsLink: false)
    if let fault = Certificates.faultOfAuthority(pem) {
      throw HubError(
        "\(authorityPath): \(fault): put the former file back, or remove it: the hub then makes a "
          + "new authority, which every device has to trust anew")
    }
    return pem
  }

  private func reasonToReplace(authority: [UInt8]) -> String? {
    (Certificates.end(authority) ?? 0) - now < Self.secondsLeftMin ? "ends soon" : nil
  }

  /// Those of the names that the authority may not vouch for.
  private func namesOutside(_ authority: [UInt8]) -> [String] {
    names.filter { name in
      issue([name], by: authority).map {
        Certificates.verdict(on: $0, by: authority) == .outside
      } ?? false
    }
  }

  /// Key and certificate, PEM.
  func makeAuthority() throws(HubError) -> [UInt8] {
    // A common name has 64 characters at most (RFC 5280, ub-common-name).
    let made = Certificates.authority(
      "Jamboree \(host.prefix(36)) local CA",
      constraints: LocalScope.constraints(permitting: names), days: Self.days)
    guard let made else { throw HubError("\(authorityPath): OpenSSL makes no authority") }
    return made
  }

  private func tellOfNew(_ authority: [UInt8], because reason: String?, _ logger: Logger) {
    let fields = fields(authority, authorityPath)
    guard let reason else {
      return logger.notice("made a certificate authority", metadata: .fields(fields))
    }
    logger.warning(
      "made a new certificate authority, which devices have to trust: the former one \(reason)",
      metadata: .fields(fields))
  }

  // MARK: The hub's certificate

  /// The present one as long as it will do, else a new one; nil where the authority may not vouch
  /// for all the names.
  private func certificate(by authority: [UInt8], _ logger: Logger) throws(HubError) -> [UInt8]? {
    var fault: String?
    if unsafe access(certificatePath, F_OK) == 0 {
      let present = try TLSFiles.read(certificatePath, isSecret: true, followsLink: false)
      fault = reasonToReplace(present, by: authority)
      if fault == nil {
        logger.notice(
          "the certificate is the one that the hub made before",
          metadata: .fields(fields(present, certificatePath)))
        return present
      }
    }
    guard let made = issue(names, by: authority) else {
      throw HubError("\(certificatePath): OpenSSL makes no certificate")
    }
    switch Certificates.verdict(on: made, by: authority) {
    case .outside: return nil
    case .notVouched: throw HubError("\(authorityPath): OpenSSL takes no certificate by it")
    case .vouched: break
    }
    try TLSFiles.write(made, to: certificatePath)
    let because = fault.map { ": the former one \($0)" } ?? ""
    logger.notice(
      "made a certificate\(because)", metadata: .fields(fields(made, certificatePath)))
    return made
  }

  /// Why a certificate will not do any more; nil if it will.
  func reasonToReplace(_ pem: [UInt8], by authority: [UInt8]) -> String? {
    do throws(TLSError) { _ = try TLSContext(certificate: pem, key: pem) } catch {
      return error.reason
    }
    // A machine without a clock of its own may start in the past: that is no reason by itself.
    guard Certificates.verdict(on: pem, by: authority) == .vouched,
      let end = Certificates.end(pem)
    else { return "is not by the authority" }
    if end - now < Self.secondsLeftMin { return "ends soon" }
    let missing = names.filter { !Certificates.isFor($0, pem) }
    return missing.isEmpty ? nil : "is not for \(missing.joined(separator: ", "))"
  }

  /// Key and certificate, PEM, with the authority's behind them.
  func issue(_ names: [String], by authority: [UInt8]) -> [UInt8]? {
    Certificates.issued(
      by: authority, "Jamboree", for: LocalScope.alternativeNames(names), days: Self.days)
  }

  private func fields(_ pem: [UInt8], _ path: String) -> [String: String] {
    ["file": path, "sha256": Certificates.fingerprint(pem)]
  }
}
