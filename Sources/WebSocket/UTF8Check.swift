/// Checks UTF-8 that arrives in pieces, and fails at the first byte that cannot be right
/// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing over U+10FFFF).
struct UTF8Check: Equatable, Sendable {
  /// Continuation bytes still to come.
  private var needed: UInt8 = 0
  /// What the next continuation byte may be; the first one after E0, ED, F0 and F4 is narrower.
  private var lowest: UInt8 = 0x80
  private var highest: UInt8 = 0xbf

  /// Whether the text may end here.
  var isComplete: Bool { needed == 0 }

  /// False where a byte is wrong.
  mutating func accepts(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if needed > 0 {
        guard byte >= lowest, byte <= highest else { return false }
        needed -= 1
        lowest = 0x80
        highest = 0xbf
        continue
      }
      switch byte {
      case 0x00...0x7f: continue
      case 0xc2...0xdf: needed = 1
      case 0xe0...0xef:
        needed = 2
        if byte == 0xe0 { lowest = 0xa0 }
        if byte == 0xed { highest = 0x9f }
      case 0xf0...0xf4:
        needed = 3
        if byte == 0xf0 { lowest = 0x90 }
        if byte == 0xf4 { highest = 0x8f }
      default: return false
      }
    }
    return true
  }
}
