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
      that is there for watching: one that was made as a review room, or in which nobody has ever \
      written. Needs a token with --scope replay for that room, or --key-from to make one. When \
      all of it is saved, the boards are compared with the recorded ones; the last line is \
      "equal", or the exit code is 1.

      Works beside a hub that runs on the folder, also into another room of the same hub. What is \
      there already is taken as a duplicate, so a replay that broke off can be started again.
      """)

  @Option(help: ArgumentHelp("The data folder with the recording.", valueName: "folder"))
  var from: String

  @Option(help: ArgumentHelp("The recorded room.", valueName: "jam/room"))
  var room: String

  @Option(
    help: ArgumentHelp(
      "Where to: ws://host:port/yjs/jam/room or http://host:port/j/jam/room.", valueName: "url"))
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
      "Sign a token with the key of this data folder: the hub's.", valueName: "folder"))
  var keyFrom: String?

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
    guard let into else { throw Failure("--into is missing") }
    let address = try RoomAddress(into)
    let token = try token(for: address)
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
    let performance = try ReplayPerformance(source, into: address, token: token)
    try performance.run(ReplayPlan(speed: speed, maxGap: try longestPause()))
    Console.print(
      "all \(counted(performance.sent, "update")) saved; sent later than planned by "
        + "\(performance.worstDelay / 1_000) ms at most, \(performance.meanDelay) µs on average")
    try compare(source, address, token)
  }

  private func compare(_ source: ReplaySource, _ address: RoomAddress, _ token: String) throws {
    let names = source.boards.keys.sorted()
    let found = try ReplayComparison.fetch(names, from: address, token: token)
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
      throw ValidationError("--room must be such as demo/radio")
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

  private func token(for address: RoomAddress) throws -> String {
    if let token = token ?? address.token { return token }
    guard let keyFrom else {
      throw Failure(
        "a token is missing: \"jamboree token --role bot --scope replay\" makes one for --token, "
          + "or name the hub's data folder with --key-from")
    }
    guard let key = try SigningKey.find(dataDirectory: keyFrom) else {
      throw Failure("the data folder \(keyFrom) holds no signing key")
    }
    let request = TokenRequest(
      subject: "replay", name: "Replay", role: "bot", jam: address.jam, room: address.room,
      scope: "replay", expires: "7d")
    let now = Int64(time(nil))
    return try Tokens.sign(try request.claims(now: now), key: key, now: now)
  }
}
