import ArgumentParser
import CRDT
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
      the file, the bytes of it, what is wrong, and what is lost or what the hub takes in its \
      place. Then the exit code is 1. Notes are no damage. A last line on standard output counts \
      what was read.
      """)

  @Argument(help: ArgumentHelp("The data folder.", valueName: "folder"))
  var data: String

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  func run() throws {
    let report = try Store.verify(data, decode: Self.fault)
    if json {
      Console.print(JSON.text(Self.value(report)))
    } else {
      for damage in report.damage { Console.complain(Console.visible("damaged: \(damage)")) }
      for note in report.notes { Console.complain(Console.visible("note: \(note)")) }
      for path in report.unexpected {
        Console.complain(Console.visible("note: \(path): is not the hub's, and not looked at"))
      }
      Console.print(Self.summary(data, report))
    }
    if !report.isClean { throw ExitCode.failure }
  }

  /// Why content cannot be decoded, or `nil` where it can. A snapshot must also stand by itself:
  /// one that waits for something would open incomplete.
  private static func fault(_ content: VerifiedContent, _ bytes: [UInt8]) -> String? {
    switch content {
    case .meta:
      do throws(DecodingError) { _ = try RoomContents.documents(inMeta: bytes) } catch {
        return "\(error)"
      }
      return nil
    case .record(.control): return nil
    case .record, .board, .stage: break
    }
    let update: Update
    do throws(UpdateError) { update = try Update(v1: bytes) } catch { return "\(error)" }
    if case .record = content { return nil }
    var doc = Doc(clientID: 0)
    _ = doc.apply(update)
    return doc.hasPending ? "it refers to content that is not in it" : nil
  }

  private static func summary(_ data: String, _ report: VerifyReport) -> String {
    let read = [
      counted(report.rooms, "room"), counted(report.boards, "board"),
      counted(report.files, "file"), counted(report.records, "record"),
    ].joined(separator: ", ")
    let verdict = report.isClean ? "ok" : "\(counted(report.damage.count, "problem")) found"
    return "\(data): \(verdict) (\(read)\(report.hubIsRunning ? "; a hub is running" : ""))"
  }

  private static func value(_ report: VerifyReport) -> AnyValue {
    .object([
      "clean": .bool(report.isClean), "hubIsRunning": .bool(report.hubIsRunning),
      "rooms": .number(Double(report.rooms)), "boards": .number(Double(report.boards)),
      "files": .number(Double(report.files)), "records": .number(Double(report.records)),
      "damage": .array(
        report.damage.map { damage in
          .object([
            "file": .string(damage.file), "from": .number(Double(damage.range.lowerBound)),
            "to": .number(Double(damage.range.upperBound)), "reason": .string(damage.reason),
            "lost": .string(damage.lost), "instead": .string(damage.instead),
          ])
        }),
      "notes": .array(report.notes.map(AnyValue.string)),
      "unexpected": .array(report.unexpected.map(AnyValue.string)),
    ])
  }
}
