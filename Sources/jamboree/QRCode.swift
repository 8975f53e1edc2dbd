import CQRencode

/// A text as a QR code (ISO/IEC 18004), for a phone that looks at the terminal.
struct QRCode: Equatable {
  /// Modules on a side: 21, 25, … 177.
  let side: Int
  /// Row by row.
  private let dark: [Bool]

  /// Nil for a text that is too long for one (about 2,900 bytes). 15 % of it may be unreadable.
  init?(_ text: String) {
    guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { unsafe QRcode_free(code) }
    let width = unsafe Int(code.pointee.width)
    guard let data = unsafe code.pointee.data, width > 0 else { return nil }
    side = width
    // The lowest bit of each byte is the module's colour.
    dark = unsafe UnsafeBufferPointer(start: data, count: width * width).map { $0 & 1 == 1 }
  }

  /// What is around the code is light, as far as anybody looks.
  func isDark(_ column: Int, _ row: Int) -> Bool {
    (0..<side).contains(column) && (0..<side).contains(row) && dark[row * side + column]
  }

  /// Two rows of modules a line, in half blocks, with the light border that readers need.
  ///
  /// The blocks are the light modules, and white on black is asked for, so that it is a code and
  /// not its negative in terminals of any colour.
  func lines(border: Int = 4) -> [String] {
    let range = -border..<side + border
    return stride(from: range.lowerBound, to: range.upperBound, by: 2).map { row in
      let blocks = range.map { column in
        let below = row + 1 < range.upperBound && !isDark(column, row + 1)
        return switch (!isDark(column, row), below) {
        case (true, true): "\u{2588}"
        case (true, false): "\u{2580}"
        case (false, true): "\u{2584}"
        case (false, false): " "
        }
      }
      return "\u{1b}[97;40m\(blocks.joined())\u{1b}[0m"
    }
  }
}
