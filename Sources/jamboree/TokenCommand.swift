import ArgumentParser
import Glibc
import JamServer

/// `jamboree token`: prints a signed token, alone on standard output.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Print a token that opens the rooms of a jam.",
    discussion: """
      The token is signed with the key in the data folder (keys/signing.key), which is made if \
      there is none. A hub may be running on the folder or not. Whoever has the token is the \
      person it names, until it expires.
      """)

  @Option(help: "The data folder of the hub.")
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

  @Option(
    help: ArgumentHelp(
      "How long the token is valid: 45s, 30m, 12h, 2d, or never.", valueName: "time"))
  var expires = "2d"

  private var request: TokenRequest {
    TokenRequest(subject: sub, name: name, role: role, jam: jam, room: room, expires: expires)
  }

  func validate() throws {
    do throws(TokenRequestError) { _ = try request.claims(now: Int64(time(nil))) } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() throws {
    let now = Int64(time(nil))
    let claims = try request.claims(now: now)
    let key = try SigningKey.load(dataDirectory: data)
    do throws(TokenError) { Console.print(try Tokens.sign(claims, key: key, now: now)) } catch {
      throw Failure("cannot sign: \(error.reason)")
    }
  }
}
