import Foundation
import Lib0
import TestSupport
import Testing

@testable import CRDT

/// The same remote updates here and in real Yjs: the same is reported.
@Suite("Observation as in Yjs", .enabled(if: Node.isThere))
struct ReportedByYjsTests {
  @Test(arguments: [0, 50, 100, 150])
  func remoteUpdatesAreReportedAsByYjs(first: Int) throws {
    let sessions = try Node.lines("observe.js", [String(first), "50"])
    #expect(sessions.count == 50)
    var compared = 0
    var contradictions = 0
    for session in sessions {
      var doc = Doc(clientID: 99)
      doc.isObserved = true
      for (number, step) in (session["steps"]?.arrayValue ?? []).enumerated() {
        let update = try #require(step["update"]?.stringValue.flatMap { bytes(hex: $0) })
        let before = ShownTree(doc, ["t", "a", "m", "x"])
        let applied = doc.apply(try Update(v1: update))
        var expected = Reported.effects(step["events"]?.arrayValue ?? [], before, doc)
        var reported = Reported.effects(applied.changes.map(Reported.json), before, doc)
        // Yjs 13.5 is sometimes wrong about formats: its delta does not lead to the text, or it
        // has none.
        let isMute = { (path: String) in
          expected[path] == nil && reported[path]?.contains(Reported.onlyFormats) == true
        }
        for path in Set(expected.keys).union(reported.keys)
        where expected[path]?.contains(Reported.contradiction) == true || isMute(path) {
          expected[path] = nil
          reported[path] = nil
          contradictions += 1
        }
        let seed = session["seed"]?.numberValue ?? 0
        #expect(reported == expected, "seed \(seed), step \(number)")
        if reported != expected { return }
        compared += reported.count
      }
    }
    #expect(compared > 1000)
    #expect(contradictions < 15)
  }
}

/// Node with Debian's Yjs.
enum Node {
  private static let modules = "/usr/share/nodejs"
  private static let command = "/usr/bin/node"

  static var isThere: Bool {
    FileManager.default.isExecutableFile(atPath: command)
      && FileManager.default.fileExists(atPath: modules + "/yjs")
  }

  /// What a driver of Tests/Interop prints, line by line.
  static func lines(_ driver: String, _ given: [String]) throws -> [AnyValue] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = [tests.appendingPathComponent("Interop/drivers/\(driver)").path] + given
    process.environment = ProcessInfo.processInfo.environment
      .merging(["NODE_PATH": modules]) { own, _ in own }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try [UInt8](data).split(separator: 0x0a).map { line in
      let line = Array(line)
      return try JSON.parse(line.span)
    }
  }
}

/// Reports in one notation, whoever made them.
enum Reported {
  static func text(_ change: TypeChange) -> String { JSON.text(.array(change.delta.map(json))) }

  static func json(_ change: TypeChange) -> AnyValue {
    .object([
      "root": .string(change.root),
      "path": .array(
        change.path.map { step in
          switch step {
          case .key(let key): .string(key)
          case .index(let index): .number(Double(index))
          }
        }),
      "keys": .array(change.keys.map(json)),
      "delta": .array(change.delta.map(json)),
    ])
  }

  private static func json(_ change: KeyChange) -> AnyValue {
    switch change.action {
    case .added: .object(["key": .string(change.key), "action": .string("add")])
    case .updated(let old):
      .object(["key": .string(change.key), "action": .string("update"), "old": json(old)])
    case .deleted(let old):
      .object(["key": .string(change.key), "action": .string("delete"), "old": json(old)])
    }
  }

  private static func json(_ operation: DeltaOperation) -> AnyValue {
    switch operation {
    case .delete(let count): return .object(["delete": .number(Double(count))])
    case .retain(let count, let attributes):
      return json(.of(["retain": .number(Double(count))]), attributes)
    case .insert(.text(let text), let attributes):
      return json(.of(["insert": .string(text)]), attributes)
    case .insert(.elements(let values), let attributes):
      return json(.of(["insert": .array(values.map(json))]), attributes)
    }
  }

  private static func json(_ operation: ObjectValue, _ attributes: ObjectValue) -> AnyValue {
    if attributes.isEmpty { return .object(operation) }
    var operation = operation
    operation.set("attributes", .object(attributes))
    return .object(operation)
  }

