import ArgumentParser
import Glibc
import JamServer
import Logging
import Rooms
import Storage

/// Runs the hub with these settings until a signal ends it.
func runHub(_ settings: HubConfig) throws {
  LoggingSystem.bootstrap { label in
    var handler = StreamLogHandler.standardError(label: label)
    handler.logLevel = settings.logLevel
    return handler
  }
  do throws(HubError) {
    let isSaved = try Hub.run(settings, logger: Logger(label: "jamboree")) {
      (port) throws(HubError) in
      guard settings.printsLinks else { return }
      for jam in settings.jams { try printLinks(to: jam, settings, port: port) }
    }
    if !isSaved { throw HubError("not everything could be saved; the log has it") }
  } catch { throw Failure(error.description) }
}

/// What to connect to, ready to paste.
private func printLinks(
  to jam: Slug, _ settings: HubConfig, port: Int
) throws(HubError) {
  let bases = LocalAddresses.reaching(settings.bindAddress).map { address in
    "ws://\(HubConfig.urlHost(address)):\(port)/yjs/\(jam)"
  }
  Console.announce(
    "\nJam \(jam). Rooms begin to exist when somebody writes; links hold for two days.")
  guard let base = bases.first else { return }
  // As it was called: a fresh build is on nobody's PATH.
  let program = CommandLine.arguments.first ?? "jamboree"
  let roles = [Role.participant, .facilitator, .viewer]
  let tokens = try roles.map { (role) throws(HubError) in try linkToken(role, jam, settings) }
  for reached in bases {
    for (role, token) in zip(roles, tokens) {
      Console.announce("  \(role.rawValue): \(reached)/radio?token=\(token)")
    }
  }
  Console.announce(
    """
      y-websocket: new WebsocketProvider("\(base)", "radio", doc, { params: { token } })
      more tokens: \(program) token --data \(settings.dataDirectory) --jam \(jam) \
    --sub NAME --role participant
    """)
}

private func linkToken(
  _ role: Role, _ jam: Slug, _ settings: HubConfig
) throws(HubError) -> String {
  let now = Int64(time(nil))
  do {
    let key = try SigningKey.load(dataDirectory: settings.dataDirectory)
    let claims = Claims(
      subject: "\(role.rawValue)-link", role: role, jam: jam, expiresAt: now + 2 * 86_400)
    return try Tokens.sign(claims, key: key, now: now)
  } catch { throw HubError("cannot sign a link: \(error)") }
}
