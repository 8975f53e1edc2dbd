import Glibc
import Storage

/// Reading documents for the command line. Whatever fails is one line that names file and cause.
enum DocFile {
  /// A board is never larger; a file that is, or unpacks to more, is refused.
  static let byteLimit = 1 << 30

  /// The bytes of a file, or of standard input for `-`; unpacked if they are gzip.
  static func read(_ path: String) throws -> [UInt8] {
    let bytes = try contents(of: path)
    if let other = whatElse(bytes) { throw Failure("\(name(path)) is \(other)") }
    return bytes.starts(with: [0x1f, 0x8b]) ? try unpacked(bytes, path) : bytes
  }

  /// What a file of a data folder is that holds no document, and what reads it.
  private static func whatElse(_ bytes: [UInt8]) -> String? {
    switch StoredFileKind(of: bytes) {
    case .history:
      "a history file: the recording of a room, not a document. \"jamboree verify\" reads and "
        + "checks it; the room's documents are its boards/*.yjs.gz"
    case .log:
      "a file of the log, not a document: \"jamboree verify\" reads and checks it"
    case .room: "a room's own file, not a document: zcat shows its JSON"
    case .key: "a signing key, not a document"
    case .board, .stage, nil: nil
    }
  }

  /// How messages call the file.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  private static func contents(of path: String) throws -> [UInt8] {
    let descriptor = unsafe path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { _ = close(descriptor) }
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size > byteLimit
    {
      throw tooLarge(path)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(path)
      }
      bytes += buffer[..<count]
      guard bytes.count <= byteLimit else { throw tooLarge(path) }
    }
  }

  /// Writes a new file, or to standard output for `-`. What was there before stays until all of the
  /// new one is.
  static func write(_ bytes: [UInt8], to path: String) throws {
    guard path != "-" else { return Console.output(bytes) }
    let temporary = "\(path).tmp-\(getpid())"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw writeFailure(path) }
    var code = Console.write(bytes, to: descriptor)
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, unsafe rename(temporary, path) != 0 { code = errno }
    guard code != 0 else { return }
    _ = unsafe unlink(temporary)
    errno = code
    throw writeFailure(path)
  }

  private static func writeFailure(_ path: String) -> Failure {
    Failure("cannot write \(path): \(unsafe String(cString: strerror(errno)))")
  }

  private static func failure(_ path: String) -> Failure {
    Failure("cannot read \(name(path)): \(unsafe String(cString: strerror(errno)))")
  }

  private static func tooLarge(_ path: String) -> Failure {
    Failure("\(name(path)) holds more than \(byteLimit) bytes")
  }

  /// The content of a gzip file.
  private static func unpacked(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
    do throws(StorageError) { return try Gzip.unpack(bytes, limit: byteLimit) } catch {
      switch error {
      case .damaged(_, let offset, let reason):
        throw Failure("\(name(path)) is damaged at byte \(offset): \(reason)")
      case .tooLarge: throw tooLarge(path)
      default: throw Failure("cannot unpack \(name(path)): \(error)")
      }
    }
  }
}
