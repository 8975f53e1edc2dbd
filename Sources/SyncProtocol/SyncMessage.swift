public import Lib0

/// One message of the sync protocol, which the other envelopes carry.
///
/// - Shape: `varUInt 0…2 ‖ varBytes`.
/// - Use: a sync in both directions takes a `step1` from each side, which the other one answers
///   with a `step2`; edits follow as `update`. Duplicates and any order do no harm.
/// - Source: y-protocols `sync.js`.
public enum SyncMessage: Equatable, Sendable {
  /// "Send me what this state vector lacks."
  case step1(stateVector: [UInt8])
  /// The answer: everything that the asker lacks, and all deletions.
  case step2(update: [UInt8])
  /// An edit.
  case update([UInt8])

  /// Decodes one message; bytes behind it are ignored.
  public init(_ bytes: Span<UInt8>) throws(DecodingError) {
    var reader = ByteReader(bytes)
    self = try SyncMessage(from: &reader)
  }

  /// Reads one message out of an envelope.
  public init(from reader: inout ByteReader) throws(DecodingError) {
    let start = reader.offset
    let type = try reader.varUInt()
    guard type <= SyncType.update else { throw .invalid(offset: start, what: "sync message type") }
    let bytes = [UInt8](copying: try reader.varBytes())
    switch type {
    case SyncType.step1: self = .step1(stateVector: bytes)
    case SyncType.step2: self = .step2(update: bytes)
    default: self = .update(bytes)
    }
  }

  /// The message alone, without an envelope.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  public func write(to writer: inout ByteWriter) {
    switch self {
    case .step1(let bytes):
      writer.varUInt(SyncType.step1)
      writer.varBytes(bytes)
    case .step2(let bytes):
      writer.varUInt(SyncType.step2)
      writer.varBytes(bytes)
    case .update(let bytes):
      writer.varUInt(SyncType.update)
      writer.varBytes(bytes)
    }
  }
}

private enum SyncType {
  static let step1: UInt64 = 0
  static let step2: UInt64 = 1
  static let update: UInt64 = 2
}
