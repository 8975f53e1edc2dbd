import CRDT
import Lib0

/// Values of a session's lines: JSON, with wrappers of one key for what JSON lacks.
enum SessionValue {
  /// A value that is kept in a document.
  static func plain(_ json: AnyValue) throws(SessionError) -> AnyValue {
    switch json {
    case .array(let values):
      var result: [AnyValue] = []
      for value in values { result.append(try plain(value)) }
      return .array(result)
    case .object(let object):
      if object.count == 1, let wrapped = try unwrapped(object.entries[0]) { return wrapped }
      var entries: [ObjectValue.Entry] = []
      for entry in object.entries {
        entries.append(.init(key: entry.key, value: try plain(entry.value)))
      }
      return .object(ObjectValue(entries))
    default: return json
    }
  }

  private static func unwrapped(_ entry: ObjectValue.Entry) throws(SessionError) -> AnyValue? {
    let text = entry.value.stringValue
    switch entry.key {
    case "$undefined": return .undefined
    case "$bigint":
      guard let number = text.flatMap({ Int64($0) }) else { throw .notA("$bigint") }
      return .bigInt(number)
    case "$bytes": return .bytes(try bytes(entry.value))
    case "$number":
      switch text {
      case "NaN": return .number(.nan)
      case "Infinity": return .number(.infinity)
      case "-Infinity": return .number(-.infinity)
      case "-0": return .number(-0.0)
      default: throw .notA("$number")
      }
    default: return nil
    }
  }

  /// A value, a new type or a subdocument.
  static func new(_ json: AnyValue) throws(SessionError) -> NewValue {
    if let name = json["$new"] { return .type(try type(name, json["name"]?.stringValue ?? "")) }
    if let document = json["$doc"] {
      guard let guid = document["guid"]?.stringValue else { throw .notA("$doc") }
      return .subdocument(Subdocument(guid: guid, options: SubdocumentOptions(document)))
    }
    return .value(try plain(json))
  }

  private static func type(
    _ json: AnyValue, _ name: String
  ) throws(SessionError) -> NewSharedType {
    switch json.stringValue {
    case "array": .array
    case "map": .map
    case "text": .text
    case "xmlFragment": .xmlFragment
    case "xmlText": .xmlText
    case "xmlElement": .xmlElement(name)
    case "xmlHook": .xmlHook(name)
    default: throw .notA("$new")
    }
  }

  /// Attributes of a text; nil where none are given.
  static func attributes(_ json: AnyValue?) throws(SessionError) -> ObjectValue? {
    guard let json else { return nil }
    guard case .object(let object) = try plain(json) else { throw .notA("attributes") }
    return object
  }

  static func bytes(_ json: AnyValue) throws(SessionError) -> [UInt8] {
    guard let text = json.stringValue, text.utf8.count % 2 == 0 else { throw .notA("hex") }
    var bytes: [UInt8] = []
    var high: UInt8?
    for byte in text.utf8 {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw .notA("hex") }
      if let first = high {
        bytes.append(first << 4 | UInt8(digit))
        high = nil
      } else {
        high = UInt8(digit)
      }
    }
    return bytes
  }

  static func hex(_ bytes: [UInt8]) -> AnyValue {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return .string(String(decoding: text, as: UTF8.self))
  }
}

/// Why a line of a session was not done.
enum SessionError: Error, CustomStringConvertible {
  /// A value is missing, or is not what this place takes.
  case notA(String)
  case unknown(String)
  /// There is no type at this path.
  case noType(String)
  case edit(EditError)
  case undecodable(String)

  /// Errors of steps are ours or the engine's.
  init(_ error: any Error) {
    switch error {
    case let error as SessionError: self = error
    case let error as EditError: self = .edit(error)
    default: self = .undecodable("\(error)")
    }
  }

  var description: String {
    switch self {
    case .notA(let what): "no \(what), or not a valid one"
    case .unknown(let what): "unknown: \(what)"
    case .noType(let path): "no shared type at \(path)"
    case .edit(.outOfBounds(let index, let length)): "index \(index) is beyond the end, \(length)"
    case .edit(.notAnElement): "this type has no attributes"
    case .edit(.notAChild): "no child of this type"
    case .edit(.gone): "this type is deleted"
    case .undecodable(let reason): reason
    }
  }
}
