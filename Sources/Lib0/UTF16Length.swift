/// Lengths in UTF-16 code units, the unit of every Yjs clock, of text that is stored as UTF-8.
public enum UTF16Length {
  /// The number of UTF-16 code units of a piece of UTF-8, or `nil` where it is not valid.
  public static func ofUTF8(_ bytes: Span<UInt8>) -> Int? {
    var isASCII = true
    for index in bytes.indices where bytes[index] >= 0x80 {
      isASCII = false
      break
    }
    if isASCII { return bytes.count }
    guard (try? UTF8Span(validating: bytes)) != nil else { return nil }
    return ofValid(bytes)
  }

  /// The same for bytes that are known to be valid.
  public static func ofValid(_ bytes: Span<UInt8>) -> Int {
    var count = 0
    for index in bytes.indices { count += units(atLead: bytes[index]) }
    return count
  }

  /// How many code units the character takes that begins with this byte; 0 for a byte inside one.
  public static func units(atLead byte: UInt8) -> Int {
    byte & 0xc0 == 0x80 ? 0 : (byte >= 0xf0 ? 2 : 1)
  }
}

extension String {
  /// `utf16.count`, without the notes that the standard library makes for indexing such a view.
  public var unitCount: Int { UTF16Length.ofValid(utf8.span) }
}
