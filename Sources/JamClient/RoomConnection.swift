public import Lib0
public import SyncProtocol
internal import WebSocket

/// One WebSocket in a room, as a stock client (one board) or in `jamboree.v1` (all boards).
///
/// Blocking, for tools and tests: nothing happens but within a call, and no call waits for longer
/// than its deadline. Pings are answered while something is waited for, so a caller that has
/// nothing to say calls `next` all the same.
///
/// - Deadlines: in nanoseconds of `monotonicNow()`.
/// - Source: Protocol/wire.md.
public final class RoomConnection {
  public enum Dialect: Equatable, Sendable {
    case stock(board: String)
    case jamboree
  }

  /// What the hub says.
  public enum Incoming: Equatable, Sendable {
    /// `board` is empty for stock clients: they have one.
    case message(board: String, ServerMessage)
    /// A text of the control channel.
    case control(ObjectValue)
  }

  /// Where the stay on a board stands.
  public struct Standing: Equatable, Sendable {
    public var isOpen = false
    /// How often the hub has asked for what it lacks. Once is how it begins.
    public var asked = 0
    /// Step 2 and update messages that were sent, and how many of them are on the hub's disk.
    public var sent: UInt64 = 0
    public var saved: UInt64 = 0
  }

  private static let unsentMaxForPong = 64 << 10

  /// By board; under "" for stock clients. A stock hub does not say `saved`.
  public private(set) var boards: [String: Standing] = [:]

  /// Everything that was sent is on the hub's disk.
  public var isSaved: Bool { boards.values.allSatisfy { $0.saved == $0.sent } }

  private let dialect: Dialect
  private let stream: Stream
  private var frames = ServerFrameReader()

  /// Connects and comes in.
  ///
  /// - Parameter trusted: Certificates that a hub with TLS may have beside those that the system
  ///   trusts, PEM.
  /// - Throws: `refused` with the hub's code where it does not let the token in.
  public init(
    _ address: RoomAddress, token: String, dialect: Dialect, trusted: [UInt8] = [],
    deadline: UInt64
  ) throws(ClientError) {
    guard token.utf8.allSatisfy(RoomAddress.isTokenByte) else {
      throw .address("the token is none")
    }
    self.dialect = dialect
    stream = try Stream(host: address.host, port: address.port, deadline: deadline)
    if address.isEncrypted {
      try stream.encrypt(host: address.host, trusted: trusted, deadline: deadline)
    }
    let key = Handshake.newKey()
    var path = "/yjs/\(address.jam)/\(address.room)"
    if case .stock(let board) = dialect { path += "/\(board)" }
    let host = address.host.contains(":") ? "[\(address.host)]" : address.host
    var request = "GET \(path)?token=\(token) HTTP/1.1\r\nHost: \(host):\(address.port)\r\n"
    request += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    request += "Sec-WebSocket-Key: \(key)\r\n"
    if dialect == .jamboree { request += "Sec-WebSocket-Protocol: \(jamboreeSubprotocol)\r\n" }
    try stream.send(Array((request + "\r\n").utf8))
    try readHead(key, deadline)
  }

  // MARK: the upgrade

  private static let headBytesMax = 64 << 10

