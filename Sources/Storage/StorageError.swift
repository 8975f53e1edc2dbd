import Glibc

/// What went wrong on disk. Every case names the file, so one log line is enough to find it.
public enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process has the data directory open. `pid` is what its lock file says.
  case locked(path: String, pid: Int32?)
  /// A system call failed; `code` is its errno.
  case io(operation: Operation, path: String, code: Int32)
  /// The bytes at `offset` are not what was written there.
  case damaged(path: String, offset: Int, reason: String)
  /// Somebody removed a file that is in use: what is written to it is lost.
  case removed(path: String)
  /// Something is in a file's place that is none: a folder, a pipe, a device.
  case notRegular(path: String)
  /// Written by a newer Jamboree. It is left alone.
  case newerFormat(path: String, version: Int)
  /// More bytes than the limit allows; nothing was stored.
  case tooLarge(what: String, bytes: Int, limit: Int)
  /// So much waits for the disk that no more is taken (`StoreOptions.pendingBytesLimit`).
  case backlogFull(bytes: Int)
  /// An fsync failed. Nothing is taken until every dirty room was checkpointed.
  case failed(reason: String)
  /// `Journal.resume` found rooms that no checkpoint covers yet.
  case notCovered(rooms: [RoomID])
  /// The store was closed.
  case closed
  /// No data folder: nothing is there, or something else, or nothing in it is ours.
  case notAStore(path: String, reason: String)
  /// A data folder in which nothing is of this room.
  case noRecording(room: RoomID, path: String)

  /// What was to be done when a system call failed. Code compares the case; the text behind it is
  /// for people alone.
  public enum Operation: String, Sendable {
    case open, stat, read, write, truncate, fdatasync, fsync, mkdir, rename, unlink
    /// Before a hub counts what it found in the log as saved.
    case syncOfFoundLog = "fdatasync of the log found at the start"
  }

  public var description: String {
    switch self {
    case .locked(let path, let pid):
      "\(path) is in use by another process" + (pid.map { " (pid \($0))" } ?? "")
    case .io(let operation, let path, let code): 
      "\(operation.rawValue) \(path): \(errorText(code))"
    case .damaged(let path, let offset, let reason):
      offset == 0 ? "\(path): \(reason)" : "\(path), byte \(offset): \(reason)"
    case .removed(let path): "\(path) was removed while it was in use: what it had is lost"
    case .notRegular(let path): "\(path) is no regular file"
    case .newerFormat(let path, let version):
      "\(path) has format version \(version), written by a newer Jamboree"
    case .tooLarge(let what, let bytes, let limit): "\(what): \(bytes) bytes, limit \(limit)"
    case .backlogFull(let bytes): "\(bytes) bytes already wait for the disk"
    case .failed(let reason): "saving has failed: \(reason)"
    case .notCovered(let rooms): "not checkpointed yet: \(rooms.count) rooms"
    case .closed: "the store is closed"
    case .noRecording(let room, let path): "\(path) has no recording of the room \(room)"
    case .notAStore(let path, let reason): "\(path.isEmpty ? "''" : path) \(reason)"
    }
  }
}

/// The text of an errno. `strerror_r`, because `strerror` shares one buffer between threads.
func errorText(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  let failed = unsafe strerrorText(code, &buffer, buffer.count)
  if failed { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func strerrorText(
  _ code: Int32, _ buffer: UnsafeMutablePointer<CChar>, _ count: Int
) -> Bool {
  unsafe strerror_r(code, buffer, count) != 0
}
