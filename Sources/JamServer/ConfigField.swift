import Glibc
import Logging
import Storage

/// One setting: its key in a file, its option on the command line, what it takes and what it does.
public struct ConfigField: Sendable {
  /// The key's tables and its name: `["limits", "rooms"]`.
  let path: [String]
  /// The option on the command line, without dashes: the last part of the path; for a list, which
  /// is given item by item, its singular.
  public let option: String
  /// One sentence, as `--help` prints it.
  public let help: String
  /// The default as text; empty where there is none.
  public let standard: String
  /// How the command line's text becomes a value.
  let value: @Sendable ([String]) -> ConfigValue
  /// Sets the value, or says what it must be.
  let set: @Sendable (inout HubConfig, ConfigValue) -> String?

  /// Whether a file has a list here, and the command line one option for each item.
  public var isList: Bool { option != path.last }

  /// The key as a file has it: `limits.rooms`.
  public var key: String { path.joined(separator: ".") }

  typealias Path<Value> = any WritableKeyPath<HubConfig, Value> & Sendable

  private init(
    _ key: String, option: String? = nil, _ help: String, standard: String,
    value: @escaping @Sendable ([String]) -> ConfigValue,
    set: @escaping @Sendable (inout HubConfig, ConfigValue) -> String?
  ) {
    path = key.split(separator: ".").map(String.init)
    self.option = option ?? path.last ?? key
    self.help = help
    self.standard = standard
    self.value = value
    self.set = set
  }

  private static func whole(
    _ key: String, _ target: Path<Int>, _ range: ClosedRange<Int>, _ help: String
  ) -> ConfigField {
    ConfigField(
      key, help, standard: "\(HubConfig()[keyPath: target])",
      value: { texts in Int(texts.last ?? "").map(ConfigValue.whole) ?? .text(texts.last ?? "") },
      set: { config, value in
        guard case .whole(let number) = value, range.contains(number) else {
          return "must be a whole number from \(range.lowerBound) to \(range.upperBound), "
            + "not \(value.quoted)"
        }
        config[keyPath: target] = number
        return nil
      })
  }

  /// A size: in a file a number of bytes or a text with a unit.
  private static func bytes(
    _ key: String, _ target: Path<Int>, _ range: ClosedRange<Int>, _ help: String
  ) -> ConfigField {
    ConfigField(
      key, help, standard: ByteCount.text(HubConfig()[keyPath: target]),
      value: { texts in .text(texts.last ?? "") },
      set: { config, value in
        let count: Int? =
          switch value {
          case .whole(let number): number
          case .text(let text): ByteCount.parse(text)
          default: nil
          }
        guard let count, range.contains(count) else {
          let (least, most) = (ByteCount.text(range.lowerBound), ByteCount.text(range.upperBound))
          return "must be a size from \(least) to \(most), such as 65536 or \"64 KiB\", "
            + "not \(value.quoted)"
        }
        config[keyPath: target] = count
        return nil
      })
  }

  private static func flag(
    _ key: String, _ target: Path<Bool>, _ help: String
  ) -> ConfigField {
    ConfigField(
      key, help, standard: "\(HubConfig()[keyPath: target])",
      value: { texts in Bool(texts.last ?? "").map(ConfigValue.flag) ?? .text(texts.last ?? "") },
      set: { config, value in
        guard case .flag(let flag) = value else {
          return "must be true or false, not \(value.quoted)"
        }
        config[keyPath: target] = flag
        return nil
      })
  }

  /// A text that `make` turns into the setting's type.
  private static func text<Value: Sendable>(
    _ key: String, _ target: Path<Value>, _ wanted: String, standard: String, _ help: String,
    _ make: @escaping @Sendable (String) -> Value?
  ) -> ConfigField {
    ConfigField(
      key, help, standard: standard, value: { texts in .text(texts.last ?? "") },
      set: { config, value in
        guard case .text(let text) = value, let made = make(text) else {
          return "must be \(wanted), not \(value.quoted)"
        }
        config[keyPath: target] = made
        return nil
      })
  }

  /// A list of different texts.
  private static func list<Item: Hashable & Sendable>(
    _ key: String, option: String, _ target: Path<[Item]>, mayBeEmpty: Bool, _ wanted: String,
    standard: String, _ help: String, _ make: @escaping @Sendable (String) -> Item?
  ) -> ConfigField {
    ConfigField(
      key, option: option, help, standard: standard,
      value: { texts in .list(texts.map(ConfigValue.text)) },
      set: { config, value in
        guard case .list(let values) = value else {
          return "must be a list of \(wanted), not \(value.quoted)"
        }
        var items: [Item] = []
        for value in values {
          guard case .text(let text) = value, let item = make(text) else {
            return "must be a list of \(wanted); \(value.quoted) is none"
          }
          guard !items.contains(item) else { return "has \(value.quoted) twice" }
          items.append(item)
        }
        guard mayBeEmpty || !items.isEmpty else { return "must not be empty" }
        config[keyPath: target] = items
        return nil
      })
  }
}

extension ConfigField {
  /// Every setting there is.
  public static let all: [ConfigField] = general + limits + saving

