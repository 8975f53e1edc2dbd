import ArgumentParser
import JamServer
import Lib0
import Storage

/// `jamboree inspect`: what a data folder holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List jams, rooms and boards with sizes and last changes.",
    discussion: """
      Works beside a running hub and changes nothing. Sizes are bytes on disk. A last change is \
      the time of the last record, in UTC; where there are no records, that of the file. "(log)" \
      counts records that the room's next checkpoint takes over into its files, and stands for the \
      size of a board that has no file before that.
      """)

  @Argument(help: ArgumentHelp("The data folder.", valueName: "folder"))
  var data: String

  @Flag(help: "Print JSON: sizes in bytes, sequences, times in ISO 8601.")
  var json = false

  func run() throws {
    let rooms = try Store.list(data)
    if json {
      Console.print(json: .array(rooms.map(Self.value)))
    } else {
      for line in Self.table(rooms).lines { Console.print(line) }
      Console.print(Self.summary(rooms))
    }
  }

  private static func table(_ rooms: [RoomListing]) -> TextTable {
    var table = TextTable([
      ("JAM", false), ("ROOM", false), ("BOARD", false), ("SIZE", true), ("EPOCH", true),
      ("SEQUENCE", true), ("LAST CHANGE", false),
    ])
    for room in rooms {
      let id = [room.room.jam.description, room.room.prototype.description]
      for board in room.boards {
        table.add(
          id + [
            board.name, board.isInLogAlone ? "(log)" : ByteCount.text(board.bytes),
            board.epoch.map { "\($0)" } ?? (board.isInLogAlone ? "" : "?"),
            board.sequence.map { "\($0)" } ?? (board.isInLogAlone ? "" : "?"),
            Timestamp.text(microseconds: board.lastChange) ?? "",
          ])
      }
      // In brackets, as no board is: what a room has besides.
      if room.stageBytes > 0 {
        table.add(id + ["(stage)", ByteCount.text(room.stageBytes), "", "", ""])
      }
      if room.logRecords > 0 {
        let time = Timestamp.text(microseconds: room.lastChange) ?? ""
        table.add(id + ["(log)", counted(room.logRecords, "record"), "", "", time])
      }
      table.add(
        id + [
          "(history)", ByteCount.text(room.historyBytes), "", "\(room.sequence)",
          Timestamp.text(microseconds: room.lastChange) ?? "",
        ])
    }
    return table
  }

  private static func summary(_ rooms: [RoomListing]) -> String {
    let boards = rooms.reduce(0) { $0 + $1.boards.count }
    let bytes = rooms.reduce(0) { $0 + $1.bytes }
    let records = rooms.reduce(0) { $0 + $1.logRecords }
    let log = records > 0 ? [counted(records, "record") + " in the log"] : []
    return
      ([
        counted(Set(rooms.map(\.room.jam)).count, "jam"), counted(rooms.count, "room"),
        counted(boards, "board"), ByteCount.text(bytes),
      ] + log).joined(separator: ", ")
  }

  private static func value(_ room: RoomListing) -> AnyValue {
    .object([
      "jam": .string(room.room.jam.description), "room": .string(room.room.prototype.description),
      "bytes": .number(Double(room.bytes)), "stageBytes": .number(Double(room.stageBytes)),
      "historyBytes": .number(Double(room.historyBytes)),
      "sequence": .number(Double(room.sequence)),
      "logRecords": .number(Double(room.logRecords)), "lastChange": time(room.lastChange),
      "boards": .array(
        room.boards.map { board in
          .object([
            "board": .string(board.name), "bytes": .number(Double(board.bytes)),
            "epoch": number(board.epoch), "sequence": number(board.sequence),
            "lastChange": time(board.lastChange),
          ])
        }),
    ])
  }

  private static func number(_ value: UInt64?) -> AnyValue {
    value.map { .number(Double($0)) } ?? .null
  }

  private static func time(_ microseconds: Int64) -> AnyValue {
    Timestamp.text(microseconds: microseconds).map(AnyValue.string) ?? .null
  }
}

extension RoomListing.Board {
  /// A checkpoint has not made its file yet.
  fileprivate var isInLogAlone: Bool { bytes == 0 && epoch == nil }
}

/// `1 board`, `2 boards`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
