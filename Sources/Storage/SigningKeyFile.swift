/// The bytes of `data/keys/signing.key`, the key that tokens are signed with.
///
/// - Shape: `"JAMBKEY\n"`, format version (16 bits), 32 random bytes, CRC-32C of all before;
///   integers little-endian. The checksum tells a damaged key from a wrong token.
/// - Source: Protocol/storage.md.
public enum SigningKeyFile {
  public static let name = "signing.key"
  public static let keyCount = 32
  /// Bytes of the file.
  public static let byteCount = 14 + keyCount
  static let magic: [UInt8] = Array("JAMBKEY\n".utf8)
  static let version: UInt16 = 1

  /// Why bytes are no key.
  public struct Problem: Error, Equatable, Sendable {
    public let reason: String
    public let isNewer: Bool
  }

  /// The file's bytes for a key of `keyCount` bytes.
  public static func encode(_ key: [UInt8]) -> [UInt8] {
    precondition(key.count == keyCount)
    var bytes = magic
    bytes.append(littleEndian: version)
    bytes += key
    bytes.append(littleEndian: CRC32C.checksum(bytes.span))
    return bytes
  }

  public static func decode(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
    let span = bytes.span
    guard bytes.starts(with: magic), span.count >= 10 else {
      throw Problem(reason: "is no signing key", isNewer: false)
    }
    // The checksum comes last in every format, so damage is told from a newer one.
    let end = span.count - 4
    guard end >= 10, span.littleEndian(at: end) == CRC32C.checksum(span.extracting(0..<end)),
      span.littleEndian(at: 8) != version || span.count == byteCount
    else {
      throw Problem(
        reason: "is damaged: restore it from a backup, or move it away for a new one",
        isNewer: false)
    }
    guard span.littleEndian(at: 8) == version else {
      throw Problem(reason: "has a format that this version does not know", isNewer: true)
    }
    return span.extracting(10..<42).copied()
  }

  /// Whether there is a key, for verify.
  static func check(in keys: Directory) throws(StorageError) -> Bool {
    guard let file = try keys.fileIfPresent(name) else { return false }
    let bytes = try file.readAll(limit: 1 << 16)
    do throws(Problem) { _ = try decode(bytes) } catch {
      if error.isNewer, bytes.count >= 10 {
        let found: UInt16 = bytes.span.littleEndian(at: 8)
        throw .newerFormat(path: file.path, version: Int(found))
      }
      throw .damaged(path: file.path, offset: 0, reason: error.reason)
    }
    return true
  }
}
