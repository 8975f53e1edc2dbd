internal import CTLS
internal import Glibc
internal import HTTP
internal import Logging
internal import Reactor
internal import Storage

/// The certificate that the hub shows, from the operator's files or of its own making.
public enum TLSFiles {
  private static let bytesMax = 1 << 20

  /// Whether the operator's files can be used: what `check-config` asks. Makes nothing.
  ///
  /// - Throws: with the file's name and the reason.
  public static func check(_ config: HubConfig) throws(HubError) { _ = try operators(config) }

  /// What the hub listens with; `nil` where it speaks plain HTTP.
  static func context(
    _ config: HubConfig, _ logger: Logger
  ) throws(HubError) -> TLSContext? {
    if let given = try operators(config) { return given }
    guard config.tlsSelfSigned else { return nil }
    return try SelfSigned(dataDirectory: config.dataDirectory).context(logger)
  }

  /// Certificates in a file, to trust in a hub that has one of them: PEM.
  public static func certificates(_ path: String) throws(HubError) -> [UInt8] {
    let pem = try read(path, isSecret: false)
    var info = ctls_certificate_info()
    guard unsafe ctls_certificate(pem, pem.count, &info) == 1 else {
      throw HubError("\(path): has no certificate in it")
    }
    return pem
  }

  /// The certificate that the hub of a data folder made itself.
  public static func ownCertificate(dataDirectory: String) throws(HubError) -> [UInt8] {
    try certificates(SelfSigned.path(in: dataDirectory))
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

/// `keys/tls.pem` in the data folder: a key and a certificate that it signed itself, for every name
/// and address of this machine. Browsers ask once before they trust it.
struct SelfSigned {
  /// Phones take no certificate that is for longer than 825 days, and new ones none for long over
  /// two years.
  private static let days: Int32 = 729
  /// A jam should not end in the middle.
  private static let secondsLeftMin: Int64 = 14 * 86_400

  private let path: String
  private let folder: String
  private let names: [String]
  private let now: Int64

  init(
    dataDirectory: String, names: [String] = LocalAddresses.names(),
    now: Int64 = wallClockMicroseconds() / 1_000_000
  ) {
    folder = dataDirectory + "/keys"
    path = Self.path(in: dataDirectory)
    self.names = names
    self.now = now
  }

  static func path(in dataDirectory: String) -> String { dataDirectory + "/keys/tls.pem" }

  /// What was made before, as long as it will do; else a new one.
  func context(_ logger: Logger) throws(HubError) -> TLSContext {
    var fault: String?
    if unsafe access(path, F_OK) == 0 {
      let bytes = try TLSFiles.read(path, isSecret: true, followsLink: false)
      do throws(TLSError) {
        let context = try TLSContext(
          certificate: bytes, key: bytes, plainAnswer: TLSFiles.plainAnswer)
        guard let reason = reasonToReplace(bytes) else {
          tell("the certificate is the one that the hub made before", bytes, logger)
          return context
        }
        fault = reason
      } catch { fault = error.reason }
    }
    let bytes = try make()
    try write(bytes)
    let because = fault.map { ": the former one \($0)" } ?? ""
    tell("made a certificate\(because)", bytes, logger)
    do throws(TLSError) {
      return try TLSContext(certificate: bytes, key: bytes, plainAnswer: TLSFiles.plainAnswer)
    } catch { throw HubError("\(path): \(error)") }
  }

  /// Why a certificate will not do any more; `nil` if it will.
  func reasonToReplace(_ pem: [UInt8]) -> String? {
    var info = ctls_certificate_info()
    guard unsafe ctls_certificate(pem, pem.count, &info) == 1 else { return "cannot be read" }
    if info.ends - now < Self.secondsLeftMin { return "ends soon" }
    let missing = names.filter { unsafe ctls_covers(pem, pem.count, $0) != 1 }
    return missing.isEmpty ? nil : "is not for \(missing.joined(separator: ", "))"
  }

  /// Key and certificate, PEM.
  func make() throws(HubError) -> [UInt8] {
    let list = names.map { name in
      let isAddress = name.contains(":") || name.utf8.allSatisfy { $0 == 46 || $0 < 58 }
      return "\(isAddress ? "IP" : "DNS"):\(name)"
    }
    var count = 0
    let text = unsafe ctls_self_signed(
      "Jamboree", list.joined(separator: ","), Self.days, &count)
    guard let text = unsafe text else { throw HubError("\(path): OpenSSL makes no certificate") }
    defer { unsafe ctls_text_free(text, count) }
    return unsafe UnsafeRawBufferPointer(start: text, count: count).map { $0 }
  }

  private func tell(_ what: String, _ pem: [UInt8], _ logger: Logger) {
    logger.notice(
      "\(what)", metadata: .fields(["file": path, "sha256": Self.fingerprint(pem)]))
  }

  /// As browsers show it: `AB:CD:…`.
  static func fingerprint(_ pem: [UInt8]) -> String {
    var info = ctls_certificate_info()
    guard unsafe ctls_certificate(pem, pem.count, &info) == 1 else { return "" }
    let digits = Array("0123456789ABCDEF")
    return unsafe withUnsafeBytes(of: &info.fingerprint) { bytes in
      unsafe bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
        .joined(separator: ":")
    }
  }

  /// Whole at once, and for the hub's user alone from its first byte on.
  private func write(_ bytes: [UInt8]) throws(HubError) {
    let temporary = path + ".tmp"
    _ = unsafe unlink(temporary)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    guard let file = Descriptor(unsafe open(temporary, flags, 0o600)) else {
      throw HubError("\(path): cannot make the file: \(lastError())")
    }
    let written = unsafe Glibc.write(file.number, bytes, bytes.count)
    guard written == bytes.count, fsync(file.number) == 0,
      unsafe rename(temporary, path) == 0
    else {
      let reason = written >= 0 && written < bytes.count ? "disk full" : lastError()
      _ = unsafe unlink(temporary)
      throw HubError("\(path): cannot write: \(reason)")
    }
    if let parent = Descriptor(unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
      _ = fsync(parent.number)
    }
  }
}
