public import Lib0

/// Which document a Hocuspocus message is about. One socket carries many.
///
/// - Shape: `varString name`, or `name ‖ U+0000 ‖ session` where a provider opens one document
///   several times. Whoever answers uses the address that it was given.
public struct HocuspocusAddress: Hashable, Sendable {
  public var document: String
  /// Tells several openings of one document on one socket apart.
  public var session: String?

  public init(document: String, session: String? = nil) {
    self.document = document
    self.session = session
  }

  init(_ text: String) {
    let scalars = text.unicodeScalars
    guard let end = scalars.firstIndex(of: "\u{0}") else {
      self.init(document: text)
      return
    }
    self.init(
      document: String(scalars[..<end]), session: String(scalars[scalars.index(after: end)...]))
  }

  var text: String { session.map { "\(document)\u{0}\($0)" } ?? document }
}

/// What goes over a Hocuspocus socket: a message about a document, or a sign of life.
///
/// - Shape: `varString address ‖ varUInt type ‖ body`; ping and pong are one byte without address.
/// - Source: Hocuspocus 4 `packages/server`, `packages/provider`.
public enum HocuspocusFrame: Equatable, Sendable {
  case message(HocuspocusAddress, HocuspocusMessage)
  case ping, pong

  /// Decodes one frame; bytes behind the message are ignored.
  public init(_ bytes: Span<UInt8>) throws(DecodingError) {
    if bytes.count == 1 {
      if bytes[0] == Self.pingByte {
        self = .ping
        return
      }
      if bytes[0] == Self.pongByte {
        self = .pong
        return
      }
    }
    var reader = ByteReader(bytes)
    let address = HocuspocusAddress(try reader.string())
    self = .message(address, try HocuspocusMessage(from: &reader))
  }

  public func encoded() -> [UInt8] {
    switch self {
    case .ping: return [Self.pingByte]
    case .pong: return [Self.pongByte]
    case .message(let address, let message):
      var writer = ByteWriter()
      writer.string(address.text)
      message.write(to: &writer)
      return writer.bytes
    }
  }

  private static let pingByte: UInt8 = 9
  private static let pongByte: UInt8 = 10
}

/// What a Hocuspocus message says of its document.
public enum HocuspocusMessage: Equatable, Sendable {
  /// What a client may do.
  public enum Scope: String, Equatable, Sendable {
    case readWrite = "read-write"
    case readOnly = "readonly"
  }

  /// A step 1 is answered with a step 2 and with a step 1 of the other side.
  case sync(SyncMessage)
  /// The same, but the other side asks nothing back: between servers.
  case syncReply(SyncMessage)
  /// An encoded awareness update, see `AwarenessEntry.decode`.
  case awareness([UInt8])
  /// From a client, the first of all messages about a document. Older providers tell no version.
  case token(String, providerVersion: String?)
  /// From a server: "send me your token".
  case tokenRequest
  case permissionDenied(reason: String)
  case authenticated(Scope)
  case queryAwareness
  /// Any text, outside of the document.
  case stateless(String)
  /// A text for all clients of a document: inside of a server only.
  case broadcastStateless(String)
  /// Ends the work on this document, not the socket. Only servers give a reason.
  case close(reason: String?)
  /// To the client: its update is stored, or was refused. Exactly one for each.
  case syncStatus(isStored: Bool)

  private enum Kind {
    static let sync: UInt64 = 0
    static let awareness: UInt64 = 1
    static let auth: UInt64 = 2
    static let queryAwareness: UInt64 = 3
    static let syncReply: UInt64 = 4
    static let stateless: UInt64 = 5
    static let broadcastStateless: UInt64 = 6
    static let close: UInt64 = 7
    static let syncStatus: UInt64 = 8
  }

  private enum Auth {
    static let token: UInt64 = 0
    static let permissionDenied: UInt64 = 1
    static let authenticated: UInt64 = 2
  }

  /// Reads a message behind its address.
  public init(from reader: inout ByteReader) throws(DecodingError) {
    let start = reader.offset
    switch try reader.varUInt() {
    case Kind.sync: self = .sync(try SyncMessage(from: &reader))
    case Kind.syncReply: self = .syncReply(try SyncMessage(from: &reader))
    case Kind.awareness: self = .awareness([UInt8](copying: try reader.varBytes()))
    case Kind.auth: self = try Self.auth(from: &reader)
    case Kind.queryAwareness: self = .queryAwareness
    case Kind.stateless: self = .stateless(try reader.string())
    case Kind.broadcastStateless: self = .broadcastStateless(try reader.string())
    case Kind.close: self = .close(reason: reader.remaining > 0 ? try reader.string() : nil)
    case Kind.syncStatus: self = .syncStatus(isStored: try reader.varUInt() == 1)
    default: throw .invalid(offset: start, what: "message type")
    }
  }

  private static func auth(from reader: inout ByteReader) throws(DecodingError) -> Self {
    let start = reader.offset
    switch try reader.varUInt() {
    case Auth.token:
      guard reader.remaining > 0 else { return .tokenRequest }
      let token = try reader.string()
      return .token(token, providerVersion: reader.remaining > 0 ? try reader.string() : nil)
    case Auth.permissionDenied: return .permissionDenied(reason: try reader.string())
    case Auth.authenticated:
      let place = reader.offset
      guard let scope = Scope(rawValue: try reader.string()) else {
        throw .invalid(offset: place, what: "auth scope")
      }
      return .authenticated(scope)
    default: throw .invalid(offset: start, what: "auth message")
    }
  }

  public func write(to writer: inout ByteWriter) {
    switch self {
    case .sync(let message):
      writer.varUInt(Kind.sync)
      message.write(to: &writer)
    case .syncReply(let message):
      writer.varUInt(Kind.syncReply)
      message.write(to: &writer)
    case .awareness(let update):
      writer.varUInt(Kind.awareness)
      writer.varBytes(update)
    case .token, .tokenRequest, .permissionDenied, .authenticated:
      writer.varUInt(Kind.auth)
      writeAuth(to: &writer)
    case .queryAwareness: writer.varUInt(Kind.queryAwareness)
    case .stateless(let text):
      writer.varUInt(Kind.stateless)
      writer.string(text)
    case .broadcastStateless(let text):
      writer.varUInt(Kind.broadcastStateless)
      writer.string(text)
    case .close(let reason):
      writer.varUInt(Kind.close)
      if let reason { writer.string(reason) }
    case .syncStatus(let isStored):
      writer.varUInt(Kind.syncStatus)
      writer.varUInt(isStored ? 1 : 0)
    }
  }

  private func writeAuth(to writer: inout ByteWriter) {
    switch self {
    case .token(let token, let version):
      writer.varUInt(Auth.token)
      writer.string(token)
      if let version { writer.string(version) }
    case .permissionDenied(let reason):
      writer.varUInt(Auth.permissionDenied)
      writer.string(reason)
    case .authenticated(let scope):
      writer.varUInt(Auth.authenticated)
      writer.string(scope.rawValue)
    default: writer.varUInt(Auth.token)
    }
  }
}
