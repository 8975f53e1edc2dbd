import Lib0

extension Update {
  /// Decodes format V2. Bytes after the delete set are ignored, as Yjs does.
  ///
  /// Values of embeds and marks become JSON, which is all that format V1 has: undefined inside of
  /// an object is left out, bytes become an object of index and value.
  ///
  /// - Parameter freeStructs: Columns say in a few bytes that ten thousand structs are alike, so
  ///   the bytes do not bound how many there are. So many more than bytes are read.
  /// - Complexity: O(bytes + structs).
  /// - Source: Yjs `UpdateDecoderV2`.
  public init(v2 bytes: [UInt8], freeStructs: Int = 100_000) throws(UpdateError) {
    var end = 0
    try self.init(v2: bytes, freeStructs: freeStructs, end: &end)
  }

  /// The same, and where the update ends: before the end of `bytes` where something follows it.
  public init(
    v2 bytes: [UInt8], freeStructs: Int = 100_000, end: inout Int
  ) throws(UpdateError) {
    let plain: [UInt8]
    do {
      var transcoder = try V2Transcoder(bytes.span, freeStructs: freeStructs)
      plain = try transcoder.update()
      end = transcoder.end
    } catch { throw UpdateError(error) }
    do { try self.init(v1: plain) } catch {
      throw Update.located(error, in: bytes, freeStructs: freeStructs)
    }
  }

  /// An error of the V1 form with the offset in the V2 form at which its struct begins.
  private static func located(
    _ error: UpdateError, in bytes: [UInt8], freeStructs: Int
  ) -> UpdateError {
    do {
      var transcoder = try V2Transcoder(bytes.span, freeStructs: freeStructs)
      return UpdateError(.moved(error.cause, to: try transcoder.offset(ofPlain: error.offset)))
    } catch { return UpdateError(error) }
  }
}

extension DecodingError {
  /// The same error at another offset.
  static func moved(_ error: DecodingError, to offset: Int) -> DecodingError {
    switch error {
    case .truncated(_, let needed): .truncated(offset: offset, needed: needed)
    case .integerOutOfRange: .integerOutOfRange(offset: offset)
    case .invalidUTF8: .invalidUTF8(offset: offset)
    case .invalid(_, let what): .invalid(offset: offset, what: what)
    case .tooDeep: .tooDeep(offset: offset)
    }
  }
}

