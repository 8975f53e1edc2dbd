import ArgumentParser
import Glibc
import JamServer

/// `jamboree token`: prints a signed token, alone on standard output.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Print a token that opens the rooms of a jam.",
    discussion: """
      The token is signed with the key in the data folder (keys/signing.key), which the hub makes \
      at its first start; --create makes it before that. A hub may be running on the folder or \
      not. Whoever has the token is the person it names, until it expires.
      """)

  @Option(help: ArgumentHelp("The data folder of the hub.", valueName: "folder"))
  var data = HubConfig().dataDirectory

  @Option(help: ArgumentHelp("Who: a short stable id of the person or program.", valueName: "name"))
  var sub: String

  @Option(help: "What the others see. (default: the value of --sub)")
  var name: String?

  @Option(help: "What the holder may do: facilitator, participant, viewer or bot.")
  var role: String

  @Option(help: "The jam.")
  var jam: String

  @Option(help: "The one room (prototype) that the token opens. (default: all of the jam)")
  var room: String?

  @Option(help: "What the token is for, where for one thing only: replay (a bot, one room).")
  var scope: String?

  @Option(
    help: ArgumentHelp(
      "How long the token is valid: 45s, 30m, 12h, 2d, or never.", valueName: "time"))
  var expires = "2d"

  @Flag(help: "Make the key, and the data folder, if there is none yet.")
  var create = false

  private var request: TokenRequest {
    TokenRequest(
      subject: sub, name: name, role: role, jam: jam, room: room, scope: scope, expires: expires)
  }

  func validate() throws {
    // What was no UTF-8 has been replaced by now, and would sign for somebody else.
    for (option, text) in [("--sub", sub), ("--name", name ?? "")] where text.contains("\u{FFFD}") {
      throw ValidationError("\(option) is no UTF-8 text")
    }
    do throws(TokenRequestError) { _ = try request.claims(now: Int64(time(nil))) } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() throws {
    let now = Int64(time(nil))
    let claims = try request.claims(now: now)
    let key = try key()
    do throws(TokenError) { Console.print(try Tokens.sign(claims, key: key, now: now)) } catch {
      throw Failure("cannot sign: \(error.reason)")
    }
  }

  /// A key is made on request only: one in the wrong place signs what no hub takes.
  private func key() throws -> [UInt8] {
    if let key = try SigningKey.find(dataDirectory: data) { return key }
    let isThere = unsafe access(data, F_OK) == 0
    guard create else {
      let what = isThere ? "holds no signing key (keys/signing.key)" : "does not exist"
      throw Failure(
        "the data folder \(data) \(what); name the hub's with --data, start the hub once (it "
          + "makes the key), or say --create")
    }
    let key = try SigningKey.load(dataDirectory: data)
    if !isThere { Console.complain("created the folder \(data)") }
    Console.complain("created the signing key \(data)/keys/signing.key")
    return key
  }
}
