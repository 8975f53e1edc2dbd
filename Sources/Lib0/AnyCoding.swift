// Any: one tag byte, counted down from 127, then the payload (lib0 `readAny`, `writeAny`).

enum AnyTag {
  static let undefined: UInt8 = 127
  static let null: UInt8 = 126
  static let integer: UInt8 = 125
  static let float32: UInt8 = 124
  static let float64: UInt8 = 123
  static let bigInt: UInt8 = 122
  static let no: UInt8 = 121
  static let yes: UInt8 = 120
  static let string: UInt8 = 119
  static let object: UInt8 = 118
  static let array: UInt8 = 117
  static let bytes: UInt8 = 116
}

extension ByteReader {
  /// One value.
  ///
  /// - Limits: `maxDepth` arrays and objects inside each other; memory is bounded by the input.
  public mutating func any(maxDepth: Int = 100) throws(DecodingError) -> AnyValue {
    let start = offset
    switch try byte() {
    case AnyTag.undefined: return .undefined
    case AnyTag.null: return .null
    case AnyTag.integer:
      let (magnitude, isNegative) = try signedMagnitude()
      return .number(isNegative ? -Double(magnitude) : Double(magnitude))
    case AnyTag.float32: return .number(Double(Float(bitPattern: try bigEndian32())))
    case AnyTag.float64: return .number(Double(bitPattern: try bigEndian64()))
    case AnyTag.bigInt: return .bigInt(Int64(bitPattern: try bigEndian64()))
    case AnyTag.no: return .bool(false)
    case AnyTag.yes: return .bool(true)
    case AnyTag.string: return .string(try string())
    case AnyTag.object:
      let count = try nestedCount(depth: maxDepth, start: start, bytesEach: 2)
      var entries: [ObjectValue.Entry] = []
      for _ in 0..<count {
        let key = try string()
        entries.append(.init(key: key, value: try any(maxDepth: maxDepth - 1)))
      }
      return .object(ObjectValue(entries))
    case AnyTag.array:
      let count = try nestedCount(depth: maxDepth, start: start, bytesEach: 1)
      var values: [AnyValue] = []
      for _ in 0..<count { values.append(try any(maxDepth: maxDepth - 1)) }
      return .array(values)
    case AnyTag.bytes:
      let payload = try varBytes()
      var copy: [UInt8] = []
      copy.reserveCapacity(payload.count)
      for index in payload.indices { copy.append(payload[index]) }
      return .bytes(copy)
    default: throw .invalid(offset: start, what: "Any tag")
    }
  }

  /// Checks one value and steps over it, without building it.
  public mutating func skipAny(maxDepth: Int = 100) throws(DecodingError) {
    let start = offset
    switch try byte() {
    case AnyTag.undefined, AnyTag.null, AnyTag.no, AnyTag.yes: return
    case AnyTag.integer: _ = try signedMagnitude()
    case AnyTag.float32: _ = try take(4)
    case AnyTag.float64, AnyTag.bigInt: _ = try take(8)
    case AnyTag.string: _ = try skipString()
    case AnyTag.bytes: _ = try varBytes()
    case AnyTag.object:
      let count = try nestedCount(depth: maxDepth, start: start, bytesEach: 2)
      for _ in 0..<count {
        if try skipString() == 9, endsWithPrototype { sawPrototype = true }
        try skipAny(maxDepth: maxDepth - 1)
      }
    case AnyTag.array:
      let count = try nestedCount(depth: maxDepth, start: start, bytesEach: 1)
      for _ in 0..<count { try skipAny(maxDepth: maxDepth - 1) }
    default: throw .invalid(offset: start, what: "Any tag")
    }
  }

  /// Whether the key that was just read is `__proto__`, and what follows can be a prototype.
  private var endsWithPrototype: Bool {
    guard offset >= 9, remaining > 0, AnyTag.bytes...AnyTag.object ~= bytes[offset] else {
      return false
    }
    var index = offset - 9
    for byte in "__proto__".utf8 {
      if bytes[index] != byte { return false }
      index += 1
    }
    return true
  }

  private mutating func nestedCount(
    depth: Int, start: Int, bytesEach: Int
  ) throws(DecodingError) -> Int {
    guard depth > 0 else { throw .tooDeep(offset: start) }
    let count = try varUInt()
    guard count <= UInt64(remaining / bytesEach) else {
      throw .truncated(offset: start, needed: 1)
    }
    return Int(count)
  }
}

extension ByteWriter {
  /// One value, with the tag that JavaScript's writer would choose for it.
  public mutating func any(_ value: AnyValue) {
    switch value {
    case .undefined: byte(AnyTag.undefined)
    case .null: byte(AnyTag.null)
    case .bool(let value): byte(value ? AnyTag.yes : AnyTag.no)
    case .number(let value): number(value)
    case .bigInt(let value):
      byte(AnyTag.bigInt)
      bigEndian64(UInt64(bitPattern: value))
    case .string(let value):
      byte(AnyTag.string)
      string(value)
    case .bytes(let value):
      byte(AnyTag.bytes)
      varBytes(value)
    case .array(let values):
      byte(AnyTag.array)
      varUInt(values.count)
      for value in values { any(value) }
    case .object(let object):
      byte(AnyTag.object)
      varUInt(object.count)
      for entry in object.entries {
        string(entry.key)
        any(entry.value)
      }
    }
  }

  /// Integers up to 2^31-1 as such, then the shortest float that is exact. NaN equals nothing, so
  /// it fails the float32 test and travels as float64.
  private mutating func number(_ value: Double) {
    if value.magnitude <= 2_147_483_647, Double(Int64(value)) == value {
      byte(AnyTag.integer)
      signedMagnitude(UInt64(value.magnitude), isNegative: value.sign == .minus)
    } else if Double(Float(value)) == value {
      byte(AnyTag.float32)
      bigEndian32(Float(value).bitPattern)
    } else {
      byte(AnyTag.float64)
      bigEndian64(value.isNaN ? 0x7ff8_0000_0000_0000 : value.bitPattern)
    }
  }
}
