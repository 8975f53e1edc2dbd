public import Lib0

/// How `Doc.json` writes what JSON has no word for.
public enum JSONNotation: Sendable {
  /// Readable: maps as objects, arrays as arrays, text and XML as strings, bytes as `$bytes`.
  case plain
  /// Exact, as in Protocol/vectors: `$map`, `$array`, `$text` (runs), `$undefined`, `$number`, …
  case exact
}

/// A document as JSON.
extension Doc {
  /// Deeper nesting is written as `{"$deeper": true}`: it is the peer's, and the stack is ours.
  private static var depthLimit: Int { 100 }

  /// A shared type read as a map, an array, a text or XML.
  public func json(
    _ type: SharedType, as kind: SharedTypeKind, _ notation: JSONNotation = .plain
  ) -> AnyValue {
    json(type, kind, notation, depth: Doc.depthLimit)
  }

  /// Keys and sequence of a root nobody has given a type, in the view that fits what is there.
  ///
  /// - Complexity: O(items) where only types are in it.
  public func naturalKind(of type: SharedType) -> SharedTypeKind {
    let known = kind(of: type)
    if known != .untyped { return known }
    let record = types[Int(type.index)]
    guard record.start != .none else { return .map }
    var index = record.start
    // Types stand in arrays, in texts and in XML: what stands beside them tells.
    var ofTypes: SharedTypeKind?
    while index != .none {
      let item = items[Int(index)]
      switch item.kind {
      case ContentKind.string, ContentKind.format, ContentKind.embed: return .text
      case ContentKind.any, ContentKind.json, ContentKind.binary, ContentKind.doc: return .array
      case ContentKind.type where ofTypes == nil && item.type != .none:
        ofTypes = types[Int(item.type)].kind >= TypeKind.xmlElement ? .xmlFragment : .array
      default: break
      }
      index = item.right
    }
    return ofTypes ?? (record.firstKey == .none ? .array : .map)
  }

  private func json(
    _ type: SharedType, _ kind: SharedTypeKind, _ notation: JSONNotation, depth: Int
  ) -> AnyValue {
    guard depth > 0 else { return .object(["$deeper": .bool(true)]) }
    switch kind {
    case .xmlElement, .xmlFragment, .xmlText: return .string(xml(type, as: kind))
    case .map, .xmlHook:
      return .object(
        ObjectValue(
          entries(of: type).map {
            .init(key: $0.key, value: json($0.value, notation, depth: depth - 1))
          }))
    case .text:
      if notation == .plain { return .string(string(of: type)) }
      return .array(runs(of: type).map { json($0, notation, depth: depth - 1) })
    case .array, .untyped:
      return .array(elements(of: type).map { json($0, notation, depth: depth - 1) })
    }
  }

  private func json(_ run: TextRun, _ notation: JSONNotation, depth: Int) -> AnyValue {
    var object = ObjectValue()
    switch run.content {
    case .text(let text): object.set("insert", .string(text))
    case .embed(let value): object.set("insert", json(value, notation))
    case .type(let type, let kind):
      object.set("insert", json(.type(type, kind), notation, depth: depth))
    }
    if !run.attributes.isEmpty {
      object.set("attributes", json(.object(run.attributes), notation))
    }
    return .object(object)
  }

  private func json(_ value: SharedValue, _ notation: JSONNotation, depth: Int) -> AnyValue {
    switch value {
    case .value(let value): return json(value, notation)
    case .subdocument(let guid, let options):
      return .object(["$doc": .object(["guid": .string(guid), "options": options])])
    case .type(let type, let kind):
      let inner = json(type, kind, notation, depth: depth)
      if notation == .plain { return inner }
      switch kind {
      case .map: return .object(["$map": inner])
      case .text: return .object(["$text": inner])
      case .array: return .object(["$array": inner])
      case .xmlHook:
        return .object(["$xmlhook": .object(["name": .string(name(of: type)), "map": inner])])
      default: return .object(["$xml": inner])
      }
    }
  }

  /// Wraps what JSON cannot say. Values came through a reader that bounds their depth.
  private func json(_ value: AnyValue, _ notation: JSONNotation) -> AnyValue {
    switch value {
    case .undefined: return .object(["$undefined": .bool(true)])
    case .bigInt(let value): return .object(["$bigint": .string(String(value))])
    case .bytes(let bytes): return .object(["$bytes": .string(Doc.hex(bytes))])
    case .number(let value) where !value.isFinite:
      return .object(["$number": .string(NumberText.text(value))])
    case .number(let value) where value == 0 && value.sign == .minus:
      return .object(["$number": .string("-0")])
    case .array(let values): return .array(values.map { json($0, notation) })
    case .object(let object):
      return .object(
        ObjectValue(object.entries.map { .init(key: $0.key, value: json($0.value, notation)) }))
    default: return value
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
