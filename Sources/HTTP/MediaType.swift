/// What a file is, by the end of its name.
public enum MediaType {
  /// The value of Content-Type; `application/octet-stream` for what is not known, which a browser
  /// that was told `nosniff` then neither runs nor shows.
  ///
  /// - Source: RFC 9239 (JavaScript), W3C App Manifest, IANA's list for the rest.
  public static func of(file name: some StringProtocol) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return switch parts.count > 1 ? parts.last?.lowercased() : nil {
    case "html": "text/html; charset=utf-8"
    case "js", "mjs": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "txt": "text/plain; charset=utf-8"
    case "json", "map": "application/json"
    case "webmanifest": "application/manifest+json"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "ico": "image/x-icon"
    case "woff2": "font/woff2"
    case "crt": "application/x-x509-ca-cert"
    case "wasm": "application/wasm"
    default: "application/octet-stream"
    }
  }
}
