import Lib0

/// XML types as Yjs writes them: `toString()` of `YXmlFragment`, `YXmlElement` and `YXmlText`.
///
/// Names of elements are in lower case, attributes by name, and nothing is escaped: it is for
/// people and for comparing, not for a parser.
extension Doc {
  /// Elements further inside are left out, as a comment says: nesting is the peer's, and the stack
  /// is ours.
  private static var depthLimit: Int { 100 }

  /// A shared type read as XML: `.xmlElement`, `.xmlText`, or else a fragment.
  public func xml(_ type: SharedType, as kind: SharedTypeKind) -> String {
    var out = ""
    write(type, kind, to: &out, depth: Doc.depthLimit)
    return out
  }

  /// The name of an element or a hook; empty for every other type.
  public func name(of type: SharedType) -> String {
    let holder = types[Int(type.index)].holder
    guard holder != .none, !items[Int(holder)].isGC else { return "" }
    var reader = ByteReader(content.span.extracting(items[Int(holder)].contentRange))
    do {
      _ = try reader.varUInt()
      return reader.remaining > 0 ? try reader.string() : ""
    } catch { return "" }
  }

  private func write(_ type: SharedType, _ kind: SharedTypeKind, to out: inout String, depth: Int) {
    guard depth > 0 else {
      out += "<!-- deeper -->"
      return
    }
    switch kind {
    case .xmlElement:
      let name = name(of: type).lowercased()
      out += "<\(name)"
      for entry in Doc.sorted(entries(of: type).map { ($0.key, script($0.value, depth)) }) {
        out += " \(entry.key)=\"\(entry.value)\""
      }
      out += ">"
      for element in elements(of: type) { out += script(element, depth) }
      out += "</\(name)>"
    case .xmlText: write(runs(of: type), to: &out, depth: depth)
    default: for element in elements(of: type) { out += script(element, depth) }
    }
  }

  /// Each attribute of a run is an element around it, and what an attribute's value holds are that
  /// one's attributes.
  private func write(_ runs: [TextRun], to out: inout String, depth: Int) {
    for run in runs {
      let nodes = run.attributes.entries.sorted { Doc.precedes($0.key, $1.key) }
      for node in nodes {
        out += "<\(node.key)"
        for entry in Doc.sorted(Doc.parts(of: node.value)) {
          out += " \(entry.key)=\"\(entry.value)\""
        }
        out += ">"
      }
      switch run.content {
      case .text(let text): out += text
      case .embed(let value): out += value.scriptText
      case .type(let type, let kind): out += script(.type(type, kind), depth)
      }
      for node in nodes.reversed() { out += "</\(node.key)>" }
    }
  }

  /// What a loop over a value's keys finds in JavaScript.
  private static func parts(of value: AnyValue) -> [(String, String)] {
    switch value {
    case .object(let object): object.entries.map { ($0.key, $0.value.scriptText) }
    case .array(let values): values.enumerated().map { (String($0.offset), $0.element.scriptText) }
    case .string(let text): text.enumerated().map { (String($0.offset), String($0.element)) }
    default: []
    }
  }

  /// `String(value)` of JavaScript.
  private func script(_ value: SharedValue, _ depth: Int) -> String {
    switch value {
    case .value(let value): return value.scriptText
    case .subdocument: return "[object Object]"
    case .type(let type, let kind):
      switch kind {
      case .xmlElement, .xmlFragment, .xmlText:
        var out = ""
        write(type, kind, to: &out, depth: depth - 1)
        return out
      case .text: return string(of: type)
      case .array, .map, .xmlHook, .untyped: return "[object Object]"
      }
    }
  }

  private static func sorted(
    _ entries: [(String, String)]
  ) -> [(key: String, value: String)] {
    entries.map { (key: $0.0, value: $0.1) }.sorted { precedes($0.key, $1.key) }
  }

  /// As JavaScript compares strings: by code units of UTF-16.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf16.lexicographicallyPrecedes(right.utf16)
  }
}

extension AnyValue {
  /// `String(value)` of JavaScript.
  fileprivate var scriptText: String {
    switch self {
    case .undefined: "undefined"
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): NumberText.text(value)
    case .bigInt(let value): String(value)
    case .string(let value): value
    case .bytes(let bytes): bytes.map { String($0) }.joined(separator: ",")
    case .array(let values):
      values.map { $0 == .undefined || $0 == .null ? "" : $0.scriptText }.joined(separator: ",")
    case .object: "[object Object]"
    }
  }
}
