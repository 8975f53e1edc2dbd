/// The names that a data directory is made of.
enum Layout {
  static let root: Set<String> = [
    "wal", "rooms", "keys", "assets", "damaged", DataLock.name, CleanMarker.name,
  ]

  /// Paths of entries of the data directory that are none of ours.
  static func unexpected(in names: [String], at path: String) -> [String] {
    names.filter { !root.contains($0) }.map { "\(path)/\($0)" }
  }
}
