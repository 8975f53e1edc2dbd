import Lib0

/// Content that is valid, and at which some implementation fails for good.
public struct UnreadableContent: Equatable, Sendable {
  public var client: ClientID
  public var clock: UInt64
  /// What it is, as a noun.
  public var what: String
}

extension Update {
  /// The first struct whose content not all implementations read:
  ///
  /// - kind JSON, which Yjs 13 reads and does not write (it has kind Any): yrs fails;
  /// - a subdocument whose options are no object: Yjs throws;
  /// - a number in an embed or a mark's value that no double can hold: yrs fails.
  ///
  /// - Complexity: O(structs), plus the bytes of embeds and marks.
  public var firstUnreadable: UnreadableContent? {
    for record in records {
      let what: String? =
        switch record.kind {
        case ContentKind.json: "content of kind JSON"
        case ContentKind.doc where !hasOptions(record): "a subdocument without options"
        case ContentKind.embed, ContentKind.format:
          JSONText.holdsHugeNumber(source.span.extracting(jsonRange(of: record)))
            ? "a number out of range" : nil
        default: nil
        }
      guard let what else { continue }
      return UnreadableContent(client: record.client, clock: record.clock, what: what)
    }
    return nil
  }

  /// Whether a subdocument's options are an object (lib0's tag 118).
  private func hasOptions(_ record: UpdateRecord) -> Bool {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    do {
      _ = try reader.skipString()
      return try reader.byte() == 118
    } catch { return false }
  }

  /// Where the JSON of an embed or a mark is: behind its length, and behind the mark's name.
  private func jsonRange(of record: UpdateRecord) -> Range<Int> {
    let content = record.contentRange
    var reader = ByteReader(source.span.extracting(content))
    do {
      if record.kind == ContentKind.format { _ = try reader.skipString() }
      _ = try reader.varUInt()
    } catch { return content.upperBound..<content.upperBound }
    return content.lowerBound + reader.offset..<content.upperBound
  }

  /// The same with U+FFFD in place of halves of surrogate pairs in embeds and marks' values. Yjs
  /// writes those where a string was cut in an emoji, and yrs fails at them; in text Yjs itself
  /// writes U+FFFD.
  ///
  /// - Complexity: O(structs), plus the bytes of embeds and marks.
  public func withoutLoneSurrogates() -> Update {
    var places: [Int] = []
    for record in records
    where record.kind == ContentKind.embed || record.kind == ContentKind.format {
      let range = jsonRange(of: record)
      places += JSONText.loneSurrogates(source.span.extracting(range))
        .map { $0 + range.lowerBound }
    }
    guard !places.isEmpty else { return self }
    var bytes = source
    for place in places {
      for (offset, byte) in "fffd".utf8.enumerated() { bytes[place + offset] = byte }
    }
    var update = Update(
      source: bytes, records: records, deleteSet: deleteSet, exactByteCount: exactByteCount)
    update.hasPaddedNumbers = hasPaddedNumbers
    return update
  }
}

/// JSON texts that were checked.
extension JSONText {
  /// Where the four digits of escapes begin that are half a surrogate pair.
  static func loneSurrogates(_ bytes: Span<UInt8>) -> [Int] {
    var places: [Int] = []
    var index = 0
    /// A first half right before `index`.
    var high: Int?
    while index + 1 < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\") else {
        if let place = high { places.append(place) }
        high = nil
        index += 1
        continue
      }
      let unit = bytes[index + 1] == UInt8(ascii: "u") ? codeUnit(bytes, at: index + 2) : nil
      let isLow = unit.map { 0xdc00...0xdfff ~= $0 } ?? false
      if let place = high, !isLow { places.append(place) }
      if isLow, high == nil { places.append(index + 2) }
      high = unit.map { 0xd800...0xdbff ~= $0 } ?? false ? index + 2 : nil
      index += unit == nil ? 2 : 6
    }
    if let place = high { places.append(place) }
    return places
  }

  private static func codeUnit(_ bytes: Span<UInt8>, at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for index in start..<start + 4 {
      guard let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  /// Whether a number that is in no string is beyond what a double can hold.
  static func holdsHugeNumber(_ bytes: Span<UInt8>) -> Bool {
    var isInString = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if isInString {
        if byte == UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") { isInString = false }
        index += 1
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
        index += 1
      } else if isDigit(byte) {
        var text = ""
        while index < bytes.count, isDigit(bytes[index]) || isPart(bytes[index]) {
          text.unicodeScalars.append(UnicodeScalar(bytes[index]))
          index += 1
        }
        if Double(text)?.isInfinite ?? false { return true }
      } else {
        index += 1
      }
    }
    return false
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
