internal import CTLS

/// What is to be known of certificates in PEM texts; of the first one each.
enum Certificates {
  private static func info(_ pem: [UInt8]) -> ctls_certificate_info? {
    var info = ctls_certificate_info()
    return unsafe ctls_certificate(pem, pem.count, &info) == 1 ? info : nil
  }

  static func areIn(_ pem: [UInt8]) -> Bool { info(pem) != nil }

  /// Seconds since 1970; nil where there is no certificate.
  static func end(_ pem: [UInt8]) -> Int64? { info(pem)?.ends }

  /// The common name.
  static func name(_ pem: [UInt8]) -> String {
    guard var info = info(pem) else { return "" }
    return unsafe withUnsafeBytes(of: &info.common_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// SHA-256, as browsers show it: `AB:CD:…`.
  static func fingerprint(_ pem: [UInt8]) -> String {
    guard var info = info(pem) else { return "" }
    let digits = Array("0123456789ABCDEF")
    return unsafe withUnsafeBytes(of: &info.fingerprint) { bytes in
      unsafe bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
        .joined(separator: ":")
    }
  }

  /// Whether it is for a host name or a numeric address.
  static func isFor(_ name: String, _ pem: [UInt8]) -> Bool {
    unsafe ctls_covers(pem, pem.count, name) == 1
  }

  enum Verdict { case vouched, outside, notVouched }

  /// What a client says of a server's certificate if it trusts the authority alone.
  ///
  /// - Parameter now: Seconds since 1970; nil to leave time out of it.
  static func verdict(
    on pem: [UInt8], by authority: [UInt8], at now: Int64? = nil
  ) -> Verdict {
    switch unsafe ctls_verify(authority, authority.count, pem, pem.count, now ?? -1) {
    case Int32(ctls_vouched): .vouched
    case Int32(ctls_outside): .outside
    default: .notVouched
    }
  }

  /// Why a text is no authority's key and certificate; nil if it is.
  static func faultOfAuthority(_ pem: [UInt8]) -> String? {
    guard let fault = unsafe ctls_authority_fault(pem, pem.count) else { return nil }
    return unsafe String(cString: fault)
  }

  /// Key and certificate of a new authority, PEM; nil where OpenSSL fails.
  static func authority(_ name: String, constraints: String, days: Int32) -> [UInt8]? {
    var count = 0
    return unsafe taking(ctls_authority_new(name, constraints, days, &count), &count)
  }

  /// Key and certificate for a server and its authority's certificate, PEM.
  ///
  /// - Parameters:
  ///   - authority: Its key and certificate; nil for a certificate that signs itself.
  ///   - names: As OpenSSL takes them: `DNS:localhost,IP:127.0.0.1`.
  static func issued(
    by authority: [UInt8]?, _ name: String, for names: String, days: Int32
  ) -> [UInt8]? {
    var count = 0
    guard let authority else {
      return unsafe taking(ctls_issue(nil, 0, name, names, days, &count), &count)
    }
    return unsafe taking(
      ctls_issue(authority, authority.count, name, names, days, &count), &count)
  }

  static func withoutKey(_ pem: [UInt8]) -> [UInt8]? {
    var count = 0
    return unsafe taking(ctls_without_key(pem, pem.count, &count), &count)
  }

  private static func taking(
    _ text: UnsafeMutablePointer<CChar>?, _ count: inout Int
  ) -> [UInt8]? {
    guard let text = unsafe text else { return nil }
    defer { unsafe ctls_text_free(text, count) }
    return unsafe UnsafeRawBufferPointer(start: text, count: count).map { $0 }
  }
}
