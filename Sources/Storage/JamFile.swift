/// The bytes of `jams/<jam>.json`: what the hub knows of a jam beyond its rooms.
///
/// - Shape: one JSON object whose first two keys are ours, `"format"` and `"crc32c"`, spelt exactly
///   so; the rest is the caller's. The checksum covers every byte but its own eight digits.
/// - Source: Protocol/storage.md.
enum JamFile {
  static let format = 1
  /// Bytes of a file. A thousand rooms with the longest titles take less than a quarter of it.
  static let byteLimit = 8 << 20
  private static let opening = Array("{\"format\":".utf8)
  private static let middle = Array(",\"crc32c\":\"".utf8)
  private static let behind = Array("\",".utf8)

  static func name(of jam: Slug) -> String { "\(jam).json" }
  /// No slug has a dot, so this is nobody's file.
  static func temporaryName(of jam: Slug) -> String { "\(jam).tmp.json" }

  /// What a name in `jams/` is; nil for what is none of ours.
  static func jam(ofFile name: String) -> (jam: Slug, isTemporary: Bool)? {
    for (ending, isTemporary) in [(".tmp.json", true), (".json", false)]
    where name.hasSuffix(ending) {
      return Slug(name.dropLast(ending.count)).map { ($0, isTemporary) }
    }
    return nil
  }

  /// - Parameter content: A JSON object with at least one key, without white space in front.
  static func encode(_ content: [UInt8]) -> [UInt8] {
    precondition(content.first == UInt8(ascii: "{") && content.count > 2, "a JSON object")
    let front = opening + Array(String(format).utf8) + middle
    let back = behind + content.dropFirst() + [UInt8(ascii: "\n")]
    return front + Array(digits(checksum(front, back)).utf8) + back
  }

  /// What `encode` was given, and a line feed.
  static func decode(_ bytes: [UInt8], path: String) throws(StorageError) -> [UInt8] {
    func damaged(_ offset: Int) -> StorageError {
      .damaged(path: path, offset: offset, reason: "is no description of a jam, or not whole")
    }
    guard bytes.starts(with: opening) else { throw damaged(0) }
    let number = bytes[opening.count...].prefix { (0x30...0x39).contains($0) }.prefix(9)
    guard let found = Int(String(decoding: number, as: UTF8.self)) else {
      throw damaged(opening.count)
    }
    let sum = number.endIndex + middle.count
    guard bytes[number.endIndex...].starts(with: middle), bytes.count > sum + 8 + behind.count,
      bytes[(sum + 8)...].starts(with: behind)
    else { throw damaged(number.endIndex) }
    let expected = digits(checksum(Array(bytes[..<sum]), Array(bytes[(sum + 8)...])))
    guard bytes[sum..<sum + 8].elementsEqual(expected.utf8) else {
      throw .damaged(path: path, offset: 0, reason: "has the wrong checksum")
    }
    // The checksum first: it tells damage from a newer format.
    guard found == format else { throw .newerFormat(path: path, version: found) }
    return [UInt8(ascii: "{")] + bytes[(sum + 8 + behind.count)...]
  }

  private static func checksum(_ front: [UInt8], _ back: [UInt8]) -> UInt32 {
    CRC32C.checksum(back.span, seed: CRC32C.checksum(front.span))
  }

  private static func digits(_ sum: UInt32) -> String {
    let text = String(sum, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }
}
