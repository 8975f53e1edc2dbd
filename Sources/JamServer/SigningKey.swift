import COpenSSL
import Glibc

/// Why the signing key could not be had: which file, and what is wrong with it.
public struct SigningKeyError: Error, Equatable, Sendable, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "\(path): \(reason)" }
}

/// The key that tokens are signed with: `keys/signing.key` in the data folder, 32 random bytes that
/// only the hub's user may read. Whoever has them can be anybody in every room.
///
/// It needs no lock: `jamboree token` works while a hub runs on the same folder, and where both
/// make the key at once, one file wins and both use it.
public enum SigningKey {
  /// The key; made, and on disk, before this returns if there was none.
  ///
  /// - Throws: for a file that others can read, that is no regular file, a symbolic link, damaged
  ///   or of a newer format. A key is never replaced: every token in circulation hangs on it.
  public static func load(dataDirectory: String) throws(SigningKeyError) -> [UInt8] {
    let folder = try KeyFolder(dataDirectory: dataDirectory)
    if let key = try folder.read() { return key }
    try folder.create()
    guard let key = try folder.read() else { throw folder.fault("vanished while it was made") }
    return key
  }
}

/// The bytes of the key file: `"JAMBKEY\n"`, format version (16 bits), key, CRC-32C of all before;
/// integers little-endian. The checksum tells a damaged key from a wrong token.
private enum KeyFile {
  static let magic = Array("JAMBKEY\n".utf8)
  static let version: UInt16 = 1
  static let keyCount = 32
  static let count = 8 + 2 + keyCount + 4

  static func bytes(of key: [UInt8]) -> [UInt8] {
    let head = magic + littleEndian(version) + key
    return head + littleEndian(checksum(head[...]))
  }

  /// The key, or why these bytes hold none.
  static func key(in bytes: [UInt8]) -> Result<[UInt8], Fault> {
    guard bytes.starts(with: magic), bytes.count >= 10 else {
      return .failure(Fault("is no signing key"))
    }
    guard bytes[8..<10].elementsEqual(littleEndian(version)) else {
      return .failure(Fault("has a format that this version does not know"))
    }
    guard bytes.count == count, bytes[42...].elementsEqual(littleEndian(checksum(bytes[..<42])))
    else { return .failure(Fault("is damaged: restore it from a backup, or make a new key")) }
    return .success(Array(bytes[10..<42]))
  }

  struct Fault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  private static func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// CRC-32C bit by bit: these are 42 bytes, once per start.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { bits, _ in
        bits >> 1 ^ (bits & 1 == 1 ? 0x82F6_3B78 : 0)
      }
    }
  }
}

/// An open file or folder, closed with the value.
private struct Descriptor: ~Copyable {
  let number: Int32
  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }
  deinit { _ = close(number) }
}

/// `keys/` of one data folder, held open so that every step works on the same folder.
private struct KeyFolder: ~Copyable {
  private static let name = "signing.key"
  private let path: String
  private let folder: Descriptor

  init(dataDirectory: String) throws(SigningKeyError) {
    let path = dataDirectory + "/keys"
    for made in [dataDirectory, path] where unsafe mkdir(made, 0o700) != 0 && errno != EEXIST {
      throw SigningKeyError(path: made, reason: "cannot make the folder: \(lastError())")
    }
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    guard let parent = Descriptor(unsafe open(dataDirectory, flags & ~O_NOFOLLOW)),
      fsync(parent.number) == 0
    else { throw SigningKeyError(path: dataDirectory, reason: "cannot sync: \(lastError())") }
    guard let folder = Descriptor(unsafe open(path, flags)) else {
      throw SigningKeyError(path: path, reason: "cannot open the folder: \(lastError())")
    }
    self.path = path + "/" + KeyFolder.name
    self.folder = folder
  }

  func fault(_ reason: String) -> SigningKeyError { SigningKeyError(path: path, reason: reason) }

  /// The key, or `nil` where there is no file yet.
  func read() throws(SigningKeyError) -> [UInt8]? {
    // O_NONBLOCK: a pipe in the file's place must not hold us up.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    guard let file = Descriptor(unsafe openat(folder.number, KeyFolder.name, flags)) else {
      if errno == ENOENT { return nil }
      throw fault(errno == ELOOP ? "is a symbolic link" : "cannot open: \(lastError())")
    }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else {
      throw fault("cannot stat: \(lastError())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw fault("is no regular file") }
    guard status.st_mode & 0o177 == 0 else {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw fault("has mode 0\(mode), others could sign tokens: chmod 600 it, or make a new key")
    }
    // One byte more than there should be, so that a longer file shows.
    var bytes = [UInt8](repeating: 0, count: KeyFile.count + 1)
    let count = unsafe Glibc.read(file.number, &bytes, bytes.count)
    guard count >= 0 else { throw fault("cannot read: \(lastError())") }
    switch KeyFile.key(in: Array(bytes.prefix(count))) {
    case .success(let key): return key
    case .failure(let found): throw fault(found.reason)
    }
  }

  /// Writes a new key beside its place, and links it there: the name appears with all its bytes on
  /// disk, and only if nobody else's did before.
  func create() throws(SigningKeyError) {
    let bytes = KeyFile.bytes(of: try randomBytes(KeyFile.keyCount))
    let suffix = try randomBytes(8).reduce("") { $0 + String($1, radix: 16) }
    let temporary = "\(KeyFolder.name).\(suffix).tmp"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    guard let file = Descriptor(unsafe openat(folder.number, temporary, flags, 0o600)) else {
      throw fault("cannot make the file: \(lastError())")
    }
    defer { _ = unsafe unlinkat(folder.number, temporary, 0) }
    let written = unsafe write(file.number, bytes, bytes.count)
    guard written == bytes.count, fsync(file.number) == 0 else {
      throw fault(
        "cannot write: \(written < 0 || written == bytes.count ? lastError() : "disk full")")
    }
    let number = folder.number
    let linked = unsafe linkat(number, temporary, number, KeyFolder.name, 0) == 0
    guard linked || errno == EEXIST else { throw fault("cannot make the file: \(lastError())") }
    guard fsync(folder.number) == 0 else { throw fault("cannot sync: \(lastError())") }
  }

  private func randomBytes(_ count: Int) throws(SigningKeyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else {
      throw fault("no random bytes to be had")
    }
    return bytes
  }
}

private func lastError() -> String { unsafe String(cString: strerror(errno)) }
