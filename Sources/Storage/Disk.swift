import Glibc

/// One step towards the disk. Tests make any of them fail, or copy the folder before it.
enum DiskOperation: Sendable { case open, write, sync, rename, unlink, truncate }

/// Answers with the errno that the operation on this path shall fail with, or 0 to let it happen;
/// `shortWrite` makes a write stop half way. Only tests set one.
typealias DiskFault = @Sendable (DiskOperation, String) -> CInt
let shortWrite: CInt = -1

/// An open file; closes itself.
final class File: Sendable {
  let path: String
  let descriptor: CInt
  private let fault: DiskFault?

  init(descriptor: CInt, path: String, fault: DiskFault?) {
    self.descriptor = descriptor
    self.path = path
    self.fault = fault
  }

  deinit { _ = close(descriptor) }

  /// Bytes in the file now.
  func size() throws(StorageError) -> Int {
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else { throw error(.stat) }
    return Int(info.st_size)
  }

  /// Whether any directory still has it; one that was removed lives on for those who have it open.
  func hasName() throws(StorageError) -> Bool {
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else { throw error(.stat) }
    return info.st_nlink > 0
  }

  /// Whether this is the very file that `path` leads to now.
  func isAtItsPath() -> Bool {
    var mine = stat(), there = stat()
    guard unsafe fstat(descriptor, &mine) == 0, unsafe lstat(path, &there) == 0 else {
      return false
    }
    return mine.st_dev == there.st_dev && mine.st_ino == there.st_ino
  }

  /// Writes all of `bytes` at `offset`, or throws; what a failed call left behind `offset` is the
  /// caller's to overwrite or cut.
  func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      var count = bytes.count - done
      if let code = fault?(.write, path), code != 0 {
        guard code == shortWrite else { throw failure(.write, code) }
        count = max(1, count / 2)
      }
      let from = done
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, UnsafeRawBufferPointer(rebasing: buffer[from..<from + count]).baseAddress,
          count, off_t(offset + from))
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw error(.write)
      }
      guard written > 0 else { throw failure(.write, ENOSPC) }
      done += written
    }
  }

  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  func read(_ count: Int, at offset: Int) throws(StorageError) -> [UInt8] {
    guard count > 0 else { return [] }
    var failed: CInt = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[initialized..<count])
        let got = unsafe pread(
          descriptor, rest.baseAddress, rest.count, off_t(offset + initialized))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failed = errno }
        if got <= 0 { return }
        initialized += got
      }
    }
    guard failed == 0 else { throw failure(.read, failed) }
    return bytes
  }

  /// All of the file.
  ///
  /// - Throws: `tooLarge` before anything is read where the file has more than `limit` bytes: a
  ///   damaged or planted size must not become as much memory.
  func readAll(limit: Int = 1 << 30) throws(StorageError) -> [UInt8] {
    let size = try size()
    guard size <= limit else { throw .tooLarge(what: path, bytes: size, limit: limit) }
    return try read(size, at: 0)
  }

  /// `fdatasync`. A failure is final for this file: the kernel may have dropped the pages, so a
  /// second call could succeed without them.
  func sync() throws(StorageError) {
    if let code = fault?(.sync, path), code != 0 { throw failure(.fdatasync, code) }
    guard fdatasync(descriptor) == 0 else { throw error(.fdatasync) }
  }

  func truncate(to size: Int) throws(StorageError) {
    if let code = fault?(.truncate, path), code != 0 { throw failure(.truncate, code) }
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw error(.truncate) }
  }

  private func error(_ operation: StorageError.Operation) -> StorageError {
    failure(operation, errno)
  }

  private func failure(_ operation: StorageError.Operation, _ code: CInt) -> StorageError {
    .io(operation: operation, path: path, code: code)
  }
}

/// An open directory. Everything below it is opened relative to it and never through a symbolic
/// link, so a link planted in the data directory leads nowhere.
final class Directory: Sendable {
  enum Mode {
    case read
    case update  // must exist
    case create  // must not exist
  }

  let path: String
  private let handle: File
  private let fault: DiskFault?

  private init(_ handle: File, fault: DiskFault?) {
    self.handle = handle
    path = handle.path
    self.fault = fault
  }

  /// Opens the directory at `path`, made with mode 0700 if it is missing and `create` is set.
  static func open(
    _ path: String, create: Bool = false, fault: DiskFault? = nil
  ) throws(StorageError) -> Directory {
    if create {
      let made = unsafe mkdir(path, 0o700)
      if made != 0 && errno != EEXIST { throw .io(operation: .mkdir, path: path, code: errno) }
      // Where the folder above may be entered but not read nobody can sync it.
      let above = path.hasSuffix("/") ? path + ".." : path + "/.."
      if made == 0, let parent = try? open(at: AT_FDCWD, above, path: above, fault: fault) {
        try parent.sync()
      }
    }
    return try open(at: AT_FDCWD, path, path: path, fault: fault)
  }

  private static func open(
    at parent: CInt, _ name: String, path: String, fault: DiskFault?
  ) throws(StorageError) -> Directory {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe openat(parent, name, flags, 0)
    guard descriptor >= 0 else { throw .io(operation: .open, path: path, code: errno) }
    return Directory(File(descriptor: descriptor, path: path, fault: fault), fault: fault)
  }

