/// `data/keys/signing.key`: 32 random bytes that tokens and invitations are signed with.
enum SigningKey {
  static let name = "signing.key"
  static let magic: [UInt8] = Array("JAMBKEY\n".utf8)
  static let version: UInt16 = 1
  static let keyCount = 32

  /// The key; made on first use, mode 0600, durable before it is returned.
  static func load(in root: Directory) throws(StorageError) -> [UInt8] {
    let keys = try root.directory("keys")
    if let key = try read(in: keys) { return key }
    var random = SystemRandomNumberGenerator()
    var key: [UInt8] = []
    while key.count < keyCount { key.append(littleEndian: random.next()) }
    var bytes = magic
    bytes.append(littleEndian: version)
    bytes += key
    bytes.append(littleEndian: CRC32C.checksum(bytes.span))
    let temporary = name + ".tmp"
    try keys.unlink(temporary)
    let file = try keys.file(temporary, .create)
    try file.write(bytes, at: 0)
    try file.sync()
    try keys.rename(temporary, to: name)
    try keys.sync()
    return key
  }

  static func read(in keys: Directory) throws(StorageError) -> [UInt8]? {
    guard let file = try keys.fileIfPresent(name) else { return nil }
    let bytes = try file.readAll()
    let span = bytes.span
    guard span.count == 14 + keyCount, span.extracting(0..<8).copied() == magic,
      span.littleEndian(at: 42) == CRC32C.checksum(span.extracting(0..<42))
    else { throw .damaged(path: file.path, offset: 0, reason: "bad signing key") }
    let found: UInt16 = span.littleEndian(at: 8)
    guard found <= version else { throw .newerFormat(path: file.path, version: Int(found)) }
    return span.extracting(10..<42).copied()
  }
}
