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
      let mended = update.withoutLoneSurrogates()
      #expect(try json(mended) == expected)
      #expect(mended.encodedV1().count == update.encodedV1().count)
      #expect(try json(Update(v1: mended.encodedV1())) == expected)
      #expect(mended.firstUnreadable == nil)
    }
  }

  @Test(arguments: [
    "1e309", "[-1E+400]", #"{"a":"1e309","b":2e999}"#, String(repeating: "9", count: 400),
  ])
  func numbersBeyondADoubleAreFound(_ text: String) throws {
    let embed = try update(ContentKind.embed) { $0.string(text) }
    #expect(embed.firstUnreadable?.what == "a number out of range")
  }

  @Test(arguments: [
    "1e308", "-0.5e-400", #""1e309""#, #"{"1e309":"\"2e999"}"#, "null", "12345678901234567890",
  ])
  func otherNumbersAreFine(_ text: String) throws {
    let embed = try update(ContentKind.embed) { $0.string(text) }
    #expect(embed.firstUnreadable == nil)
  }

  @Test func subdocumentsNeedOptions() throws {
    for (options, isFine) in [
      (AnyValue.object(ObjectValue()), true), (.null, false), (.undefined, false),
      (.number(1), false),
    ] {
      let update = try update(ContentKind.doc) { writer in
        writer.string("guid")
        writer.any(options)
      }
      #expect((update.firstUnreadable == nil) == isFine, "\(options)")
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

  /// yrs keeps the last of two sections, and takes GC with upper bits for an item.
  @Test(arguments: [
    [0, 2, 7, 1, 0, 1, 7, 1, 1, 1], [1, 1, 7, 0, 0x80, 3, 0], [1, 1, 7, 0, 0x2a, 3, 0],
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
        #expect(update.withoutLoneSurrogates().encodedV1() == bytes)
      }
    }
  }
}
