internal import Lib0

/// A key of a shape.
enum ShapeField: String {
  case type, x, y, w, h, order, color, text, points, size, author, name, made
  /// A key that this version does not know: kept for later ones, within bounds.
  case unknown

  init(named name: String) { self = ShapeField(rawValue: name) ?? .unknown }

  enum Form {
    case value(ValueRule)
    case text
    case numbers
  }

  var form: Form {
    switch self {
    case .type: .value(.oneOf(["note", "rect", "ellipse", "pen"]))
    case .x, .y: .value(.integer(ShapeLimits.position))
    case .w, .h: .value(.integer(ShapeLimits.extent))
    case .order: .value(.order)
    case .color: .value(.oneOf(ShapeLimits.colors))
    case .size: .value(.integer(ShapeLimits.strokeWidth))
    case .author: .value(.string(bytes: 128))
    case .name: .value(.string(bytes: 256))
    case .made: .value(.integer(0...9_007_199_254_740_991))
    case .text: .text
    case .points: .numbers
    case .unknown: .value(.small(bytes: ShapeLimits.unknownBytes))
    }
  }
}

/// How far the numbers of a shape go. Lengths are in 1/8 px.
enum ShapeLimits {
  static let position = -(1 << 27)...(1 << 27)
  static let extent = 1...(1 << 27)
  static let strokeWidth = 8...512
  /// From one point of a stroke to the next.
  static let step = -(1 << 20)...(1 << 20)
  /// Two a point.
  static let numbers = 40_000
  static let textUnits = 10_000
  static let unknownBytes = 4_096
  static let colors = [
    "yellow", "orange", "red", "pink", "violet", "blue", "teal", "green", "gray", "white", "black",
  ]
}

/// What a single value may be.
enum ValueRule {
  case oneOf([String])
  case integer(ClosedRange<Int>)
  case string(bytes: Int)
  /// A fractional order key.
  case order
  /// Anything, if it is small.
  case small(bytes: Int)

  func allows(_ value: AnyValue) -> Bool {
    switch (self, value) {
    case (.oneOf(let names), .string(let name)): return names.contains(name)
    case (.integer(let range), .number(let number)):
      guard let integer = Int(exactly: number) else { return false }
      return range.contains(integer)
    case (.string(let bytes), .string(let text)): return (1...bytes).contains(text.utf8.count)
    case (.order, .string(let key)): return Self.isOrder(key)
    case (.small(let bytes), _):
      var writer = ByteWriter()
      writer.any(value)
      return writer.bytes.count <= bytes
    default: return false
    }
  }

  /// For "must be …".
  var sentence: String {
    switch self {
    case .oneOf(let names): "one of " + names.joined(separator: ", ")
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .string(let bytes): "a string of 1 to \(bytes) bytes"
    case .order: "1 to 64 of 0-9, A-Z, a-z, the last one not 0"
    case .small(let bytes): "a value of at most \(bytes) bytes"
    }
  }

  /// Without the last rule there would be no key before "0".
  private static func isOrder(_ key: String) -> Bool {
    let bytes = key.utf8
    return (1...64).contains(bytes.count) && bytes.last != UInt8(ascii: "0")
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: false
        }
      }
  }
}
