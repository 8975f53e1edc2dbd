import Lib0

/// What a struct holds, by its number on the wire (Yjs `contentRefs`; 0 and 10 are no items).
enum ContentKind {
  static let gc: UInt8 = 0
  static let deleted: UInt8 = 1
  static let json: UInt8 = 2
  static let binary: UInt8 = 3
  static let string: UInt8 = 4
  static let embed: UInt8 = 5
  static let format: UInt8 = 6
  static let type: UInt8 = 7
  static let any: UInt8 = 8
  static let doc: UInt8 = 9
  static let skip: UInt8 = 10

  /// Whether content of this kind counts for the length of its list.
  static func isCountable(_ kind: UInt8) -> Bool { kind != deleted && kind != format && kind != gc }

  /// Whether two neighbours of this kind can become one.
  static func isMergeable(_ kind: UInt8) -> Bool {
    kind == string || kind == any || kind == deleted || kind == json
  }
}

/// Bits of a struct's first byte.
enum InfoBit {
  static let kind: UInt8 = 0x1f
  static let key: UInt8 = 0x20
  static let rightOrigin: UInt8 = 0x40
  static let origin: UInt8 = 0x80
}

/// Where a piece of stored content is cut.
struct ContentCut {
  /// Bytes before the cut.
  var byteOffset: Int
  /// The cut goes through a surrogate pair: `byteOffset` is after the whole character, and each
  /// side gets U+FFFD for its half (Yjs `ContentString.splice`).
  var splitsPair: Bool

  static let replacement: [UInt8] = [0xef, 0xbf, 0xbd]

  /// Finds where `units` clock units of the content end. The bytes were checked when decoded.
  static func find(_ kind: UInt8, _ bytes: Span<UInt8>, units: Int, of length: Int) -> ContentCut {
    switch kind {
    case ContentKind.string:
      if bytes.count == length { return ContentCut(byteOffset: units, splitsPair: false) }
      return inText(bytes, units: units)
    case ContentKind.any, ContentKind.json:
      var reader = ByteReader(bytes)
      for _ in 0..<units {
        do {
          if kind == ContentKind.any { try reader.skipAny() } else { _ = try reader.varBytes() }
        } catch {
          preconditionFailure("stored content was checked when it came in")
        }
      }
      return ContentCut(byteOffset: reader.offset, splitsPair: false)
    default: return ContentCut(byteOffset: 0, splitsPair: false)
    }
  }

  private static func inText(_ bytes: Span<UInt8>, units: Int) -> ContentCut {
    var left = units
    var offset = 0
    while left > 0 {
      let byte = bytes[offset]
      let width = byte < 0x80 ? 1 : (byte < 0xe0 ? 2 : (byte < 0xf0 ? 3 : 4))
      offset += width
      left -= width == 4 ? 2 : 1
    }
    return ContentCut(byteOffset: offset, splitsPair: left < 0)
  }
}
