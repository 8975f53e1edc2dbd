internal import Storage

/// The titles of jams in a settings file: a table with a key for each jam's id.
public enum JamTitles {
  static let table = "titles"

  /// What `check-config --help` says of it.
  public static let help =
    "\(table).ID: What people see in place of the jam's ID, 1 to \(JamRecord.titleCharacters) "
    + "characters. (default: the ID)"

  /// Sets a title, or says what is wrong. Whether there is such a jam is asked at the end.
  static func set(_ config: inout HubConfig, _ entry: ConfigFile.Entry) -> String? {
    let key = ConfigValue.text(entry.path.joined(separator: ".")).quoted
    guard entry.path.count > 1 else {
      return entry.value == .table ? nil : "\(key) must be a table of ids and titles"
    }
    guard entry.path.count == 2, let jam = Slug(entry.path[1]) else {
      return "\(key): behind \"\(table)\" stands a jam's id (1 to 64 of a-z, 0-9, - and _)"
    }
    guard case .text(let text) = entry.value else {
      return "\(key) must be a title, not \(entry.value.quoted)"
    }
    switch ChosenText.checked(text, most: JamRecord.titleCharacters) {
    case .success(let title): config.titles[jam] = title
    case .failure(let fault): return "\(key) \(fault.clause)"
    }
    return nil
  }

  /// The ids that have a title, with the lines where they stand.
  static func ids(in lines: [[String]: Int]) -> [(id: String, line: Int)] {
    lines.filter { $0.key.count == 2 && $0.key[0] == table }.map { ($0.key[1], $0.value) }
  }
}
