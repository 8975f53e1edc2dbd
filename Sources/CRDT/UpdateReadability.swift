import Lib0

/// Content that is valid, and at which some implementation fails for good.
public struct UnreadableContent: Equatable, Sendable {
  public var client: ClientID
  public var clock: UInt64
  /// What it is, as a noun.
  public var what: String
}

extension Update {
  /// The first struct that not all implementations read:
  ///
  /// - kind JSON, which Yjs 13 reads and does not write (it has kind Any): yrs fails;
  /// - an object whose key `__proto__` is more than a plain value: Yjs throws when it passes the
  ///   update on, and sends and shows nothing more;
  /// - a subdocument whose options are no object, or have a guid or a `gcFilter`: the same;
  /// - a number in an embed or a mark's value that no double can hold, or hardly: yrs fails;
  /// - a mark as a key's value: yrs panics where somebody observes the map;
  /// - the type XmlHook: yrs does not read its name, and so misreads what follows;
  /// - clocks beyond 32 bits: yrs panics.
  ///
  /// - Complexity: O(structs), plus the bytes of values, embeds and marks.
  public var firstUnreadable: UnreadableContent? {
    for record in records {
      guard let what = oddity(of: record) else { continue }
      return UnreadableContent(client: record.client, clock: record.clock, what: what)
    }
    return nil
  }

  private func oddity(of record: UpdateRecord) -> String? {
    if record.end > UInt64(UInt32.max) { return "a clock beyond 32 bits" }
    switch record.kind {
    case ContentKind.json: return "content of kind JSON"
    case ContentKind.any: return setsPrototype(record) ? "an object with another prototype" : nil
    case ContentKind.doc: return hasPlainOptions(record) ? nil : "a subdocument with odd options"
    case ContentKind.type: return isHook(record) ? "an XML hook" : nil
    case ContentKind.format where record.hasParent && record.hasKey:
      return "a mark as a key's value"
    case ContentKind.embed, ContentKind.format:
      let oddities = JSONText.oddities(source.span.extracting(jsonRange(of: record)))
      return oddities.hasHugeNumber ? "a number out of range" : nil
    default: return nil
    }
  }

  private func setsPrototype(_ record: UpdateRecord) -> Bool {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    do {
      while reader.remaining > 0 { try reader.skipAny() }
    } catch { return true }
    return reader.sawPrototype
  }

  /// Whether a subdocument's options are an object without keys that change what the document is.
  private func hasPlainOptions(_ record: UpdateRecord) -> Bool {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    do {
      _ = try reader.skipString()
      guard case .object(let options) = try reader.any() else { return false }
      if options["guid"] != nil || options["gcFilter"] != nil { return false }
    } catch { return false }
    return !setsPrototypeInOptions(record)
  }

  private func setsPrototypeInOptions(_ record: UpdateRecord) -> Bool {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    do {
      _ = try reader.skipString()
      try reader.skipAny()
    } catch { return true }
    return reader.sawPrototype
  }

  private func isHook(_ record: UpdateRecord) -> Bool {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    do { return try reader.varUInt() == TypeKind.xmlHook } catch { return true }
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

  /// The same with embeds and marks' values as yrs reads them too, as long as they were:
  ///
  /// - U+FFFD in place of halves of surrogate pairs, which Yjs writes where a string was cut in an
  ///   emoji (in text Yjs itself writes U+FFFD);
  /// - integers from 2^63 up to 2^64 with an exponent: JavaScript, which has no more than 17 digits
  ///   that mean something, writes them without one, and yrs takes them for 64 bits with a sign.
  ///
  /// - Complexity: O(structs), plus the bytes of embeds and marks.
  public func withReadableJSON() -> Update {
    var halves: [Int] = []
    var wideEnds: [Int] = []
    for record in records
    where record.kind == ContentKind.embed || record.kind == ContentKind.format {
      let range = jsonRange(of: record)
      let oddities = JSONText.oddities(source.span.extracting(range))
      halves += oddities.loneSurrogates.map { $0 + range.lowerBound }
      wideEnds += oddities.wideIntegerEnds.map { $0 + range.lowerBound }
    }
    guard !halves.isEmpty || !wideEnds.isEmpty else { return self }
    var bytes = source
    for place in halves {
      for (offset, byte) in "fffd".utf8.enumerated() { bytes[place + offset] = byte }
    }
    for end in wideEnds {
      bytes[end - 2] = UInt8(ascii: "e")
      bytes[end - 1] = UInt8(ascii: "2")
    }
    var update = Update(
      source: bytes, records: records, deleteSet: deleteSet, exactByteCount: exactByteCount)
    update.hasPaddedNumbers = hasPaddedNumbers
    return update
  }
}
