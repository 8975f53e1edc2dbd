import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Valid content at which some implementation fails, so that rooms do not pass it on.
@Suite("Readability")
struct ReadabilityTests {
  /// One struct in the root "t", by client 7.
  private func update(_ kind: UInt8, _ content: (inout ByteWriter) -> Void) throws -> Update {
    var writer = ByteWriter()
    for number in [1, 1, 7, 0] as [UInt64] { writer.varUInt(number) }
    writer.byte(kind)
    writer.varUInt(1)
    writer.string("t")
    content(&writer)
    writer.byte(0)
    return try Update(v1: writer.bytes)
  }

  private func json(_ update: Update) throws -> String {
    let record = try #require(update.records.first)
    var reader = ByteReader(update.source.span.extracting(record.contentRange))
    if record.kind == ContentKind.format { _ = try reader.string() }
    return try reader.string()
  }

  /// pycrdt fails at the first column, and Yjs writes it where a string was cut in an emoji.
  @Test(arguments: [
    (#""\ud83d""#, #""\ufffd""#), (#""\uDE00x""#, #""\ufffdx""#),
    (#"{"a\ud83d":["\ud83d\ud83d\ude00"]}"#, #"{"a\ufffd":["\ufffd\ud83d\ude00"]}"#),
    (#""\ud83d\n\ude00""#, #""\ufffd\n\ufffd""#), (#""\\ud83d""#, #""\\ud83d""#),
    (#""\ud83d\ude00\ude00""#, #""\ud83d\ude00\ufffd""#), (#""\u00e4😀""#, #""\u00e4😀""#),
  ])
  func halvesOfPairsAreReplaced(_ text: String, _ expected: String) throws {
    for kind in [ContentKind.embed, ContentKind.format] {
      let update = try update(kind) { writer in
        // The length of what follows, 34, is a quotation mark to who looks at it as JSON.
        if kind == ContentKind.format { writer.string("bold") }
        writer.string(text)
      }
      let mended = update.withReadableJSON()
      #expect(try json(mended) == expected)
      #expect(mended.encodedV1().count == update.encodedV1().count)
      #expect(try json(Update(v1: mended.encodedV1())) == expected)
      #expect(mended.firstUnreadable == nil)
    }
  }

  /// Yjs writes 1e19 as 10000000000000000000, which pycrdt takes for 64 bits with a sign.
  @Test(arguments: [
    ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "92233720368547758e2"),
    (#"{"id":9223372036854776000}"#, #"{"id":92233720368547760e2}"#),
    ("[10000000000000000000,1]", "[100000000000000000e2,1]"),
    ("18446744073709551615", "184467440737095516e2"),
    ("18446744073709551616", "18446744073709551616"),
    ("-10000000000000000000", "-10000000000000000000"),
    (#""10000000000000000000""#, #""10000000000000000000""#),
    ("10000000000000000000.5", "10000000000000000000.5"),
    ("1000000000000000000e1", "1000000000000000000e1"),
  ])
  func wideIntegersGetAnExponent(_ text: String, _ expected: String) throws {
    let update = try update(ContentKind.embed) { $0.string(text) }
    let mended = update.withReadableJSON()
    #expect(try json(mended) == expected)
    #expect(mended.encodedV1().count == update.encodedV1().count)
    #expect(mended.withReadableJSON().encodedV1() == mended.encodedV1())
  }

  @Test(arguments: [
    "1e309", "[-1E+400]", #"{"a":"1e309","b":2e999}"#, String(repeating: "9", count: 400),
    "17976931348623158e292", "1.797693134862315807e308", "-1.7976931348623157e308",
  ])
  func numbersBeyondADoubleAreFound(_ text: String) throws {
    let embed = try update(ContentKind.embed) { $0.string(text) }
    #expect(embed.firstUnreadable?.what == "a number out of range")
  }

  @Test(arguments: [
    "1e308", "-0.5e-400", #""1e309""#, #"{"1e309":"\"2e999"}"#, "null", "12345678901234567890",
    "1.7976931348623157e+308", "-1.7976931348623157e+308", "1e-999",
  ])
  func otherNumbersAreFine(_ text: String) throws {
    let embed = try update(ContentKind.embed) { $0.string(text) }
    #expect(embed.firstUnreadable == nil)
  }

  /// To JavaScript the key is another prototype; Yjs throws at bytes there when it writes them.
  @Test func objectsWithAnotherPrototypeAreFound() throws {
    let prototype = "__proto__"
    for (value, isFine) in [
      (object([prototype: .bytes([1])]), false),
      (object([prototype: .object(ObjectValue())]), false),
      (.array([.null, object(["a": object([prototype: .array([])])])]), false),
      (object([prototype: .number(1)]), true), (object(["__Proto__": .bytes([1])]), true),
      (object(["x__proto__": .bytes([1])]), true), (object(["a": .string(prototype)]), true),
      (.array([.string(prototype), .bytes([1])]), true), (object(["äproto__": .bytes([])]), true),
    ] as [(AnyValue, Bool)] {
      let values = try update(ContentKind.any) { writer in
        writer.varUInt(2)
        writer.any(.null)
        writer.any(value)
      }
      #expect((values.firstUnreadable == nil) == isFine, "\(value)")
      let subdocument = try subdocument(object(["meta": value]))
      #expect((subdocument.firstUnreadable == nil) == isFine, "\(value)")
    }
  }

  @Test func subdocumentsNeedPlainOptions() throws {
    for (options, isFine) in [
      (.object(ObjectValue()), true), (.null, false), (.undefined, false), (.number(1), false),
      (object(["meta": .array([.null]), "autoLoad": .bool(true), "gc": .bool(false)]), true),
      (object(["shouldLoad": .bool(true), "encoding": .bigInt(1)]), true),
      (object(["gc": .bool(false), "guid": .array([])]), false),
      (object(["gcFilter": .number(1)]), false),
    ] as [(AnyValue, Bool)] {
      #expect((try subdocument(options).firstUnreadable == nil) == isFine, "\(options)")
    }
  }

  private func object(_ entries: KeyValuePairs<String, AnyValue>) -> AnyValue {
    .object(ObjectValue(entries.map { ObjectValue.Entry(key: $0.key, value: $0.value) }))
  }

  private func subdocument(_ options: AnyValue) throws -> Update {
    try update(ContentKind.doc) { writer in
      writer.string("guid")
      writer.any(options)
    }
  }

  @Test func hooksAndMarksUnderKeysAreFound() throws {
    let hook = try update(ContentKind.type) { writer in
      writer.varUInt(TypeKind.xmlHook)
      writer.string("name")
    }
    #expect(hook.firstUnreadable?.what == "an XML hook")
    let element = try update(ContentKind.type) { writer in
      writer.varUInt(TypeKind.xmlElement)
      writer.string("p")
    }
    #expect(element.firstUnreadable == nil)
    let mark = try Update(v1: [1, 1, 7, 0, 0x26, 1, 1, 0x74, 1, 0x6b, 1, 0x62, 1, 0x31, 0])
    #expect(mark.firstUnreadable?.what == "a mark as a key's value")
  }

  /// yrs counts clocks in 32 bits.
  @Test func clocksBeyond32BitsAreFound() throws {
    for (length, isFine) in [(UInt64(UInt32.max), true), (UInt64(UInt32.max) + 1, false)] {
      for kind in [ContentKind.gc, ContentKind.deleted] {
        var writer = ByteWriter()
        for number in [1, 1, 7, 0] as [UInt64] { writer.varUInt(number) }
        writer.byte(kind)
        if kind == ContentKind.deleted {
          writer.varUInt(1)
          writer.string("t")
        }
        writer.varUInt(length)
        writer.byte(0)
        #expect((try Update(v1: writer.bytes).firstUnreadable == nil) == isFine)
      }
    }
  }

  @Test func contentOfKindJSONIsFound() throws {
    let update = try update(ContentKind.json) { writer in
      writer.varUInt(1)
      writer.string("1")
    }
    #expect(
      update.firstUnreadable
        == UnreadableContent(client: 7, clock: 0, what: "content of kind JSON"))
  }

  /// yrs reads one byte of a type's number, whatever follows.
  @Test func paddedNumbersAreNoticed() throws {
    #expect(try update(ContentKind.type) { $0.raw([0x81, 0x00]) }.hasPaddedNumbers)
    #expect(try !update(ContentKind.type) { $0.raw([0x01]) }.hasPaddedNumbers)
    // Any: the integer 1, then the integer 64, which needs two bytes.
    #expect(try update(ContentKind.any) { $0.raw([1, 125, 0x81, 0]) }.hasPaddedNumbers)
    #expect(try !update(ContentKind.any) { $0.raw([1, 125, 0x80, 1]) }.hasPaddedNumbers)
  }

  /// yrs keeps the last of two sections, takes GC with upper bits for an item, and panics at a
  /// section without structs.
  @Test(arguments: [
    [0, 2, 7, 1, 0, 1, 7, 1, 1, 1], [1, 1, 7, 0, 0x80, 3, 0], [1, 1, 7, 0, 0x2a, 3, 0],
    [2, 1, 9, 0, 0, 3, 0, 7, 0, 0],
  ] as [[UInt8]])
  func whatOthersReadOtherwiseIsWrittenAnew(_ bytes: [UInt8]) throws {
    let update = try Update(v1: bytes)
    #expect(update.encodedV1() != bytes)
    #expect(try Update(v1: update.encodedV1()).encodedV1() == update.encodedV1())
  }

  @Test func nothingThatYjsWritesIsOdd() throws {
    for session in Vectors.sessions {
      for bytes in session.updates {
        let update = try Update(v1: bytes)
        #expect(!update.hasPaddedNumbers && update.firstUnreadable == nil)
        #expect(update.withReadableJSON().encodedV1() == bytes)
      }
    }
  }
}
