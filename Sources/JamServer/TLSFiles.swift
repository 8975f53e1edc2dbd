internal import Glibc
internal import HTTP
internal import Logging
internal import Reactor
internal import Storage

/// What the hub shows to who connects.
struct TLSIdentity: Sendable {
  var context: TLSContext
  /// Nil with the operator's files.
  var authority: LocalAuthority?
}

/// The certificate that the hub shows, from the operator's files or of its own making.
public enum TLSFiles {
  private static let bytesMax = 1 << 20

  /// Whether the operator's files can be used: what `check-config` asks. Makes nothing.
  ///
  /// - Throws: with the file's name and the reason.
  public static func check(_ config: HubConfig) throws(HubError) { _ = try operators(config) }

  /// What the hub listens with; `nil` where it speaks plain HTTP.
  static func identity(
    _ config: HubConfig, _ logger: Logger
  ) throws(HubError) -> TLSIdentity? {
    if let given = try operators(config) { return TLSIdentity(context: given, authority: nil) }
    guard config.tlsSelfSigned else { return nil }
    return try LocalCertificates(config).identity(logger)
  }

  /// Certificates in a file, to trust in a hub that has one of them: PEM.
  public static func certificates(_ path: String) throws(HubError) -> [UInt8] {
    let pem = try read(path, isSecret: false)
    guard Certificates.areIn(pem) else { throw HubError("\(path): has no certificate in it") }
    return pem
  }

  /// The certificate of the authority that the hub of a data folder made itself.
  public static func ownAuthority(dataDirectory: String) throws(HubError) -> [UInt8] {
    try certificates(LocalCertificates.path(in: dataDirectory))
  }

  private static func operators(_ config: HubConfig) throws(HubError) -> TLSContext? {
    guard let certificate = config.tlsCertificate, let key = config.tlsKey else { return nil }
    let pem = try read(certificate, isSecret: certificate == key)
    let secret = try read(key, isSecret: true)
    do throws(TLSError) {
      return try TLSContext(certificate: pem, key: secret, plainAnswer: plainAnswer)
    } catch {
      switch error.part {
      case .certificate: throw HubError("\(certificate): \(error)")
      case .key: throw HubError("\(key): \(error)")
      case .both: throw HubError("\(certificate) and \(key): \(error)")
      }
    }
  }

  /// For who types http:// in front of a port that speaks https.
  static var plainAnswer: [UInt8] {
    let response = Response.json(
      status: 400, error: "needs-https", reason: "this port speaks https: begin with https://")
    return response.secured().serialized(headOnly: false)
  }

  /// A file's bytes; a secret's only where nobody else can read them.
  ///
  /// - Parameter followsLink: The operator's files often are links to what is renewed elsewhere.
  static func read(
    _ path: String, isSecret: Bool, followsLink: Bool = true
  ) throws(HubError) -> [UInt8] {
    // O_NONBLOCK: a pipe in the file's place must not hold us up.
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
    guard let file = Descriptor(unsafe open(path, flags)) else {
      throw HubError("\(path): cannot open: \(lastError())")
    }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else {
      throw HubError("\(path): cannot stat: \(lastError())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HubError("\(path): is no regular file")
    }
    if isSecret, status.st_mode & 0o177 != 0 {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw HubError("\(path): has mode 0\(mode), others could read the key: chmod 600 it")
    }
    guard status.st_size <= bytesMax else { throw HubError("\(path): is longer than 1 MiB") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = unsafe Glibc.read(file.number, &bytes, bytes.count)
    guard count == bytes.count else {
      throw HubError("\(path): cannot read: \(count < 0 ? lastError() : "it is being changed")")
    }
    return bytes
  }

  /// Whole at once, and for the hub's user alone from its first byte on.
  static func write(_ bytes: [UInt8], to path: String) throws(HubError) {
    let temporary = path + ".tmp"
    _ = unsafe unlink(temporary)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    guard let file = Descriptor(unsafe open(temporary, flags, 0o600)) else {
      throw HubError("\(path): cannot make the file: \(lastError())")
    }
    let written = unsafe Glibc.write(file.number, bytes, bytes.count)
    guard written == bytes.count, fsync(file.number) == 0, unsafe rename(temporary, path) == 0
    else {
      let reason = written >= 0 && written < bytes.count ? "disk full" : lastError()
      _ = unsafe unlink(temporary)
      throw HubError("\(path): cannot write: \(reason)")
    }
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    guard let parent = Descriptor(unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      fsync(parent.number) == 0
    else { throw HubError("\(folder): cannot sync: \(lastError())") }
  }
}

extension HubConfig {
  /// What does not go together.
  var tlsContradiction: String? {
    let (certificate, key) = (tlsCertificate != nil, tlsKey != nil)
    if tlsSelfSigned, certificate || key {
      return "\"tls-self-signed\" makes a certificate: give either it or \"tls-cert\""
    }
    if certificate, !key { return "\"tls-cert\" needs \"tls-key\", the certificate's key" }
    if key, !certificate { return "\"tls-key\" needs \"tls-cert\", the key's certificate" }
    return nil
  }
}
