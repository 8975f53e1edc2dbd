import ArgumentParser
import CRDT
import JamServer
import Lib0
import Rooms
import Storage

/// `jamboree verify`: reads every byte of a data folder and says whether it is what was written.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every checksum and decode every board.",
    discussion: """
      Works beside a running hub and changes nothing. Every damage is one line on standard error: \
      the file, the bytes of it (the first and the last), what is wrong, what is lost and what \
      the hub takes in its place. Then the exit code is 1. Notes are no damage. A last line on \
      standard output counts what was read.

      With --json each damage has "file"; "from" and "to", its first and last byte, both null \
      where it is the file as a whole; "reason"; "lost", which is "" where nothing is lost and \
      null where nobody can tell; and "instead", "" where nothing is taken in its place.
      """)

  @Argument(help: ArgumentHelp("The data folder.", valueName: "folder"))
  var data: String

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  func run() throws {
    let report = try Store.verify(
      data, decode: Self.fault, documents: { (try? RoomContents.documents(inMeta: $0)) ?? [] })
    if json {
      Console.print(json: Self.value(report))
    } else {
      for damage in report.damage { Console.complain("damaged: \(damage)") }
      for note in report.notes { Console.complain("note: \(note)") }
      for path in report.unexpected {
        Console.complain("note: \(path): is not the hub's, and not looked at")
      }
      Console.print(Self.summary(data, report))
    }
    if !report.isClean { throw ExitCode.failure }
  }

  /// What is wrong with content, or `nil`. A snapshot must also stand by itself.
  private static func fault(_ content: VerifiedContent, _ bytes: [UInt8]) -> VerifiedFault? {
    switch content {
    case .meta:
      do throws(DecodingError) { _ = try RoomContents.documents(inMeta: bytes) } catch {
        return .undecodable("\(error)")
      }
      return nil
    case .jam: return JamRecord.fault(in: bytes).map { .undecodable($0) }
    case .record(.control): return nil
    case .record, .board, .stage: break
    }
    let update: Update
    do throws(UpdateError) { update = try Update(v1: bytes) } catch {
      return .undecodable("\(error)")
    }
    if case .record = content { return nil }
    var doc = Doc(clientID: 0)
    _ = doc.apply(update)
    return WaitingPart(of: doc).map { part in
      .incomplete("\(part.description) for content that is not in it")
    }
  }

  private static func summary(_ data: String, _ report: VerifyReport) -> String {
    let read = [
      counted(report.rooms, "room"), counted(report.boards, "board"),
      counted(report.files, "file"), counted(report.records, "record"),
    ].joined(separator: ", ")
    let verdict = report.isClean ? "ok" : "\(counted(report.damage.count, "problem")) found"
    let beside = report.hubIsRunning ? "; a hub is running" : ""
    return "\(VisibleText.escaped(data)): \(verdict) (\(read)\(beside))"
  }

  private static func value(_ report: VerifyReport) -> AnyValue {
    .object([
      "clean": .bool(report.isClean), "hubIsRunning": .bool(report.hubIsRunning),
      "rooms": .number(Double(report.rooms)), "boards": .number(Double(report.boards)),
      "files": .number(Double(report.files)), "records": .number(Double(report.records)),
      "damage": .array(report.damage.map(value)),
      "notes": .array(report.notes.map(AnyValue.string)),
      "unexpected": .array(report.unexpected.map(AnyValue.string)),
    ])
  }

  private static func value(_ damage: Damage) -> AnyValue {
    let bytes = damage.range.isEmpty ? nil : damage.range
    let lost: AnyValue = switch damage.lost {
    case .nothing: .string("")
    case .unknown: .null
    case .known(let what): .string(what)
    }
    return .object([
      "file": .string(damage.file),
      "from": bytes.map { .number(Double($0.lowerBound)) } ?? .null,
      "to": bytes.map { .number(Double($0.upperBound - 1)) } ?? .null,
      "reason": .string(damage.reason), "lost": lost, "instead": .string(damage.instead),
    ])
  }
}
