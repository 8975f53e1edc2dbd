import CRDT
import Lib0

/// One recorded session: its updates and how the document must look after them.
enum TraceSession {
  enum Outcome {
    case passed
    case failed(String)
  }

  static func replay(_ line: [UInt8]) -> Outcome {
    let session: AnyValue
    do { session = try JSON.parse(line.span) } catch { return .failed("not JSON: \(error)") }
    guard session.objectValue != nil else { return .failed("not an object") }
    guard let recorded = session["updates"]?.arrayValue else {
      return .failed("no list of \"updates\"")
    }
    guard let roots = session["roots"]?.objectValue?.entries else {
      return .failed("no object of \"roots\"")
    }
    if let problem = shapeProblem(session, roots) { return .failed(problem) }
    guard let format = UpdateFormat(rawValue: session["encoding"]?.stringValue ?? "v1") else {
      return .failed("\"encoding\" is neither \"v1\" nor \"v2\"")
    }
    var updates: [Update] = []
    for (index, text) in recorded.enumerated() {
      guard let bytes = text.stringValue.flatMap(unhex) else {
        return .failed("update \(index) is not hex")
      }
      do { updates.append(try format.decode(bytes)) } catch {
        return .failed("update \(index): \(error)")
      }
    }
    for (name, list) in [("as recorded", updates), ("merged", [Update.merging(updates)])] {
      var doc = Doc(clientID: 0)
      for update in list { doc.apply(update) }
      if let problem = difference(doc, session, roots) { return .failed("\(name): \(problem)") }
    }
    return .passed
  }

  /// Why a session could not be checked whole. To pass without a look would be worse than to fail.
  private static func shapeProblem(_ session: AnyValue, _ roots: [ObjectValue.Entry]) -> String? {
    if let clocks = session["state_vector"], clocks.objectValue == nil {
      return "\"state_vector\" is no object"
    }
    if roots.isEmpty, session["state_vector"] == nil { return "nothing to compare with" }
    for root in roots {
      let fields: [String]
      switch root.value["type"]?.stringValue {
      case "text": fields = ["string", "delta", "length"]
      case "array": fields = ["value", "length"]
      case "map": fields = ["value"]
      case "xml": fields = ["string", "length"]
      case let type?: return "\(root.key) has the unknown type \(JSON.text(.string(type)))"
      case nil: return "\(root.key) has no \"type\""
      }
      let recorded = (root.value.objectValue?.entries ?? []).map(\.key).filter { $0 != "type" }
      if recorded.isEmpty { return "\(root.key) has no content to compare with" }
      if let other = recorded.first(where: { !fields.contains($0) }) {
        return "\(root.key).\(other) cannot be compared"
      }
    }
    return nil
  }

  /// The first thing that is not as recorded.
  private static func difference(
    _ doc: Doc, _ session: AnyValue, _ roots: [ObjectValue.Entry]
  ) -> String? {
    if doc.hasPending { return "something is still pending" }
    if let problem = clockDifference(doc, session) { return problem }
    for root in roots {
      if let problem = rootDifference(doc, root.key, root.value) { return problem }
    }
    return nil
  }

  private static func clockDifference(_ doc: Doc, _ session: AnyValue) -> String? {
    guard case .object(let recorded)? = session["state_vector"] else { return nil }
    let keys = recorded.entries.map(\.key)
    for key in keys {
      guard let client = ClientID(key) else { return "'\(key)' is no client id" }
      guard case .number(let expected)? = recorded[key] else {
        return "clock of \(key) is no number"
      }
      let clock = doc.clock(of: client)
      if Double(clock) != expected {
        return "clock of client \(key) is \(clock), not \(JSON.text(.number(expected)))"
      }
    }
    return nil
  }

  private static func rootDifference(
    _ doc: Doc, _ name: String, _ recorded: AnyValue
  ) -> String? {
    let kind = recorded["type"]?.stringValue ?? ""
    for (field, value) in view(doc, name, kind) {
      guard let expected = recorded[field] else { continue }
      let have = JSON.text(canonical(value))
      let want = JSON.text(canonical(expected))
      if have != want { return "\(name).\(field) is \(have), not \(want)" }
    }
    return nil
  }

  private static func view(_ doc: Doc, _ name: String, _ kind: String) -> [(String, AnyValue)] {
    guard let type = doc.root(name) else {
      return [
        ("value", kind == "map" ? .object(ObjectValue()) : .array([])), ("length", .number(0)),
        ("string", .string("")), ("delta", .array([])),
      ]
    }
    let length = AnyValue.number(Double(doc.length(of: type)))
    switch kind {
    case "map": return [("value", doc.json(type, as: .map, .exact))]
    case "array": return [("value", doc.json(type, as: .array, .exact)), ("length", length)]
    case "xml": return [("string", .string(doc.xml(type, as: .xmlFragment))), ("length", length)]
    default:
      let runs = canonical(.object(["$text": doc.json(type, as: .text, .exact)]))
      return [
        ("length", length), ("string", .string(doc.string(of: type))),
        ("delta", runs["$text"] ?? .null),
      ]
    }
  }

  /// Sorted keys, and neighbouring runs of text with equal attributes joined, as traces have them.
  private static func canonical(_ value: AnyValue) -> AnyValue {
    switch value {
    case .array(let values): return .array(values.map(canonical))
    case .object(let object):
      if let guid = object["$doc"]?["guid"] { return .object(["$doc": guid]) }
      let entries = object.entries.map { entry in
        var inner = canonical(entry.value)
        if entry.key == "$text", case .array(let runs) = inner { inner = .array(joined(runs)) }
        return ObjectValue.Entry(key: entry.key, value: inner)
      }
      return .object(
        ObjectValue(entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
    default: return value
    }
  }

  private static func joined(_ runs: [AnyValue]) -> [AnyValue] {
    var result: [AnyValue] = []
    for run in runs {
      if let more = run["insert"]?.stringValue, case .object(var last)? = result.last,
        let text = last["insert"]?.stringValue, last["attributes"] == run["attributes"]
      {
        last.set("insert", .string(text + more))
        result[result.count - 1] = .object(last)
      } else {
        result.append(run)
      }
    }
    return result
  }

  private static func unhex(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for byte in text.utf8 {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x57
      case 0x41...0x46: digit = byte - 0x37
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }
}
