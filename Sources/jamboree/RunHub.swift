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
    let isSaved = try Hub.run(settings, logger: Logger(label: "jamboree")) { hub in
      if let authority = hub.authority { announce(authority, of: hub, settings) }
      guard settings.printsLinks else { return }
      for jam in settings.jams { JamLinks(jam, of: hub, settings).announce() }
    }
    if !isSaved { throw HubError("not everything could be saved; the log has it") }
  } catch { throw Failure(error.description) }
}

/// Where devices get the certificate to trust, at the address that most of them reach.
private func announce(_ authority: LocalAuthority, of hub: Hub, _ settings: HubConfig) {
  let addresses = LocalAddresses.reaching(settings.bindAddress)
  let best = addresses.first { !LocalAddresses.isLoopback($0) } ?? addresses.first ?? ""
  let page = hub.hasWebClient ? "trust" : "ca.crt"
  let again = authority.replacesFormer ? "\n  new: also devices that trusted the former one" : ""
  Console.announce(
    """

    To reload without the hub, devices trust \(authority.name):
      https://\(HubConfig.urlHost(best)):\(hub.port)/\(page)
      SHA-256 \(authority.fingerprint)\(again)
    """)
}

/// What people and programs use to come into a jam, ready to paste.
private struct JamLinks {
  let jam: Slug
  let hub: Hub
  let settings: HubConfig
  /// `host:port` wherever the hub is reached, the nearest first.
  let places: [String]
  /// Those that other machines reach too.
  let outward: [String]

  init(_ jam: Slug, of hub: Hub, _ settings: HubConfig) {
    self.jam = jam
    self.hub = hub
    self.settings = settings
    let addresses = LocalAddresses.reaching(settings.bindAddress)
    let place = { "\(HubConfig.urlHost($0)):\(hub.port)" }
    places = addresses.map(place)
    outward = addresses.filter { !LocalAddresses.isLoopback($0) }.map(place)
  }

  func announce() {
    let title = settings.titles[jam].map { ": \(VisibleText.escaped($0))" } ?? ""
    Console.announce("\nJam \(jam)\(title)")
    if hub.hasWebClient {
      for place in places {
        for (name, role) in [
          ("participant:", Role.participant), ("facilitator:", .facilitator),
          ("review:     ", .viewer),
        ] { Console.announce("  \(name) \(url(role, at: place))") }
      }
    } else {
      Console.announce("  no web client (see --web)")
    }
    // As it was called: a fresh build is on nobody's PATH.
    let program = CommandLine.arguments.first ?? "jamboree"
    Console.announce(
      """
        Yjs clients: ws\(secured)://\(places.first ?? "")/yjs/\(jam)/ROOM?token=TOKEN
        tokens:      \(program) token --data \(settings.dataDirectory) --jam \(jam) \
      --sub NAME --role participant
      """)
    announceCode()
  }

  /// For phones: in a terminal, of an address that they reach.
  private func announceCode() {
    guard hub.hasWebClient, let place = outward.first, isatty(STDOUT_FILENO) == 1,
      let code = QRCode(url(.participant, at: place))
    else { return }
    let caption = "  the participants' link at \(place), for a phone's camera"
    Console.announce("\n" + (code.lines() + [caption]).joined(separator: "\n"))
  }

  /// What the scheme of a hub with TLS has more.
  private var secured: String { settings.isSecure ? "s" : "" }

  private func url(_ role: Role, at place: String) -> String {
    "http\(secured)://\(place)\(hub.link(role, of: jam))"
  }
}