  /// The directory `name` in this one, or `nil` if there is none.
  func directoryIfPresent(_ name: String) throws(StorageError) -> Directory? {
    do { return try Directory.open(at: handle.descriptor, name, path: child(name), fault: fault) }
    catch { if error.isMissing { return nil } else { throw error } }
  }

  /// The directory `name`, made and entered durably in this one if it is missing.
  func directory(_ name: String) throws(StorageError) -> Directory {
    if let present = try directoryIfPresent(name) { return present }
    if let code = fault?(.open, child(name)), code != 0 {
      throw .io(operation: .mkdir, path: child(name), code: code)
    }
    let made = unsafe mkdirat(handle.descriptor, name, 0o700)
    if made != 0 && errno != EEXIST {
      throw .io(operation: .mkdir, path: child(name), code: errno)
    }
    do { try sync() } catch {
      // Found there later it would never be synced: it has to be made again.
      _ = unsafe unlinkat(handle.descriptor, name, AT_REMOVEDIR)
      throw error
    }
    return try Directory.open(at: handle.descriptor, name, path: child(name), fault: fault)
  }

  func file(_ name: String, _ mode: Mode) throws(StorageError) -> File {
    let path = child(name)
    let access: CInt = switch mode {
    case .read: O_RDONLY
    case .update: O_RDWR
    case .create: O_RDWR | O_CREAT | O_EXCL
    }
    if mode != .read, let code = fault?(.open, path), code != 0 {
      throw .io(operation: .open, path: path, code: code)
    }
    // O_NONBLOCK: a FIFO with the name of a file must not hang the hub.
    let flags = access | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    let descriptor = unsafe openat(handle.descriptor, name, flags, 0o600)
    guard descriptor >= 0 else { throw .io(operation: .open, path: path, code: errno) }
    let file = File(descriptor: descriptor, path: path, fault: fault)
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw .notRegular(path: path)
    }
    return file
  }

  func fileIfPresent(_ name: String, _ mode: Mode = .read) throws(StorageError) -> File? {
    do { return try file(name, mode) } catch {
      if error.isMissing { return nil } else { throw error }
    }
  }

  func rename(_ from: String, to name: String) throws(StorageError) {
    if let code = fault?(.rename, child(from)), code != 0 {
      throw .io(operation: .rename, path: child(from), code: code)
    }
    guard unsafe renameat(handle.descriptor, from, handle.descriptor, name) == 0 else {
      throw .io(operation: .rename, path: child(from), code: errno)
    }
  }

  /// Moves `from` into another directory of the same file system.
  func move(_ from: String, to directory: Directory, as name: String) throws(StorageError) {
    guard unsafe renameat(handle.descriptor, from, directory.handle.descriptor, name) == 0 else {
      throw .io(operation: .rename, path: child(from), code: errno)
    }
  }

  /// Removes `name`; that there is none is fine.
  func unlink(_ name: String) throws(StorageError) {
    if let code = fault?(.unlink, child(name)), code != 0 {
      throw .io(operation: .unlink, path: child(name), code: code)
    }
    guard unsafe unlinkat(handle.descriptor, name, 0) == 0 || errno == ENOENT else {
      throw .io(operation: .unlink, path: child(name), code: errno)
    }
  }

  /// Makes what was created, renamed or removed in here durable.
  func sync() throws(StorageError) {
    if let code = fault?(.sync, path), code != 0 {
      throw .io(operation: .fsync, path: path, code: code)
    }
    guard fsync(handle.descriptor) == 0 else {
      throw .io(operation: .fsync, path: path, code: errno)
    }
  }

  /// Bytes and time of the last change (µs since 1970) of `name`; `nil` if there is none.
  func status(_ name: String) -> (bytes: Int, changed: Int64)? {
    var info = stat()
    guard unsafe fstatat(handle.descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
      return nil
    }
    let time = info.st_mtim
    return (Int(info.st_size), Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// All names in here but `.` and `..`, sorted.
  func names() throws(StorageError) -> [String] {
    let copy = unsafe openat(handle.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard copy >= 0, let stream = unsafe fdopendir(copy) else {
      if copy >= 0 { _ = close(copy) }
      throw .io(operation: .open, path: path, code: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe String(cString: text)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private func child(_ name: String) -> String { path + "/" + name }
}

extension StorageError {
  /// The file or directory does not exist.
  var isMissing: Bool {
    if case .io(_, _, ENOENT) = self { true } else { false }
  }

  /// The bytes are bad or the disk cannot read them: an older generation may help. Everything
  /// else (no descriptors left, no permission) says nothing about the file.
  var isDamage: Bool {
    switch self {
    case .damaged, .tooLarge, .notRegular: true
    case .io(.read, _, _), .io(.open, _, ELOOP), .io(.open, _, EISDIR): true
    default: false
    }
  }
}

/// Nanoseconds of a clock that never jumps.
func monotonicNow() -> UInt64 {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Microseconds since 1970.
func wallClockNow() -> Int64 {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
