internal import COpenSSL

/// Digests and what is made of them. One shot each; calls share no state.
enum Digests {
  /// SHA-256 (FIPS 180-4), 32 bytes.
  static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let done = unsafe EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil)
    precondition(done == 1 && count == 32, "OpenSSL has SHA-256")
    return digest
  }

  /// HMAC-SHA256 (RFC 2104), 32 bytes.
  static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let done = unsafe HMAC(
      EVP_sha256(), key, Int32(key.count), message, message.count, &digest, &count)
    precondition(unsafe done != nil && count == 32, "OpenSSL has HMAC-SHA256")
    return digest
  }

  /// Whether two texts are the same, in a time that tells nothing of where they differ. Their
  /// lengths are no secret.
  static func areSame(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
  }

  /// Bytes that nobody can foretell, from the kernel.
  static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

/// Bytes as text: 5 bits a letter, lower case, without padding (RFC 4648 6).
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var word = 0
    var bits = 0
    for byte in bytes {
      word = (word << 8 | Int(byte)) & 0xfff
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[word >> bits & 31])
      }
    }
    if bits > 0 { text.append(alphabet[word << (5 - bits) & 31]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `text` has `letters` letters, all of this alphabet.
  static func isText(_ text: String, letters: Int) -> Bool {
    text.utf8.count == letters && text.utf8.allSatisfy(alphabet.contains)
  }
}
