import Glibc

/// Rows of text with aligned columns, two spaces apart.
struct TextTable {
  private let columns: [(title: String, isNumber: Bool)]
  private var rows: [[String]] = []

  /// Numbers align to the right.
  init(_ columns: [(title: String, isNumber: Bool)]) { self.columns = columns }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count)
    rows.append(cells)
  }

  var lines: [String] {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { cells in
      let padded = cells.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].isNumber ? space + cells[column] : cells[column] + space
      }
      var line = padded.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}

/// Points in time as people and programs read them.
enum Timestamp {
  /// ISO 8601, UTC, to the second: `2026-11-22T12:35:14Z`; `nil` for 0, which stands for never.
  static func text(microseconds: Int64) -> String? {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = unsafe tm()
    guard microseconds > 0, unsafe gmtime_r(&seconds, &parts) != nil else { return nil }
    var text = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
