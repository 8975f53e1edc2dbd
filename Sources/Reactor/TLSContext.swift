internal import CSystem
internal import CTLS

/// Why a certificate and its key cannot be used.
public struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Part: Sendable { case certificate, key, both }
  /// What is to blame.
  public let part: Part
  /// What is wrong with it, as a clause: "has no private key in it".
  public let reason: String
  public var description: String { reason }
}

/// Certificate, key and settings of the TLS connections of a listener.
///
/// TLS 1.2 and 1.3, only suites with forward secrecy and AEAD, no renegotiation, no compression,
/// session tickets, ALPN `http/1.1`.
///
/// Safe to use: the pointer is private to this file, made in `init` and freed in `deinit`; OpenSSL
/// lets any number of threads make sessions of one context.
@safe public final class TLSContext: Sendable {
  private nonisolated(unsafe) let pointer: OpaquePointer
  /// What somebody who speaks plain HTTP gets.
  private let plainAnswer: [UInt8]

  /// - Parameters:
  ///   - certificate: PEM; the hub's own first, then the chain.
  ///   - key: PEM, without a password. The two may be one text.
  ///   - plainAnswer: Sent, in the clear, to a client that sends a plain HTTP request.
  public init(
    certificate: [UInt8], key: [UInt8], plainAnswer: [UInt8] = []
  ) throws(TLSError) {
    var fault: Int32 = 0
    var words = [CChar](repeating: 0, count: 160)
    let made = unsafe ctls_context_new(
      certificate, certificate.count, key, key.count, &fault, &words, words.count)
    guard let made = unsafe made else {
      let text = words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      throw Self.error(fault, String(decoding: text, as: UTF8.self))
    }
    unsafe pointer = made
    self.plainAnswer = plainAnswer
  }

  deinit { unsafe ctls_context_free(pointer) }

  private static func error(_ fault: Int32, _ words: String) -> TLSError {
    let because = words.isEmpty ? "" : " (\(words))"
    return switch UInt32(bitPattern: fault) {
    case ctls_bad_certificate.rawValue:
      TLSError(part: .certificate, reason: "has no certificate in it\(because)")
    case ctls_bad_chain.rawValue:
      TLSError(part: .certificate, reason: "has a chain that cannot be read\(because)")
    case ctls_bad_key.rawValue:
      TLSError(part: .key, reason: "has no private key in it\(because)")
    case ctls_encrypted_key.rawValue:
      TLSError(part: .key, reason: "has a password: take it off with 'openssl pkey'")
    case ctls_mismatch.rawValue:
      TLSError(part: .both, reason: "the key does not belong to the certificate")
    default: TLSError(part: .both, reason: "OpenSSL refuses them\(because)")
    }
  }

  /// A session for a socket, which stays the caller's; `nil` for want of memory.
  func session(_ fd: Int32) -> TLSSession? {
    guard let made = unsafe ctls_session_new(pointer, fd) else { return nil }
    return unsafe TLSSession(owning: made, plainAnswer: plainAnswer)
  }
}

/// The TLS of one connection. It goes with the connection from shard to shard.
///
/// Safe to use: it alone has the pointer, frees it exactly once, and every call checks the bounds
/// of what it hands to OpenSSL. Not Sendable: one shard at a time has it.
@safe final class TLSSession {
  private let pointer: OpaquePointer
  /// The handshake is through.
  private(set) var isEstablished = false

  /// A read with so much room leaves nothing that has arrived inside OpenSSL, of which epoll would
  /// not tell: a whole record fits.
  static let recordBytes = ctls_record

  enum Handshake { case done, again, plain, failed }

  /// What the peer gets if it turns out to speak plain HTTP.
  let plainAnswer: [UInt8]

  fileprivate init(owning pointer: OpaquePointer, plainAnswer: [UInt8]) {
    unsafe self.pointer = pointer
    self.plainAnswer = plainAnswer
  }

  deinit { unsafe ctls_session_free(pointer) }

  /// One step of the handshake. The area is where OpenSSL writes before it goes to the socket.
  func handshake(_ area: UnsafeMutableRawBufferPointer) -> Handshake {
    let bytes = unsafe area.assumingMemoryBound(to: UInt8.self)
    switch unsafe ctls_handshake(pointer, bytes.baseAddress, bytes.count) {
    case 1:
      isEstablished = true
      return .done
    case Int32(ctls_again): return .again
    case Int32(ctls_plain): return .plain
    default: return .failed
    }
  }

  /// What the peer sent, at most one record: its count, 0 at the end, `-errno`.
  func read(
    _ bytes: UnsafeMutableRawBufferPointer, _ area: UnsafeMutableRawBufferPointer
  ) -> Int {
    let room = unsafe bytes.assumingMemoryBound(to: UInt8.self)
    let out = unsafe area.assumingMemoryBound(to: UInt8.self)
    let count = unsafe ctls_read(
      pointer, room.baseAddress, room.count, out.baseAddress, out.count)
    if count >= 0 { return count }
    return count == ctls_again ? -Int(EAGAIN) : -Int(EPROTO)
  }

  /// Encrypts and sends. Not while there is `unsentBytes`.
  ///
  /// - Returns: false where the connection is broken. Otherwise all of it is on its way, what the
  ///   kernel did not take in `unsentBytes`.
  func write(_ bytes: UnsafeRawBufferPointer, _ area: UnsafeMutableRawBufferPointer) -> Bool {
    let text = unsafe bytes.assumingMemoryBound(to: UInt8.self)
    let out = unsafe area.assumingMemoryBound(to: UInt8.self)
    return unsafe ctls_write(
      pointer, text.baseAddress, text.count, out.baseAddress, out.count) >= 0
  }

  /// Tells the peer that nothing more comes. Once.
  func closeNotify(_ area: UnsafeMutableRawBufferPointer) {
    let out = unsafe area.assumingMemoryBound(to: UInt8.self)
    unsafe ctls_close_notify(pointer, out.baseAddress, out.count)
  }

  /// Encrypted bytes that the kernel did not take.
  var unsentBytes: Int { unsafe ctls_unsent(pointer) }

  /// Offers them again: how many are left, or `-errno`.
  func sendUnsent() -> Int { unsafe ctls_send_unsent(pointer) }

  /// Decrypted bytes inside OpenSSL; 0 after every read with `recordBytes` of room.
  var pendingBytes: Int { unsafe Int(ctls_pending(pointer)) }
}
