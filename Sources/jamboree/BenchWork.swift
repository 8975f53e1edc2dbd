import CRDT
import Glibc
import Lib0

/// A folder for the work that all engines read, gone after the measurement.
struct BenchFolder {
  let path: String

  init() throws {
    var name = Array("/tmp/jamboree-bench-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&name) != nil else { throw Failure("cannot make a folder under /tmp") }
    path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func remove() {
    for file in BenchFile.allCases { _ = unsafe unlink(self[file]) }
    _ = unsafe rmdir(path)
  }

  subscript(file: BenchFile) -> String { "\(path)/\(file.rawValue)" }
}

/// The files of the folder. Lists are frames: a count of bytes in 32 bits, low byte first, and the
/// bytes.
enum BenchFile: String, CaseIterable {
  /// Edits: position and deleted in 32 bits each, then the text.
  case edits
  /// The session as one update per edit, and what it ends in.
  case session, sessionV1 = "session.v1", sessionV2 = "session.v2"
  /// The shapes, the changes of them, what they end in, and the state vector of half-way.
  case shapes, changes, board, half
  /// The document in which everybody stands at one place, then what each inserts.
  case crowd
}

/// Makes the work, with this engine; the others check that it is what they would have made.
enum BenchWork {
  static func write(_ session: EditSession, seed: UInt64, to folder: BenchFolder) throws {
    try writeSession(session, folder)
    try writeBoard(seed, folder)
    try writeCrowd(seed, folder)
  }

  private static func writeSession(_ session: EditSession, _ folder: BenchFolder) throws {
    var doc = Doc(clientID: 4_123_456_789)
    var edits = Frames()
    var updates = Frames()
    for edit in session.edits {
      var frame = ByteWriter()
      frame.fixed32(edit.position)
      frame.fixed32(edit.deleted)
      frame.raw(Array(edit.inserted.utf8))
      edits.append(frame.bytes)
      if let update = try doc.perform(edit) { updates.append(update) }
    }
    try DocFile.write(edits.bytes, to: folder[.edits])
    try DocFile.write(updates.bytes, to: folder[.session])
    let state = doc.encodeStateAsUpdate()
    try DocFile.write(state, to: folder[.sessionV1])
    try DocFile.write(try Update(v1: state).encodedV2(), to: folder[.sessionV2])
  }

  static let shapeCount = 5_000
  static let changeCount = 200_000
  static let people = 30

  /// Shapes as the page makes them, dragged about: a gesture is a run of changes of one shape.
  private static func writeBoard(_ seed: UInt64, _ folder: BenchFolder) throws {
    var random = SeededRandom(seed: seed ^ 0xb0a2d)
    let clients = (0..<people).map { _ in random.next() >> 32 }
    var doc = Doc(clientID: clients[0])
    for number in 0..<shapeCount {
      doc.clientID = clients[random.below(people)]
      _ = doc.transact { edit in
        let shape = edit.set("s\(number)", toNew: .map, in: edit.root("shapes"))
        edit.set("kind", to: .string(number % 2 == 0 ? "note" : "rectangle"), in: shape)
        for key in ["x", "y", "w", "h"] {
          edit.set(key, to: .number(Double(random.below(40_000))), in: shape)
        }
        edit.set("author", to: .string("person \(random.below(people))"), in: shape)
      }
    }
    var start = Frames()
    start.append(doc.encodeStateAsUpdate())
    try DocFile.write(start.bytes, to: folder[.shapes])
    var changes = Frames()
    var half: [UInt8] = []
    while changes.count < changeCount {
      let name = "s\(random.below(shapeCount))"
      doc.clientID = clients[random.below(people)]
      let keys = random.below(4) == 0 ? ["w", "h"] : ["x", "y"]
      for step in 0..<min(2 + random.below(38), changeCount - changes.count) {
        let value = Double(random.below(40_000))
        let update = doc.transact { edit in
          guard case .type(let shape, _) = edit.document.value(of: edit.root("shapes"), key: name)
          else { return }
          edit.set(keys[step % 2], to: .number(value), in: shape)
        }
        if let update { changes.append(update) }
        if changes.count == changeCount / 2 { half = doc.encodedStateVector() }
      }
    }
    try DocFile.write(changes.bytes, to: folder[.changes])
    try DocFile.write(doc.encodeStateAsUpdate(), to: folder[.board])
    try DocFile.write(half, to: folder[.half])
  }

  private static func writeCrowd(_ seed: UInt64, _ folder: BenchFolder) throws {
    var random = SeededRandom(seed: seed ^ 0xc20d)
    var base = Doc(clientID: 1)
    let opening = try base.transact { edit throws(EditError) in
      try edit.insert("Everybody writes here: .", at: 0, in: edit.root("text"))
    }
    var updates: [[UInt8]] = []
    for number in 0..<1_000 {
      var copy = base
      copy.clientID = random.next() >> 32
      let update = try copy.transact { edit throws(EditError) in
        try edit.insert(" word\(number)", at: 22, in: edit.root("text"))
      }
      if let update { updates.append(update) }
    }
    for index in updates.indices.reversed() { updates.swapAt(index, random.below(index + 1)) }
    var frames = Frames()
    frames.append(opening ?? [])
    for update in updates { frames.append(update) }
    try DocFile.write(frames.bytes, to: folder[.crowd])
  }
}

/// A list of byte strings in one file.
struct Frames {
  private var writer = ByteWriter()
  private(set) var count = 0

  var bytes: [UInt8] { writer.bytes }

  mutating func append(_ frame: [UInt8]) {
    writer.fixed32(frame.count)
    writer.raw(frame)
    count += 1
  }

  static func read(_ path: String) throws -> [[UInt8]] {
    let bytes = try DocFile.read(path)
    var frames: [[UInt8]] = []
    var offset = 0
    while offset + 4 <= bytes.count {
      let count = fixed32(bytes, offset)
      guard count <= bytes.count - offset - 4 else { break }
      frames.append(Array(bytes[offset + 4..<offset + 4 + count]))
      offset += 4 + count
    }
    guard offset == bytes.count else { throw Failure("\(path) ends in the middle of a frame") }
    return frames
  }

  static func fixed32(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}

extension ByteWriter {
  fileprivate mutating func fixed32(_ value: Int) {
    for shift in [0, 8, 16, 24] { byte(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

extension Transaction {
  fileprivate mutating func perform(_ edit: EditSession.Edit) throws(EditError) {
    let text = root("text")
    if edit.deleted > 0 {
      try deleteText(edit.position..<edit.position + edit.deleted, in: text)
    }
    if !edit.inserted.isEmpty { try insert(edit.inserted, at: edit.position, in: text) }
  }
}

extension Doc {
  /// One edit of the session as a transaction of its own. The result is its update.
  mutating func perform(_ edit: EditSession.Edit) throws -> [UInt8]? {
    try transact { open throws(EditError) in try open.perform(edit) }
  }

  /// The same without an update, for documents that nobody else has.
  mutating func perform(_ edit: EditSession.Edit, _ applied: inout Applied) throws {
    try transact(into: &applied) { open throws(EditError) in try open.perform(edit) }
  }
}