  private static func json(_ value: SharedValue) -> AnyValue {
    switch value {
    case .value(let value): return value
    case .subdocument(let guid, _): return .object(["$doc": .string(guid)])
    case .type(_, let kind):
      let names: [SharedTypeKind: String] = [
        .map: "YMap", .array: "YArray", .text: "YText", .xmlElement: "YXmlElement",
        .xmlText: "YXmlText", .xmlFragment: "YXmlFragment",
      ]
      return .object(["$type": .string(names[kind] ?? "?")])
    }
  }

  static let contradiction = "does not lead there"
  static let onlyFormats = "only formats"

  /// What reports say of each type, unit by unit, and without what they say about attributes that
  /// are in force already. (Yjs does, and it also reports marks that it deletes as idle.)
  static func effects(
    _ reports: [AnyValue], _ before: ShownTree, _ doc: Doc
  ) -> [String: String] {
    let after = ShownTree(doc, ["t", "a", "m", "x"])
    var nodes: [SharedType: [ShownTree.Unit]] = [:]
    var result: [String: String] = [:]
    for report in reports {
      let path = Roots.text(report["root"] ?? .null) + Roots.text(report["path"] ?? .null)
      guard let target = target(report, doc) else {
        result[path] = "nowhere"
        continue
      }
      var units = nodes[target] ?? before.nodes[target]?.units ?? []
      let delta = effect(report["delta"]?.arrayValue ?? [], on: &units)
      nodes[target] = units
      let keys = (report["keys"]?.arrayValue ?? []).map(Roots.text).sorted()
      if !keys.isEmpty || !delta.isEmpty { result[path, default: ""] += "\(keys) \(delta)" }
      if keys.isEmpty, !delta.isEmpty, delta.allSatisfy({ $0.hasPrefix("keep") }) {
        result[path, default: ""] += onlyFormats
      }
      let isRight = units.map(\.attributes) == after.nodes[target]?.units.map(\.attributes)
      if !isRight, !delta.isEmpty { result[path, default: ""] += contradiction }
    }
    return result
  }

  private static func effect(
    _ delta: [AnyValue], on units: inout [ShownTree.Unit]
  ) -> [String] {
    var result: [String] = []
    var place = 0
    for operation in delta {
      let attributes = (operation["attributes"]?.objectValue ?? ObjectValue()).entries
      if let count = operation["retain"]?.numberValue {
        for index in place..<min(place + Int(count), units.count) {
          var said: [String] = []
          for entry in attributes {
            let value = entry.value == .null ? nil : Roots.text(entry.value)
            if units[index].attributes[entry.key] == value { continue }
            units[index].attributes[entry.key] = value
            said.append("\(entry.key): \(value ?? "no more")")
          }
          result.append("keep \(said.sorted())")
        }
        place += Int(count)
      } else if let count = operation["delete"]?.numberValue {
        units.removeSubrange(min(place, units.count)..<min(place + Int(count), units.count))
        result += Array(repeating: "delete", count: Int(count))
      } else if let inserted = operation["insert"] {
        var new = ShownTree.Unit(value: "new")
        for entry in attributes { new.attributes[entry.key] = Roots.text(entry.value) }
        let values =
          inserted.arrayValue?.map(Roots.text)
          ?? (inserted.stringValue ?? "").utf16.map { "'\($0)" }
        units.insert(contentsOf: values.map { _ in new }, at: min(place, units.count))
        place += values.count
        result += values.map { "insert \($0) \(new.attributes.sorted { $0.key < $1.key })" }
      }
    }
    while result.last == "keep []" { result.removeLast() }
    return result
  }

  private static func target(_ report: AnyValue, _ doc: Doc) -> SharedType? {
    var type = doc.root(report["root"]?.stringValue ?? "")
    for step in report["path"]?.arrayValue ?? [] {
      guard let holder = type else { return nil }
      let value: SharedValue? =
        if let key = step.stringValue {
          doc.value(of: holder, key: key)
        } else {
          ShownTree.element(doc, holder, Int(step.numberValue ?? 0))
        }
      guard case .type(let inner, _) = value else { return nil }
      type = inner
    }
    return type
  }
}
