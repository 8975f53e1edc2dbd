import CRDT
import Lib0

/// Values on their way to the page and back: `Clients/web/src/engine/values.ts` is the other end.
///
///     value        0 nothing | 1 Any | 2 kind, number of the type | 3 guid, Any of the options
///     new value    1 Any | 2 kind, name of an element or hook | 3 guid, Any of the options
///     run          value or 4 text, Any of the attributes
///     change       0 retain, count, Any | 1 delete, count | 2 insert, 4 text or new value, Any
///
/// Attributes are an object, or undefined where there are none.
enum Tag {
  static let nothing: UInt8 = 0
  static let any: UInt8 = 1
  static let type: UInt8 = 2
  static let subdocument: UInt8 = 3
  static let text: UInt8 = 4
  static let entries: UInt8 = 5
  static let elements: UInt8 = 6
  static let tooDeep: UInt8 = 7
}

extension Held {
  func write(_ value: SharedValue?, to writer: inout ByteWriter) {
    switch value {
    case nil: writer.byte(Tag.nothing)
    case .value(let value):
      writer.byte(Tag.any)
      writer.any(value)
    case .type(let type, let kind): write(type, kind, to: &writer)
    case .subdocument(let guid, let options):
      writer.byte(Tag.subdocument)
      writer.string(guid)
      writer.any(options)
    }
  }

  private func write(_ type: SharedType, _ kind: SharedTypeKind, to writer: inout ByteWriter) {
    writer.byte(Tag.type)
    writer.byte(kind.number)
    writer.varUInt(Int(number(type)))
  }

  func write(_ run: TextRun, to writer: inout ByteWriter) {
    switch run.content {
    case .text(let text):
      writer.byte(Tag.text)
      writer.string(text)
    case .embed(let value): write(.value(value), to: &writer)
    case .type(let type, let kind): write(type, kind, to: &writer)
    }
    writer.any(run.attributes.isEmpty ? .undefined : .object(run.attributes))
  }
}

extension SharedTypeKind {
  /// As on the wire; 7 for a root whose reader decides.
  var number: UInt8 {
    switch self {
    case .array: 0
    case .map: 1
    case .text: 2
    case .xmlElement: 3
    case .xmlFragment: 4
    case .xmlHook: 5
    case .xmlText: 6
    case .untyped: 7
    }
  }

  init(number: UInt8) {
    switch number {
    case 0: self = .array
    case 1: self = .map
    case 2: self = .text
    case 3: self = .xmlElement
    case 4: self = .xmlFragment
    case 5: self = .xmlHook
    case 6: self = .xmlText
    default: self = .untyped
    }
  }
}

extension ByteReader {
  mutating func newValue() throws(DecodingError) -> NewValue {
    let start = offset
    switch try byte() {
    case Tag.any: return .value(try any())
    case Tag.type: return .type(try newType())
    case Tag.subdocument:
      let guid = try string()
      return .subdocument(Subdocument(guid: guid, options: SubdocumentOptions(try any())))
    default: throw .invalid(offset: start, what: "no new value")
    }
  }

  private mutating func newType() throws(DecodingError) -> NewSharedType {
    let start = offset
    let kind = try byte()
    let name = try string()
    switch SharedTypeKind(number: kind) {
    case .array: return .array
    case .map: return .map
    case .text: return .text
    case .xmlElement: return .xmlElement(name)
    case .xmlFragment: return .xmlFragment
    case .xmlHook: return .xmlHook(name)
    case .xmlText: return .xmlText
    case .untyped: throw .invalid(offset: start, what: "no kind of new type")
    }
  }

  /// New values up to the end.
  mutating func newValues() throws(DecodingError) -> [NewValue] {
    var values: [NewValue] = []
    while remaining > 0 { values.append(try newValue()) }
    return values
  }

  /// Attributes, or nil for undefined.
  mutating func attributes() throws(DecodingError) -> ObjectValue? {
    if case .object(let object) = try any() { return object }
    return nil
  }

  /// Changes of a text up to the end.
  mutating func changes() throws(DecodingError) -> [TextChange] {
    var changes: [TextChange] = []
    while remaining > 0 {
      let start = offset
      switch try byte() {
      case 0:
        let count = try unit()
        changes.append(.retain(count, attributes: try attributes() ?? ObjectValue()))
      case 1: changes.append(.delete(try unit()))
      case 2:
        let content = try content()
        changes.append(.insert(content, attributes: try attributes() ?? ObjectValue()))
      default: throw .invalid(offset: start, what: "no change of a text")
      }
    }
    return changes
  }

  private mutating func content() throws(DecodingError) -> TextChange.Content {
    let start = offset
    switch try byte() {
    case Tag.text: return .text(try string())
    case Tag.any: return .embed(try any())
    case Tag.type: return .type(try newType())
    default: throw .invalid(offset: start, what: "no content of a text")
    }
  }

  /// A count that an index can be.
  private mutating func unit() throws(DecodingError) -> Int {
    let start = offset
    guard let count = Int(exactly: try varUInt()) else {
      throw .integerOutOfRange(offset: start)
    }
    return count
  }
}
