import Lib0

/// A Yjs document, as a value.
///
///     clients ──▶ structs (blocks, by clock) ──▶ items ◀── left/right ──▶ items
///                                                  │ parent, key      │ content
///                                                  ▼                  ▼
///                                                types ──▶ map      shared bytes
///
/// - Shape: arrays of fixed-size records that refer to each other by 32-bit index, and one buffer
///   for all content. A copy shares the arrays until one side is changed, so a copy can be encoded
///   on another queue while this one goes on.
/// - Unit: clocks, lengths and indices count UTF-16 code units in text and elements elsewhere.
/// - Trade-off: one buffer means that content moves when it grows; what it leaves behind is
///   reclaimed once it is half of the buffer.
/// - Source: Yjs 13.6 `Doc`, `StructStore`, `Transaction`; the encoded bytes equal its own.
public struct Doc: Sendable {
  /// Who the local edits are by. Take a fresh random one for each process that edits, and a new
  /// one when `Applied.ownClientAdvanced` says that somebody else uses it too.
  /// An edit takes a new one by itself only where somebody has used up its clocks, which end at
  /// 2^53-1.
  /// - Precondition: at most 2^53-1.
  public var clientID: ClientID { didSet { precondition(clientID <= maxSafeInteger) } }
  /// Whether the content of what is deleted is dropped at the end of the transaction.
  public let collectsGarbage: Bool
  /// Whether `Applied.changes` says what each transaction changed. That costs time, so it is off
  /// until somebody wants to know.
  #if hasFeature(Embedded)
    // Nobody asks in a browser yet, where what finds the changes would be 10 KB to load.
    public var isObserved: Bool { false }
  #else
    public var isObserved = false
  #endif

  var items: [Item] = []
  var freeItems: [Index32] = []
  var content: [UInt8] = []
  /// Bytes of `content` that belong to no item any more.
  var contentWaste = 0
  /// Sum of what the structs weigh, see `weight(of:)`.
  var structBytes = 0
  var clients: [ClientRecord] = []
  var clientTable: ClientTable
  var structs = StructIndex()
  var tombstones = Tombstones()
  var types: [TypeRecord] = []
  var roots: [Index32: Index32] = [:]
  var names: NameTable
  var map: MapTable
  var pending: PendingParts = PendingParts()
  var transaction = TransactionState()
  var undo = UndoTables()
  var marker = PositionMarker()
  /// Scratch of the position search: when an item was last passed (see `findPlace`).
  var passed: [UInt32] = []
  var passes: UInt32 = 0
  /// What integrating may still cost, see `applyBounded`; once nothing is left, everything that
  /// pays stops early and the document is good for nothing.
  /// 64 bits everywhere: what nobody bounds must not run out where `Int` has 32.
  var stepsLeft = Int64.max
  #if DEBUG
    /// Transactions since all invariants were checked.
    var uncheckedCount = 0
  #endif
  /// Whose value a mark of our own repeats, see `MarkValue`.
  var repeatedMarks: [MarkID: MarkID] = [:]

  /// - Parameter hashSeed: Random where peers send the content: it seeds the hash tables, so that
  ///   nobody can make their names collide. What is encoded does not depend on it.
  public init(clientID: ClientID, collectsGarbage: Bool = true, hashSeed: UInt64 = 0) {
    precondition(clientID <= maxSafeInteger)
    self.clientID = clientID
    self.collectsGarbage = collectsGarbage
    let seed = hashSeed ^ clientID &* 0xd6e8_feb8_6659_fd93 ^ 0x2545_f491_4f6c_dd1d
    clientTable = ClientTable(seed: seed)
    names = NameTable(seed: seed)
    map = MapTable(seed: seed)
  }

  /// How much of each client is integrated; what pends does not count.
  public var stateVector: StateVector {
    var vector = StateVector()
    for client in clients where client.state > 0 { vector[client.id] = client.state }
    return vector
  }

  /// `stateVector.encoded()`, faster: what a step 1 carries.
  public func encodedStateVector() -> [UInt8] {
    // Names for these two: a closure that names the document counts the owners of all its arrays.
    let (clients, order) = (clients, clientTable.order)
    var count = 0
    for client in clients where client.state > 0 { count += 1 }
    var writer = ByteWriter()
    // A count, and two numbers of 53 bits for each client.
    writer.bytes.append(addingCapacity: 8 + 16 * count + RoomWriter.slack) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, written in
        var room = unsafe RoomWriter(buffer, from: written)
        room.varUInt(UInt64(count))
        for number in order where clients[Int(number)].state > 0 {
          room.put(clients[Int(number)].encodedID)
          room.varUInt(clients[Int(number)].state)
        }
        written = room.count
      }
    }
    return writer.bytes
  }

  /// The next clock expected of a client.
  public func clock(of client: ClientID) -> UInt64 {
    guard let index = clientTable.find(client) else { return 0 }
    return clients[Int(index)].state
  }

  var clocks: ClientClocks { ClientClocks(clients: clients, table: clientTable) }

  /// Whether structs or deletions wait for something that has not come.
  public var hasPending: Bool { !pending.isEmpty }

  /// Names of all roots that an update or an edit has mentioned.
  public var rootNames: [String] {
    types.compactMap { $0.holder == .none ? names.string($0.name) : nil }
  }

  /// Number of structs, GC structs included.
  public var structCount: Int { items.count - freeItems.count }

  /// Number of client ids that the document knows.
  ///
  /// - Complexity: O(1).
  public var clientCount: Int { clients.count }
}

/// What waits in a document for something else.
struct PendingParts: Sendable {
  var structs: Update?
  /// The structs are worth another look once one of these clients has reached the clock.
  var needs: [(client: ClientID, clock: UInt64)] = []
  var deletes = DeleteSet()

  var isEmpty: Bool { structs == nil && deletes.isEmpty }
  var byteCount: Int { (structs?.source.count ?? 0) + deletes.ranges.count * 24 }
}

/// Clocks of one client that a transaction has deleted.
struct DeletedRun: Sendable {
  var client: Index32
  /// The item that began it: most often it still is all of it.
  var item: Index32
  var clock: UInt64
  var length: UInt64
  var end: UInt64 { clock + length }
}

/// What the running transaction has done so far.
struct TransactionState: Sendable {
  /// Clients whose state has advanced.
  var advanced: [Index32] = []
  var deletes: [DeletedRun] = []
  /// Whether any of these had content that can be collected; what arrives deleted has none.
  var deletedContent = false
  /// Starts of structs that may be merged with their neighbours at the end.
  var mergeable: [(client: Index32, clock: UInt64)] = []
  /// Whether a struct with content has become GC on arrival.
  var madeGarbage = false
  /// Whether a struct has to begin where the transaction did, because somebody looks at what is new
  /// before the end.
  var keepsStructsApart = false
  /// Items with subdocuments that have come.
  var subdocumentsAdded: [Index32] = []
  var subdocumentsRemoved: [Subdocument] = []

  /// Forgets what it did to structs, and keeps the room. One by one, as mostly it is one:
  /// `removeAll` takes a tenth of the time of integrating a letter, even if there is nothing.
  mutating func empty() {
    while !advanced.isEmpty { advanced.removeLast() }
    while !deletes.isEmpty { deletes.removeLast() }
    while !mergeable.isEmpty { mergeable.removeLast() }
  }
}
