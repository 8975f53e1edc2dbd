import Glibc

/// The names that a data directory is made of.
enum Layout {
  static let root: Set<String> = [
    "wal", "rooms", "keys", "jams", "assets", "damaged", DataLock.name, CleanMarker.name,
    CleanMarker.temporary,
  ]

  /// What a hub, or `jamboree token`, makes: a folder with none of these is no data folder.
  static let marks = ["wal", "rooms", "keys"]

  /// In `keys`: the certificate authority that a hub made for itself, and its certificate by that.
  /// No board hangs on them, and the hub looks at them whenever it starts: nothing to verify.
  static let tlsKeys = Set(["ca.pem", "ca.crt", "tls.pem"].flatMap { [$0, $0 + ".tmp"] })

  /// Paths of entries of the data directory that are none of ours.
  static func unexpected(in names: [String], at path: String) -> [String] {
    names.filter { !root.contains($0) }.map { "\(path)/\($0)" }
  }
}

extension Directory {
  /// Opens a data directory to read it.
  ///
  /// - Throws: `io`; `notAStore` for a folder that no hub has made anything in.
  static func openStore(_ path: String) throws(StorageError) -> Directory {
    let root = try openRoot(path)
    guard Layout.marks.contains(where: { root.status($0) != nil }) else {
      throw .notAStore(
        path: path, reason: "is no data folder: it has no rooms, no log and no key")
    }
    return root
  }

  /// Opens the data directory itself, made if `create` is set.
  ///
  /// - Throws: `io`; `notAStore` where there is something else, or nothing.
  static func openRoot(
    _ path: String, create: Bool = false, fault: DiskFault? = nil
  ) throws(StorageError) -> Directory {
    do { return try open(path, create: create, fault: fault) } catch {
      var info = stat()
      guard case .io(.open, _, let code) = error else { throw error }
      guard unsafe lstat(path, &info) == 0 else {
        throw code == ENOENT ? .notAStore(path: path, reason: "does not exist") : error
      }
      switch info.st_mode & S_IFMT {
      case S_IFDIR: throw error
      case S_IFLNK:
        throw .notAStore(
          path: path, reason: "is a symbolic link: name the folder that it leads to")
      default: throw .notAStore(path: path, reason: "is no folder")
      }
    }
  }
}
