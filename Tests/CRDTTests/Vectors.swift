import Foundation
import Lib0
import TestSupport
import Testing

@testable import CRDT

/// The golden vectors of Protocol/vectors.
enum Vectors {
  static func bytes(_ name: String, from file: String = #filePath) -> [UInt8] {
    let root = URL(fileURLWithPath: file)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("Protocol/vectors/\(name)")
    guard let data = try? Data(contentsOf: path) else { return [] }
    return [UInt8](data)
  }

  static func json(_ name: String) throws -> AnyValue {
    let bytes = bytes(name)
    return try JSON.parse(bytes.span)
  }

  static func lines(_ name: String) throws -> [AnyValue] {
    try bytes(name).split(separator: 0x0a).map { line in
      let line = Array(line)
      return try JSON.parse(line.span)
    }
  }

  static let cases: [Case] = {
    let all = (try? json("cases.json"))?["cases"]?.arrayValue ?? []
    return all.map(Case.init)
  }()

  static let sessions: [Session] = [
    "fuzz-public.jsonl", "fuzz-public-pending.jsonl", "fuzz-surrogates-yjs-only.jsonl",
  ].flatMap(sessions)

  static let sessionsInV2 = sessions("fuzz-public-v2.jsonl")

  private static func sessions(_ name: String) -> [Session] {
    ((try? lines(name)) ?? []).map { Session(name, $0) }
  }
}

/// One case of cases.json.
struct Case: Sendable, CustomTestStringConvertible {
  let value: AnyValue
  init(_ value: AnyValue) { self.value = value }

  var name: String { value["name"]?.stringValue ?? "?" }
  var testDescription: String { name }
  var updates: [[UInt8]] {
    (value["updates"]?.arrayValue ?? []).compactMap { $0["v1"]?.stringValue }
      .compactMap { TestSupport.bytes(hex: $0) }
  }
  func final(_ key: String) -> [UInt8]? {
    (value["final"]?[key]?.stringValue).flatMap { TestSupport.bytes(hex: $0) }
  }
  /// Cases in which garbage collection was off.
  var collectsGarbage: Bool { !name.hasSuffix("gc-off") }
}

/// One line of a fuzz file.
struct Session: Sendable, CustomTestStringConvertible {
  let file: String
  let value: AnyValue
  init(_ file: String, _ value: AnyValue) {
    self.file = file
    self.value = value
  }

  var testDescription: String { "\(file) \(JSON.text(value["id"] ?? .null))" }
  var updates: [[UInt8]] {
    (value["updates"]?.arrayValue ?? []).compactMap(\.stringValue)
      .compactMap { TestSupport.bytes(hex: $0) }
  }
}

/// Comparing a document with what the vectors say of it.
enum Roots {
  /// Differences between a document and the roots of a vector; empty if there are none.
  static func differences(_ doc: Doc, _ vector: AnyValue, joined: Bool) -> [String] {
    var found: [String] = []
    for root in vector["roots"]?.objectValue?.entries ?? [] {
      let kind = root.value["type"]?.stringValue ?? ""
      let actual = read(doc, root.key, kind, joined: joined)
      for entry in actual.objectValue?.entries ?? [] {
        guard let expected = root.value[entry.key] else { continue }
        let want = text(expected)
        let have = text(entry.value)
        if want != have { found.append("\(root.key).\(entry.key): \(have) instead of \(want)") }
      }
    }
    return found
  }

  static func read(_ doc: Doc, _ name: String, _ kind: String, joined: Bool) -> AnyValue {
    guard let type = doc.root(name) else {
      return .object([
        "value": kind == "map" ? .object(ObjectValue()) : .array([]), "length": .number(0),
        "size": .number(0), "string": .string(""), "delta": .array([]),
        "attributes": .object(ObjectValue()),
      ])
    }
    if kind == "xml" {
      let length = AnyValue.number(Double(doc.length(of: type)))
      return .object(["string": .string(doc.xml(type, as: .xmlFragment)), "length": length])
    }
    let map = doc.json(type, as: .map, .exact)
    let length = AnyValue.number(Double(doc.length(of: type)))
    switch kind {
    case "map":
      let size = Double(doc.keys(of: type).count)
      return .object(["value": join(map, joined), "size": .number(size)])
    case "array":
      return .object(["value": join(doc.json(type, as: .array, .exact), joined), "length": length])
    default:
      let runs = join(.object(["$text": doc.json(type, as: .text, .exact)]), joined)
      return .object([
        "length": length, "string": .string(doc.string(of: type)),
        "delta": runs["$text"] ?? .null, "attributes": map,
      ])
    }
  }

  /// Joins neighbouring runs of equal attributes in every `$text`, as the fuzz files have them.
  private static func join(_ value: AnyValue, _ joined: Bool) -> AnyValue {
    guard joined else { return value }
    switch value {
    case .array(let values): return .array(values.map { join($0, true) })
    case .object(let object):
      return .object(
        ObjectValue(
          object.entries.map { entry in
            var inner = join(entry.value, true)
            if entry.key == "$text", case .array(let runs) = inner {
              inner = .array(joinRuns(runs))
            }
            return .init(key: entry.key, value: inner)
          }))
    default: return value
    }
  }

  private static func joinRuns(_ runs: [AnyValue]) -> [AnyValue] {
    var result: [AnyValue] = []
    for run in runs {
      if let more = run["insert"]?.stringValue, let last = result.last,
        let before = last["insert"]?.stringValue,
        text(last["attributes"] ?? .null) == text(run["attributes"] ?? .null)
      {
        guard case .object(var object) = last else { continue }
        object.set("insert", .string(before + more))
        result[result.count - 1] = .object(object)
      } else {
        result.append(run)
      }
    }
    return result
  }

  /// JSON with sorted keys, and subdocuments by guid only (their other fields are local state).
  static func text(_ value: AnyValue) -> String { JSON.text(sorted(value)) }

  private static func sorted(_ value: AnyValue) -> AnyValue {
    switch value {
    case .array(let values): return .array(values.map(sorted))
    case .object(let object):
      if let guid = object["$doc"]?["guid"] { return .object(["$doc": guid]) }
      let entries = object.entries.sorted {
        $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
      }
      return .object(ObjectValue(entries.map { .init(key: $0.key, value: sorted($0.value)) }))
    default: return value
    }
  }
}
