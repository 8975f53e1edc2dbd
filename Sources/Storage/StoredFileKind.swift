/// What a file of a data directory is, as its first bytes say (Protocol/storage.md).
public enum StoredFileKind: Sendable {
  case board, stage, room, history, log, key

  /// `nil` for what is none of ours. Checksums are not looked at, so a damaged file keeps its kind.
  public init?(of bytes: [UInt8]) {
    if bytes.starts(with: SegmentHeader.magic) {
      self = .log
    } else if bytes.starts(with: SigningKeyFile.magic) {
      self = .key
    } else if bytes.starts(with: MemberHeader.prefix), bytes.count > 17,
      let kind = MemberKind(rawValue: bytes[17])
    {
      switch kind {
      case .board: self = .board
      case .stage: self = .stage
      case .room: self = .room
      case .history: self = .history
      }
    } else {
      return nil
    }
  }
}
