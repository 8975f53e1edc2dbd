import Glibc

/// `data/lock`: held by the one process that may write here. The kernel drops the lock with the
/// process, so a stale file is no obstacle; its text, the pid, is for people.
struct DataLock: Sendable {
  static let name = "lock"
  private let file: File

  static func take(in root: Directory) throws(StorageError) -> DataLock {
    let file = try open(in: root)
    // `isHeld`, in a verify beside us, has the lock for an instant: that is no second hub. And a
    // process that was just killed has it until the kernel has taken the process apart.
    var tries = 50
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      tries -= 1
      guard tries > 0 else { throw .locked(path: root.path, pid: try holder(file)) }
      pause(milliseconds: 20)
    }
    try file.truncate(to: 0)
    try file.write(Array("\(getpid())\n".utf8), at: 0)
    return DataLock(file: file)
  }

  private static func open(in root: Directory) throws(StorageError) -> File {
    if let file = try root.fileIfPresent(name, .update) { return file }
    do { return try root.file(name, .create) } catch {
      guard case .io(_, _, EEXIST) = error else { throw error }
      return try root.file(name, .update)  // another process was quicker
    }
  }

  private static func holder(_ file: File) throws(StorageError) -> Int32? {
    let text = String(decoding: try file.read(32, at: 0), as: UTF8.self)
    return text.split(separator: "\n").first.flatMap { Int32($0) }
  }

  /// Whether some process holds the lock now. Asks with a shared lock that is dropped at once.
  static func isHeld(in root: Directory) throws(StorageError) -> Bool {
    guard let file = try root.fileIfPresent(name) else { return false }
    defer { _ = flock(file.descriptor, LOCK_UN) }
    return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// Whether the folder is still where it was opened: not removed, moved or replaced.
  var isInPlace: Bool { file.isAtItsPath() }

  func release() { _ = flock(file.descriptor, LOCK_UN) }
}
