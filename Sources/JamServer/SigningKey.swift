import COpenSSL
import Glibc
internal import Storage

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
  /// The key, or `nil` where the folder has none yet, or is not there. Makes nothing.
  ///
  /// - Throws: for a file that others can read, that is no regular file, a symbolic link, damaged
  ///   or of a newer format.
  public static func find(dataDirectory: String) throws(SigningKeyError) -> [UInt8]? {
    var status = stat()
    guard unsafe stat(dataDirectory, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw SigningKeyError(path: dataDirectory, reason: "cannot open: \(lastError())")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw SigningKeyError(path: dataDirectory, reason: "is no folder")
    }
    return try KeyFolder(existingIn: dataDirectory)?.read() ?? nil
  }

  /// The key; made, and on disk, before this returns if there was none.
  ///
  /// - Throws: as `find`, and where it cannot be made. A key is never replaced: every token in
  ///   circulation hangs on it.
  public static func load(dataDirectory: String) throws(SigningKeyError) -> [UInt8] {
    let folder = try KeyFolder(makingIn: dataDirectory)
    if let key = try folder.read() { return key }
    try folder.create()
    guard let key = try folder.read() else { throw folder.fault("vanished while it was made") }
    return key
  }
}

/// An open file or folder, closed with the value.
struct Descriptor: ~Copyable {
  let number: Int32
  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }
  deinit { _ = close(number) }
}

/// `keys/` of one data folder, held open so that every step works on the same folder.
private struct KeyFolder: ~Copyable {
  private static let name = SigningKeyFile.name
  private let path: String
  private let folder: Descriptor

  /// `nil` where there is no such folder.
  init?(existingIn dataDirectory: String) throws(SigningKeyError) {
    let path = dataDirectory + "/keys"
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    guard let folder = Descriptor(unsafe open(path, flags)) else {
      if errno == ENOENT { return nil }
      throw SigningKeyError(path: path, reason: "cannot open the folder: \(lastError())")
    }
    self.path = path + "/" + KeyFolder.name
    self.folder = folder
  }

  init(makingIn dataDirectory: String) throws(SigningKeyError) {
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
    var bytes = [UInt8](repeating: 0, count: SigningKeyFile.byteCount + 1)
    let count = unsafe Glibc.read(file.number, &bytes, bytes.count)
    guard count >= 0 else { throw fault("cannot read: \(lastError())") }
    do throws(SigningKeyFile.Problem) {
      return try SigningKeyFile.decode(Array(bytes.prefix(count)))
    } catch { throw fault(error.reason) }
  }

  /// Writes a new key beside its place, and links it there: the name appears with all its bytes on
  /// disk, and only if nobody else's did before.
  func create() throws(SigningKeyError) {
    let bytes = SigningKeyFile.encode(try randomBytes(SigningKeyFile.keyCount))
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

func lastError() -> String { unsafe String(cString: strerror(errno)) }
