internal import CTLS
internal import Glibc

/// TLS 1.2 or 1.3 on a stream's socket. The server's certificate must be for the stream's host, and
/// be trusted by the system or be one of those that are named.
///
/// Safe to use: it alone has the pointer, frees it exactly once, and every call has the bounds of
/// what it hands to OpenSSL.
@safe final class TLSClient {
  private let session: OpaquePointer
  private var area = [UInt8](repeating: 0, count: 1 << 15)

  /// A read with so much room leaves nothing inside OpenSSL, of which `poll` would not tell.
  static let recordBytes = ctls_record

  /// - Parameter trusted: PEM.
  init(_ descriptor: Int32, host: String, trusted: [UInt8]) throws(ClientError) {
    guard let context = unsafe ctls_client_context_new(trusted, trusted.count) else {
      throw .connection("the certificates to trust cannot be read")
    }
    // The session holds it as well.
    defer { unsafe ctls_context_free(context) }
    guard let made = unsafe ctls_client_session_new(context, descriptor, host) else {
      throw .connection("OpenSSL makes no session for '\(host)'")
    }
    unsafe session = made
  }

  deinit { unsafe ctls_session_free(session) }

  /// One step of the handshake; whether it is through.
  func handshake() throws(ClientError) -> Bool {
    switch unsafe ctls_handshake(session, &area, area.count) {
    case 1: return true
    case Int32(ctls_again): return false
    default:
      let reason = unsafe String(cString: ctls_distrust(session))
      throw .connection(
        reason.isEmpty
          ? "no TLS comes about: does the hub speak it here?"
          : "the hub's certificate is not trusted: \(reason) (--ca names a file with it)")
    }
  }

  /// At most one record; nil where nothing has come.
  func read(into buffer: inout [UInt8]) throws(ClientError) -> Int? {
    let count = unsafe ctls_read(session, &buffer, buffer.count, &area, area.count)
    if count > 0 { return count }
    if count == ctls_again { return nil }
    throw .closed(code: nil, reason: count == 0 ? "the hub has closed it" : "TLS is broken")
  }

  /// Encrypts bytes and puts them on their way. Not while there are `unsentBytes`.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ClientError) {
    let text = unsafe bytes.assumingMemoryBound(to: UInt8.self)
    guard unsafe ctls_write(session, text.baseAddress, text.count, &area, area.count) >= 0 else {
      throw .closed(code: nil, reason: "TLS is broken")
    }
  }

  /// Encrypted bytes that the system has not taken yet.
  var unsentBytes: Int { unsafe ctls_unsent(session) }

  func sendUnsent() throws(ClientError) {
    let left = unsafe ctls_send_unsent(session)
    guard left >= 0 else {
      throw .closed(code: nil, reason: unsafe String(cString: strerror(Int32(-left))))
    }
  }
}
