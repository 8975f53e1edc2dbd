internal import HTTP

/// The certificate authority that a hub made for itself, as devices get to know it.
public struct LocalAuthority: Sendable {
  /// Under which devices list it.
  public let name: String
  /// SHA-256, as browsers show it: `AB:CD:…`.
  public let fingerprint: String
  /// Another one was there before, which devices may trust in vain.
  public let replacesFormer: Bool
  /// PEM, without the key.
  let certificate: [UInt8]
  private let file: WebFile

  /// - Parameter certificate: PEM, without the key.
  init(_ certificate: [UInt8], replacesFormer: Bool) {
    self.certificate = certificate
    self.replacesFormer = replacesFormer
    name = Certificates.name(certificate)
    fingerprint = Certificates.fingerprint(certificate)
    file = WebFile(name: Self.path, certificate, gzip: nil, isForEver: false)
  }

  /// Where the hub serves it, and the name of its file among the keys.
  static let path = "ca.crt"

  /// The certificate as a file that devices offer to trust. It is public.
  func response(to fields: HeaderFields) -> Response {
    var response = file.response(to: fields)
    response.fields.append(
      HeaderField("content-disposition", "attachment; filename=\"\(fileName)\""))
    return response
  }

  private var fileName: String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.joined(separator: "-") + ".crt"
  }
}