  private func readHead(_ key: String, _ deadline: UInt64) throws(ClientError) {
    var bytes: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let place = bytes.firstRange(of: end) {
        let head = String(decoding: bytes[..<place.lowerBound], as: UTF8.self)
        try check(head, bytes[place.upperBound...], key, deadline)
        frames.append(bytes[place.upperBound...])
        return
      }
      guard bytes.count < Self.headBytesMax else { throw .violation("an endless answer") }
      try gather(&bytes, deadline, "an answer to the upgrade")
    }
  }

  private func gather(
    _ bytes: inout [UInt8], _ deadline: UInt64, _ what: String
  ) throws(ClientError) {
    let more = try stream.receive(deadline: deadline)
    if more.isEmpty, monotonicNow() >= deadline { throw .timeout(what) }
    bytes += more
  }

  private func check(
    _ head: String, _ rest: ArraySlice<UInt8>, _ key: String, _ deadline: UInt64
  ) throws(ClientError) {
    let lines = head.split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw .violation("the answer is no HTTP")
    }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    guard status == 101 else { throw try refusal(status, fields, Array(rest), deadline) }
    guard fields["sec-websocket-accept"] == Handshake.acceptValue(for: key) else {
      throw .violation("the upgrade was not answered by a WebSocket")
    }
    if dialect == .jamboree, fields["sec-websocket-protocol"] != jamboreeSubprotocol {
      throw .violation("it does not know \(jamboreeSubprotocol)")
    }
  }

  /// What the body of a refusal says.
  private func refusal(
    _ status: Int, _ fields: [String: String], _ begun: [UInt8], _ deadline: UInt64
  ) throws(ClientError) -> ClientError {
    var body = begun
    let count = min(fields["content-length"].flatMap { Int($0) } ?? 0, Self.headBytesMax)
    while body.count < count { try gather(&body, deadline, "the rest of a refusal") }
    var (code, reason) = ("http-\(status)", "no reason given")
    if case .object(let told)? = try? JSON.parse(body.span, maxDepth: 8) {
      if case .string(let text)? = told["error"] { code = text }
      if case .string(let text)? = told["reason"] { reason = text }
    }
    return .refused(status: status, code: code, reason: reason)
  }

  // MARK: messages

  /// Bytes that were sent and that the network has not taken.
  public var unsentBytes: Int { stream.unsentBytes }

  /// Sends a message for a board (ignored for stock clients). Never waits: what the network does
  /// not take goes out during later calls.
  public func send(_ message: ClientMessage, board: String = "") throws(ClientError) {
    let bytes = message.encoded(board: dialect == .jamboree ? board : nil)
    let name = dialect == .jamboree ? board : ""
    switch message {
    // Opened anew, all is counted anew.
    case .open: boards[name] = Standing()
    case .update, .syncStep2: boards[name, default: Standing()].sent += 1
    default: break
    }
    try stream.send(ClientFrame.make(.binary, bytes))
  }

  /// Sends a text of the control channel.
  public func send(control fields: ObjectValue) throws(ClientError) {
    try stream.send(ClientFrame.make(.text, Array(JSON.text(.object(fields)).utf8)))
  }

  /// Opens boards and waits until they are.
  public func open(_ names: some Sequence<String>, deadline: UInt64) throws(ClientError) {
    for name in names { try send(.open(epoch: 0), board: name) }
    while boards.values.contains(where: { !$0.isOpen }) {
      try expect(deadline, "the boards to be opened")
    }
  }

  /// Waits until everything that was sent is on the hub's disk.
  public func waitUntilSaved(deadline: UInt64) throws(ClientError) {
    while !isSaved { try expect(deadline, "what was sent to be saved") }
  }

  /// - Throws: `rejected` for whatever the hub refuses.
  private func expect(_ deadline: UInt64, _ what: String) throws(ClientError) {
    switch try next(deadline: deadline) {
    case nil: throw .timeout(what)
    case .message(let board, .reject(_, let code, let reason)):
      throw .rejected(board: board, code: code, reason: reason)
    case .control(let fields):
      guard case .string(let type)? = fields["type"], type == "error" else { return }
      var texts = ["board": "", "error": "unknown", "reason": "no reason given"]
      for key in texts.keys { if case .string(let text)? = fields[key] { texts[key] = text } }
      throw .rejected(
        board: texts["board"] ?? "", code: texts["error"] ?? "", reason: texts["reason"] ?? "")
    default: return
    }
  }

  /// The next thing that the hub says; nil where the deadline came first.
  ///
  /// - Throws: `closed` when the session is over.
  public func next(deadline: UInt64) throws(ClientError) -> Incoming? {
    while true {
      while let frame = try frames.next() {
        if let incoming = try take(frame) { return incoming }
      }
      let more = try stream.receive(deadline: deadline)
      if more.isEmpty {
        if monotonicNow() >= deadline { return nil }
      } else {
        frames.append(more)
      }
    }
  }

  private func take(_ frame: ServerFrame) throws(ClientError) -> Incoming? {
    switch frame {
    case .ping(let payload):
      // With much on its way the hub sees us live anyway, and pings may come without end.
      if unsentBytes <= Self.unsentMaxForPong {
        try stream.send(ClientFrame.make(.pong, payload))
      }
      return nil
    case .pong: return nil
    case .close(let code, let reason): throw .closed(code: code ?? 1005, reason: reason)
    case .text(let bytes):
      guard case .object(let fields)? = try? JSON.parse(bytes.span) else {
        throw .violation("a control message that is no JSON object")
      }
      return .control(fields)
    case .binary(let bytes):
      do throws(DecodingError) {
        guard dialect == .jamboree else {
          return .message(board: "", try ServerMessage(stock: bytes.span))
        }
        let (board, message) = try ServerMessage.addressed(bytes.span)
        note(message, on: board)
        return .message(board: board, message)
      } catch { throw .violation("a message that does not decode: \(error)") }
    }
  }

  private func note(_ message: ServerMessage, on board: String) {
    switch message {
    case .opened: boards[board]?.isOpen = true
    case .saved(_, let count): boards[board]?.saved = count
    case .syncStep1: boards[board]?.asked += 1
    default: break
    }
  }

  /// Says good-bye. The hub closes the connection; nobody waits for that here.
  public func close() {
    // 1000: all is done.
    try? stream.send(ClientFrame.make(.close, [0x03, 0xE8]))
  }
}