/// Reads format V2 and writes format V1, struct by struct.
///
///     0 | keyClock | client | leftClock | rightClock | info | string | parentInfo | typeRef | len
///       | rest
///
/// Each field of a struct comes from its column; counts, clocks of sections, values and the delete
/// set are in the rest.
private struct V2Transcoder: ~Copyable, ~Escapable {
  private var keyClocks: IntDiffOptRleDecoder
  private var clients: UintOptRleDecoder
  private var leftClocks: IntDiffOptRleDecoder
  private var rightClocks: IntDiffOptRleDecoder
  private var infos: RleDecoder
  private var strings: StringDecoder
  private var parentInfos: RleDecoder
  private var typeReferences: UintOptRleDecoder
  private var lengths: UintOptRleDecoder
  private var rest: ByteReader
  private let bytes: Span<UInt8>
  /// How many structs, and values of kind JSON, may still come.
  private var budget: Int
  /// The keys that had a number so far, as `varString`.
  private var keys: [[UInt8]] = []
  private var writer: ByteWriter
  /// Stops once so many bytes are written, see `offset(ofPlain:)`.
  private var limit = Int.max

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, freeStructs: Int) throws(DecodingError) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == 0 else {
      throw .invalid(offset: 0, what: "a first byte that format V2 lacks")
    }
    // All that can fail comes first: such a struct is initialised whole or not at all.
    var columns: [Range<Int>] = []
    for _ in 0..<9 {
      let count = try reader.varBytes().count
      columns.append(reader.offset - count..<reader.offset)
    }
    let texts = try StringDecoder(
      bytes.extracting(..<columns[5].upperBound), at: columns[5].lowerBound)
    keyClocks = IntDiffOptRleDecoder(
      bytes.extracting(..<columns[0].upperBound), at: columns[0].lowerBound)
    clients = UintOptRleDecoder(
      bytes.extracting(..<columns[1].upperBound), at: columns[1].lowerBound)
    leftClocks = IntDiffOptRleDecoder(
      bytes.extracting(..<columns[2].upperBound), at: columns[2].lowerBound)
    rightClocks = IntDiffOptRleDecoder(
      bytes.extracting(..<columns[3].upperBound), at: columns[3].lowerBound)
    infos = RleDecoder(bytes.extracting(..<columns[4].upperBound), at: columns[4].lowerBound)
    strings = texts
    parentInfos = RleDecoder(bytes.extracting(..<columns[6].upperBound), at: columns[6].lowerBound)
    typeReferences = UintOptRleDecoder(
      bytes.extracting(..<columns[7].upperBound), at: columns[7].lowerBound)
    lengths = UintOptRleDecoder(
      bytes.extracting(..<columns[8].upperBound), at: columns[8].lowerBound)
    rest = reader
    self.bytes = bytes
    budget = bytes.count + max(0, freeStructs)
    writer = ByteWriter(reservingCapacity: bytes.count * 2)
  }

  /// The whole update in format V1.
  mutating func update() throws(DecodingError) -> [UInt8] {
    try structs()
    try DeleteSet.transcodeV2(&rest, to: &writer)
    return writer.bytes
  }

  /// Where the last byte that was read ends.
  var end: Int { rest.offset }

  /// Where, in the rest, the struct begins that is written around `plain`.
  mutating func offset(ofPlain plain: Int) throws(DecodingError) -> Int {
    limit = plain
    try structs()
    return rest.offset
  }

  private mutating func structs() throws(DecodingError) {
    let start = rest.offset
    let sections = try rest.varUInt()
    guard sections <= UInt64(rest.remaining / 2) else {
      throw .invalid(offset: start, what: "more clients than bytes")
    }
    writer.varUInt(sections)
    for _ in 0..<sections {
      let start = rest.offset
      let count = try rest.varUInt()
      guard count <= UInt64(budget) else {
        throw .invalid(offset: start, what: "more structs than so few bytes may hold")
      }
      budget -= Int(count)
      writer.varUInt(count)
      writer.varUInt(try clients.next())
      writer.varUInt(try rest.varUInt())
      for _ in 0..<count {
        if writer.bytes.count > limit { return }
        try one()
      }
    }
  }

  private mutating func one() throws(DecodingError) {
    let info = try infos.next()
    switch info & InfoBit.kind {
    case ContentKind.gc:
      writer.byte(info)
      writer.varUInt(try lengths.next())
    case ContentKind.skip:
      writer.byte(info)
      writer.varUInt(try rest.varUInt())
    case 1...9:
      writer.byte(info)
      try neighbours(info)
      try content(info & InfoBit.kind)
    default: throw .invalid(offset: rest.offset, what: "an unknown kind of struct")
    }
  }

  private mutating func neighbours(_ info: UInt8) throws(DecodingError) {
    if info & InfoBit.origin != 0 { try leftID() }
    if info & InfoBit.rightOrigin != 0 {
      writer.varUInt(try clients.next())
      writer.varUInt(try clock(rightClocks.next()))
    }
    guard info & (InfoBit.origin | InfoBit.rightOrigin) == 0 else { return }
    if try parentInfos.next() == 1 {
      writer.varUInt(1)
      _ = try strings.copyNext(to: &writer)
    } else {
      writer.varUInt(0)
      try leftID()
    }
    if info & InfoBit.key != 0 { _ = try strings.copyNext(to: &writer) }
  }

  private mutating func leftID() throws(DecodingError) {
    writer.varUInt(try clients.next())
    writer.varUInt(try clock(leftClocks.next()))
  }

  private func clock(_ value: Int64) throws(DecodingError) -> UInt64 {
    guard value >= 0 else { throw .integerOutOfRange(offset: rest.offset) }
    return UInt64(value)
  }

  private mutating func content(_ kind: UInt8) throws(DecodingError) {
    switch kind {
    case ContentKind.deleted: writer.varUInt(try lengths.next())
    case ContentKind.json: try legacyJSON()
    case ContentKind.binary:
      let start = rest.offset
      _ = try rest.varBytes()
      copyRest(from: start)
    case ContentKind.string: _ = try strings.copyNext(to: &writer)
    case ContentKind.embed: try json()
    case ContentKind.format:
      try key()
      try json()
    case ContentKind.type:
      let reference = try typeReferences.next()
      writer.varUInt(reference)
      if reference == TypeKind.xmlElement || reference == TypeKind.xmlHook { try key() }
    case ContentKind.any:
      let start = rest.offset
      let count = try lengths.next()
      guard count <= UInt64(rest.remaining) else {
        throw .invalid(offset: start, what: "more values than bytes")
      }
      for _ in 0..<count { try rest.skipAny() }
      writer.varUInt(count)
      copyRest(from: start)
    default:
      _ = try strings.copyNext(to: &writer)
      let start = rest.offset
      try rest.skipAny()
      copyRest(from: start)
    }
  }

  private mutating func legacyJSON() throws(DecodingError) {
    let count = try lengths.next()
    guard count <= UInt64(budget) else {
      throw .invalid(offset: rest.offset, what: "more values than so few bytes may hold")
    }
    budget -= Int(count)
    writer.varUInt(count)
    for _ in 0..<count { _ = try strings.copyNext(to: &writer) }
  }

  /// An Any of the rest as JSON text.
  private mutating func json() throws(DecodingError) {
    let start = rest.offset
    switch try rest.any() {
    case .undefined, .bigInt: throw .invalid(offset: start, what: "a value that JSON lacks")
    case let value: writer.string(JSON.text(value))
    }
  }

  /// A mark's name or an XML element's. The number before it says whether it came before; what
  /// today's Yjs writes never did.
  private mutating func key() throws(DecodingError) {
    let number = try keyClocks.next()
    if number >= 0, number < keys.count {
      writer.raw(keys[Int(number)])
      return
    }
    let start = writer.bytes.count
    _ = try strings.copyNext(to: &writer)
    keys.append(Array(writer.bytes[start...]))
  }

  private mutating func copyRest(from start: Int) {
    for index in start..<rest.offset { writer.byte(bytes[index]) }
  }
}