  private static let general: [ConfigField] = [
    .text(
      "bind", \.bindAddress, "a numeric IPv4 or IPv6 address", standard: HubConfig().bindAddress,
      "Address to listen on; 0.0.0.0 or :: for the whole network (:: takes IPv6 alone).", address),
    .whole("port", \.port, 0...65535, "TCP port to listen on; 0 for any free one."),
    .text(
      "port-file", \.portFile, "a path", standard: "",
      "File to write the port in use to, once the hub listens."
    ) { path($0).map(Optional.some) },
    .text(
      "data", \.dataDirectory, "a path", standard: HubConfig().dataDirectory,
      "Folder that holds everything the hub keeps.", path),
    .list(
      "jams", option: "jam", \.jams, mayBeEmpty: false, "ids (1 to 64 of a-z, 0-9, - and _)",
      standard: "demo", "A jam whose rooms may be entered."
    ) { Slug($0) },
    .whole("shards", \.shards, 0...256, "Queues that share the work; 0 for one a core."),
    .text(
      "log-level", \.logLevel, "one of trace, debug, info, notice, warning, error, critical",
      standard: HubConfig().logLevel.rawValue,
      "How much to log: trace, debug, info, notice, "
        + "warning, error or critical."
    ) { Logger.Level(rawValue: $0) },
    .list(
      "allowed-origins", option: "allowed-origin", \.allowedOrigins, mayBeEmpty: true,
      "origins (http://host[:port] or https://host[:port], in lower case) or \"*\"",
      standard: "same host", "A web origin whose pages may connect; * for any.",
      origin),
    .flag("links", \.printsLinks, "Print each jam's invitations on standard output."),
    .text(
      "tls-cert", \.tlsCertificate, "a path", standard: "",
      "PEM file with the certificate and its chain: the hub speaks https and wss (see --tls-key)."
    ) { path($0).map(Optional.some) },
    .text(
      "tls-key", \.tlsKey, "a path", standard: "",
      "PEM file with the certificate's key, mode 0600, without a password."
    ) { path($0).map(Optional.some) },
    .flag(
      "tls-self-signed", \.tlsSelfSigned,
      "Speak https and wss with a certificate by an authority of the hub's own, for the local "
        + "network."),
    .text(
      "web", \.webDirectory, "a path", standard: "",
      "Folder with the web client (without it \"web\" beside the program, if that is there)."
    ) { path($0).map(Optional.some) },
  ]

  private static let limits: [ConfigField] = [
    .bytes(
      "limits.message-bytes", \.limits.messageBytes, 1 << 10...32 << 20,
      "Longest WebSocket message taken from a client."),
    .bytes(
      "limits.head-bytes", \.limits.headBytes, 1 << 10...1 << 20,
      "Longest HTTP request head."),
    .whole(
      "limits.handshake-seconds", \.limits.handshakeSeconds, 1...600,
      "Seconds that a connection may take to upgrade."),
    .whole(
      "limits.ping-seconds", \.limits.pingSeconds, 1...3600,
      "Seconds between pings on an idle connection."),
    .whole(
      "limits.connections", \.limits.connections, 1...1_000_000, "Open connections in all."),
    .whole(
      "limits.connections-per-address", \.limits.connectionsPerAddress, 1...1_000_000,
      "Open connections from one address (a whole jam may share one)."),
    .whole("limits.rooms", \.limits.rooms, 1...1_000_000, "Rooms open at a time."),
    .whole(
      "limits.room-members", \.limits.roomMembers, 1...1_000_000, "Connections in one room."),
    .whole("limits.room-boards", \.limits.roomBoards, 1...65_536, "Boards in one room."),
    .bytes(
      "limits.board-bytes", \.limits.boardBytes, 1 << 16...HubConfig.Limits.boardBytesMax,
      "Encoded size from which a board takes no more content."),
    .bytes(
      "limits.reader-backlog-bytes", \.limits.readerBacklogBytes, 1 << 16...1 << 30,
      "What may wait for one slow reader before it is resynchronized."),
    .bytes(
      "limits.room-backlog-bytes", \.limits.roomBacklogBytes, 1 << 16...1 << 32,
      "What may wait for all readers of a room together."),
  ]

  private static let saving: [ConfigField] = [
    .whole(
      "saving.gather-ms", \.saving.gatherMilliseconds, 0...1000,
      "Milliseconds that updates gather before they are synced to disk."),
    .bytes(
      "saving.gather-bytes", \.saving.gatherBytes, 1...1 << 26,
      "Bytes of updates that are synced to disk without waiting."),
  ]

  @Sendable private static func address(_ text: String) -> String? {
    var bytes: (UInt64, UInt64) = (0, 0)
    let isNumeric =
      unsafe inet_pton(AF_INET, text, &bytes) == 1
      || inet_pton(AF_INET6, text, &bytes) == 1
    return isNumeric && !text.utf8.contains(0) ? text : nil
  }

  @Sendable private static func path(_ text: String) -> String? {
    text.isEmpty || text.utf8.contains(0) || text.utf8.count > 4096 ? nil : text
  }

  @Sendable private static func origin(_ text: String) -> String? {
    text == "*" || HubConfig.authority(ofOrigin: text) != nil ? text : nil
  }
}
