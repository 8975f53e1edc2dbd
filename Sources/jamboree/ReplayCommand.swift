import ArgumentParser
import Glibc
import JamClient
import JamServer
import Lib0
import Storage

/// `jamboree replay`: performs a recorded session in a review room.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Perform a recorded session in a review room.",
    discussion: """
      Sends the recorded updates of a room's boards, as they were and in their order, into a room \
      that is there for watching: one that was started for that, or one that does not exist yet \
      (nobody started it by a title, wrote in it, or is in it). A token with --scope replay for \
      that room lets it in; without one it is signed with the key of the data folder, which is \
      good for the hub that runs on it. When all of it is saved, the boards are compared with the \
      recorded ones; the last line is "equal", or the exit code is 1.

      Works beside a hub that runs on the folder, also into another room of the same hub. What is \
      there already is taken as a duplicate, so a replay that broke off can be started again.
      """)

  @Option(help: ArgumentHelp("The data folder with the recording.", valueName: "folder"))
  var from: String

  @Option(help: ArgumentHelp("The recorded room.", valueName: "jam/room"))
  var room: String

  @Option(
    help: ArgumentHelp(
      "Where to: http(s)://host:port/j/jam/room or ws(s)://host:port/yjs/jam/room.",
      valueName: "url"))
  var into: String?

  @Option(help: ArgumentHelp("How much faster than it was.", valueName: "times"))
  var speed = 1.0

  @Option(help: "Only this board. (default: all)")
  var board: String?

  @Option(
    help: ArgumentHelp(
      "Begin here; what came before is sent without pauses.", valueName: "number"))
  var fromSequence: UInt64 = 1

  @Option(help: ArgumentHelp("End here.", valueName: "number"))
  var toSequence: UInt64?

  @Option(
    help: ArgumentHelp(
      "The longest pause of the replay: 500ms, 10s, 2m. (default: as recorded)",
      valueName: "time"))
  var maxGap: String?

  @Option(help: "The token, where the address has none (?token=…).")
  var token: String?

  @Option(
    help: ArgumentHelp(
      "Without a token: sign one with the key of this data folder, the hub's. (default: --from)",
      valueName: "folder"))
  var keyFrom: String?

  @Option(
    help: ArgumentHelp(
      "Trust hubs with this certificate, or by this authority, too; PEM. "
        + "(default: the authority in the folder that signs, keys/ca.crt)",
      valueName: "file"))
  var ca: String?

  @Flag(
    name: .customLong("print"),
    help: "Print the updates as JSON lines instead; bytes in hexadecimal digits.")
  var prints = false

  func validate() throws {
    guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be more than 0") }
    guard fromSequence <= toSequence ?? .max else {
      throw ValidationError("--from-sequence is behind --to-sequence")
    }
    if let board, Slug(board) == nil {
      throw ValidationError("--board must be 1 to 64 of a-z, 0-9, - and _")
    }
    _ = try recordedRoom()
    _ = try longestPause()
    if prints, speed != 1 || maxGap != nil || into != nil {
      throw ValidationError("--print has no use for --into, --speed and --max-gap")
    }
    guard into != nil || prints else {
      throw ValidationError("--into is missing: where to? (Or --print.)")
    }
  }

  func run() throws {
    let recording = try Recording(of: try recordedRoom(), in: from)
    if prints {
      try ReplayPrinter(recording, choice).run()
      return
    }
    let door = try door()
    let source = try ReplaySource(recording, choice)
    for damage in source.damage { Console.complain("damaged: \(damage)") }
    if let loss = source.lossText {
      throw Failure("\(loss): what builds on them cannot be replayed (end before: --to-sequence)")
    }
    guard source.updates > 0 else {
      throw Failure("the recording of \(recording.room) has no update of a board to replay")
    }
    let seconds = Double(max(source.lastTime - source.firstTime, 0)) / 1_000_000
    Console.print(
      "replaying \(counted(source.updates, "update")) of \(counted(source.boards.count, "board")), "
        + "recorded in \(Int(seconds)) s")
    let performance = try ReplayPerformance(source, into: door)
    try performance.run(ReplayPlan(speed: speed, maxGap: try longestPause()))
    Console.print(
      "all \(counted(performance.sent, "update")) saved; sent later than planned by "
        + "\(performance.worstDelay / 1_000) ms at most, \(performance.meanDelay) µs on average")
    try compare(source, door)
  }

  private func compare(_ source: ReplaySource, _ door: ReplayDoor) throws {
    let names = source.boards.keys.sorted()
    let found = try ReplayComparison.fetch(names, from: door)
    var isEqual = true
    for name in names {
      guard let recorded = source.boards[name], let board = found[name] else { continue }
      if let difference = ReplayComparison.difference(recorded: recorded, found: board) {
        Console.complain("board '\(name)': \(difference)")
        isEqual = false
      }
    }
    guard isEqual else { throw ExitCode.failure }
    Console.print("equal")
  }

  private var choice: ReplaySource.Choice {
    .init(board: board, from: fromSequence, through: toSequence ?? .max)
  }

  private func recordedRoom() throws -> RoomID {
    let parts = room.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let jam = Slug(parts[0]), let prototype = Slug(parts[1]) else {
      throw ValidationError(
        "--room must be such as demo/radio: the end of the room's address in a browser")
    }
    return RoomID(jam: jam, prototype: prototype)
  }

  /// In microseconds.
  private func longestPause() throws -> Int64? {
    guard let maxGap else { return nil }
    for (unit, microseconds) in [("ms", 1_000.0), ("s", 1_000_000), ("m", 60_000_000)]
    where maxGap.hasSuffix(unit) {
      guard let count = Double(maxGap.dropLast(unit.count)), count >= 0, count <= 1e6 else { break }
      return Int64(count * microseconds)
    }
    throw ValidationError("--max-gap must be such as 500ms, 10s or 2m")
  }

  private func door() throws -> ReplayDoor {
    guard let into else { throw Failure("--into is missing") }
    let address = try RoomAddress(into)
    let folder = keyFrom ?? from
    guard
      let token = try token ?? address.token ?? ReplayDoor.token(for: address, keyFrom: folder)
    else {
      throw Failure(
        "the data folder \(folder) holds no signing key: name the hub's with --key-from, or give a "
          + "token (\"jamboree token --role bot --scope replay\" makes one)")
    }
    var door = ReplayDoor(address: address, token: token)
    if let ca {
      door.trusted = try TLSFiles.certificates(ca)
    } else if address.isEncrypted {
      door.trusted = ReplayDoor.ownAuthority(in: folder)
    }
    return door
  }
}
