import Lib0

/// One decoded update: a flat list of records that point into the bytes it came from.
///
/// Everything works on this one form: integration, touch sets, "would it pend", merging. Decoding
/// checks all of it, so whoever holds an `Update` can apply it without another look.
///
/// - Shape: structs ordered by client (highest first) and clock, without overlap; a gap in the
///   clocks of a client is a hole (a Skip on the wire); then the delete set.
/// - Limits: every count is bounded by the bytes left; values nest at most 100 deep.
/// - Source: Yjs `readClientsStructRefs`, `readDeleteSet`; format V1.
public struct Update: Sendable {
  /// What was decoded; records hold offsets into it.
  let source: [UInt8]
  let records: [UpdateRecord]
  public let deleteSet: DeleteSet
  /// How many bytes of `source` are this very update, or `nil` where it has to be written anew.
  let exactByteCount: Int?
  /// Some number took more bytes than it needs when this was decoded. lib0 reads that, yrs not
  /// everywhere; no editor writes it.
  public internal(set) var hasPaddedNumbers = false

  /// The empty update.
  public init() {
    self.init(source: [0, 0], records: [], deleteSet: DeleteSet(), exactByteCount: 2)
  }

  init(source: [UInt8], records: [UpdateRecord], deleteSet: DeleteSet, exactByteCount: Int?) {
    self.source = source
    self.records = records
    self.deleteSet = deleteSet
    self.exactByteCount = exactByteCount
  }

  /// Nothing but deletions.
  init(deleting deleteSet: DeleteSet) {
    self.init(source: [], records: [], deleteSet: deleteSet, exactByteCount: nil)
  }

  public var isEmpty: Bool { records.isEmpty && deleteSet.isEmpty }

  /// Number of structs that are here.
  public var structCount: Int { records.count }

  /// Number of client ids whose structs are here.
  ///
  /// - Complexity: O(structs), without asking a document or making anything.
  public var clientCount: Int {
    var count = 0
    var last: ClientID?
    for record in records where record.client != last {
      count += 1
      last = record.client
    }
    return count
  }

  /// The runs of clocks whose structs are here: highest client first, a hole separates two runs.
  public var clientRanges: [(client: ClientID, from: UInt64, to: UInt64)] {
    var ranges: [(client: ClientID, from: UInt64, to: UInt64)] = []
    for record in records {
      if let last = ranges.last, last.client == record.client, last.to == record.clock {
        ranges[ranges.count - 1].to = record.end
      } else {
        ranges.append((client: record.client, from: record.clock, to: record.end))
      }
    }
    return ranges
  }

  /// What somebody has who has this update and nothing else: per client the end of the run that
  /// begins at clock 0.
  ///
  /// - Source: Yjs `encodeStateVectorFromUpdate`.
  public var stateVector: StateVector {
    var vector = StateVector()
    for range in clientRanges where range.from == 0 { vector[range.client] = range.to }
    return vector
  }
}

/// One struct of an update.
struct UpdateRecord: Sendable {
  var client: ClientID
  var clock: UInt64
  var length: UInt64
  /// The origin; or, with neither origin nor right origin, the parent: the id of the item that
  /// holds it, or offset and count of a root's name in the source (`parentIsRoot`).
  var originClient: UInt64 = 0
  var originClock: UInt64 = 0
  var rightClient: UInt64 = 0
  var rightClock: UInt64 = 0
  /// The map key's bytes in the source, where the parent is given and `InfoBit.key` is set.
  var keyOffset: UInt32 = 0
  var keyCount: UInt32 = 0
  /// The content's bytes in the source. Text without its byte count, Any and JSON without their
  /// number of elements, all others as on the wire.
  var contentOffset: UInt32 = 0
  var contentCount: UInt32 = 0
  var info: UInt8
  var parentIsRoot = false

  var end: UInt64 { clock + length }
  var kind: UInt8 { info & InfoBit.kind }
  var hasOrigin: Bool { info & InfoBit.origin != 0 }
  var hasRightOrigin: Bool { info & InfoBit.rightOrigin != 0 }
  var hasParent: Bool { kind != ContentKind.gc && info & 0xc0 == 0 }
  var hasKey: Bool { info & InfoBit.key != 0 }

  var contentRange: Range<Int> { Int(contentOffset)..<Int(contentOffset) + Int(contentCount) }
  var keyRange: Range<Int> { Int(keyOffset)..<Int(keyOffset) + Int(keyCount) }
  var rootNameRange: Range<Int> { Int(originClient)..<Int(originClient) + Int(originClock) }
}
