extension Verifier {
  private static let lost = Damage.Loss.known(
    "titles of rooms, and which links were renewed; the hub does not start with it")

  /// All descriptions of jams.
  mutating func checkJams() throws(StorageError) {
    guard let folder = try folder(Store.jamsFolder, in: root, lost: Self.lost) else { return }
    for name in try folder.names() {
      let path = "\(folder.path)/\(name)"
      guard let file = JamFile.jam(ofFile: name) else {
        report.unexpected.append(path)
        continue
      }
      if file.isTemporary { continue }
      do {
        guard let content = try Store.readJam(name, in: folder) else { continue }
        report.files += 1
        if let fault = decode(.jam, content) {
          report.damage.append(
            Damage(
              file: path, range: 0..<0, reason: "cannot be decoded: \(fault.reason)",
              lost: Self.lost))
        }
      } catch {
        report.files += 1
        try note(error, file: path, size: folder.status(name)?.bytes ?? 0, lost: Self.lost)
      }
    }
  }
}
