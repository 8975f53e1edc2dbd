import CTLS
import CTLSClient
import Glibc

@testable import Reactor

/// A blocking TLS client over `Client`.
@safe final class SecureClient {
  let client: Client
  private let tls: OpaquePointer

  init?(port: Int, version: Int32 = 13, protocol name: String = "") {
    guard let client = Client(port: port),
      let tls = unsafe ctls_client_new(client.fd, version, name)
    else { return nil }
    self.client = client
    unsafe self.tls = tls
  }

  deinit { unsafe ctls_client_free(tls) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe ctls_client_write(tls, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Exactly `count` bytes, or what came before the end, an error or twenty seconds of silence.
  func receive(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 16))
    while result.count < count {
      let got = unsafe ctls_client_read(tls, &buffer, min(buffer.count, count - result.count))
      guard got > 0 else { break }
      result += buffer[..<got]
    }
    return result
  }

  /// close_notify, and what the other side makes of it: its own.
  func end() { unsafe ctls_client_end(tls) }
  /// Waits for the other side's close_notify.
  func seesOrderlyEnd() -> Bool {
    receive(1).isEmpty && (unsafe ctls_client_was_ended(tls)) == 1
  }
  func updateKeys() -> Bool { unsafe ctls_client_update_keys(tls) == 1 }
  func speaks(_ name: String) -> Bool { unsafe ctls_client_speaks(tls, name) == 1 }
}

extension TLSContext {
  /// With a certificate of its own for the loopback.
  static func forTests(plainAnswer: [UInt8] = []) throws -> TLSContext {
    let pem = selfSigned()
    return try TLSContext(certificate: pem, key: pem, plainAnswer: plainAnswer)
  }

  static func selfSigned() -> [UInt8] {
    var count = 0
    let text = unsafe ctls_issue(nil, 0, "test", "IP:127.0.0.1", 30, &count)
    guard let text = unsafe text else { return [] }
    defer { unsafe ctls_text_free(text, count) }
    return unsafe UnsafeRawBufferPointer(start: text, count: count).map { $0 }
  }
}
