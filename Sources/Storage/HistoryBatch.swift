/// The plain bytes of a history member: records of one room, one after the other, without what
/// the member or the record before already says (Protocol/storage.md §6).
enum HistoryBatch {
  /// `records` must be in order of sequence and not empty.
  static func encode(_ records: [JournalRecord]) -> [UInt8] {
    var writer = Writer()
    var sequence = (records.first?.sequence ?? 1) - 1
    var time: Int64 = 0
    for record in records {
      writer.varUInt(record.sequence - sequence)
      let step = record.time &- time
      writer.varUInt(UInt64(bitPattern: step << 1 ^ step >> 63))
      writer.bytes.append(record.kind.rawValue)
      writer.varUInt(record.epoch)
      writer.name(record.board, table: 0)
      writer.name(record.author, table: 1)
      writer.varUInt(UInt64(record.payload.count))
      writer.bytes += record.payload
      sequence = record.sequence
      time = record.time
    }
    return writer.bytes
  }

  /// The records of a batch; `nil` if the bytes are not what `encode` makes.
  static func decode(
    _ bytes: Span<UInt8>, room: RoomID, header: MemberHeader
  ) -> [JournalRecord]? {
    var reader = Reader(bytes)
    var records: [JournalRecord] = []
    guard header.firstSequence > 0 else { return nil }
    var sequence = header.firstSequence - 1
    var time: Int64 = 0
    while reader.offset < bytes.count {
      guard let gap = reader.varUInt(), gap > 0, let step = reader.varUInt(),
        let kind = reader.byte(), let epoch = reader.varUInt(),
        let board = reader.name(table: 0), let author = reader.name(table: 1),
        let payload = reader.payload()
      else { return nil }
      let (next, overflow) = sequence.addingReportingOverflow(gap)
      guard !overflow else { return nil }
      sequence = next
      time = time &+ (Int64(bitPattern: step >> 1) ^ -Int64(bitPattern: step & 1))
      records.append(
        JournalRecord(
          time: time, room: room, board: board, sequence: sequence, epoch: epoch,
          author: author, kind: RecordKind(rawValue: kind), payload: payload))
    }
    guard records.count == Int(header.recordCount),
      records.first?.sequence == header.firstSequence, sequence == header.lastSequence
    else { return nil }
    return records
  }

  private struct Writer {
    var bytes: [UInt8] = []
    /// Boards and authors, by their bytes: texts that Swift takes for equal may differ in them.
    var names: [[[UInt8]: UInt64]] = [[:], [:]]

    mutating func varUInt(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    /// 0 and the text the first time, afterwards its number, counted from 1.
    mutating func name(_ text: String, table: Int) {
      let name = Array(text.utf8)
      if let number = names[table][name] { return varUInt(number) }
      names[table][name] = UInt64(names[table].count + 1)
      varUInt(0)
      varUInt(UInt64(name.count))
      bytes += name
    }
  }

  private struct Reader: ~Escapable {
    let bytes: Span<UInt8>
    var offset = 0
    var names: [[String]] = [[], []]  // boards, authors

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
      guard offset < bytes.count else { return nil }
      defer { offset += 1 }
      return bytes[offset]
    }

    mutating func varUInt() -> UInt64? {
      var value: UInt64 = 0
      for shift: UInt64 in stride(from: 0, through: 63, by: 7) {
        guard let byte = byte(), shift < 63 || byte <= 1 else { return nil }
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }

    mutating func payload() -> [UInt8]? {
      guard let count = varUInt(), count <= UInt64(bytes.count - offset) else { return nil }
      defer { offset += Int(count) }
      return bytes.extracting(offset..<offset + Int(count)).copied()
    }

    mutating func name(table: Int) -> String? {
      guard let number = varUInt() else { return nil }
      guard number == 0 else {
        return number <= UInt64(names[table].count) ? names[table][Int(number) - 1] : nil
      }
      guard let text = payload() else { return nil }
      names[table].append(String(decoding: text, as: UTF8.self))
      return names[table].last
    }
  }
}
