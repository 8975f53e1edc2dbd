/// CRC-32C (Castagnoli): reflected polynomial 0x82F63B78, start and end value inverted.
///
/// Eight table lookups for eight bytes. Check value: `"123456789"` gives 0xE3069283.
enum CRC32C {
  /// The checksum of `bytes`; with `seed` the checksum of an earlier part, that of both together.
  static func checksum(_ bytes: Span<UInt8>, seed: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe tables.withUnsafeBufferPointer { table in unsafe update(seed, buffer, table) }
    }
  }

  /// Unchecked loads: every offset is below `bytes.count` and every index below 2048 by shape.
  private static func update(
    _ seed: UInt32, _ bytes: UnsafeRawBufferPointer, _ table: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    var crc = ~seed
    var offset = 0
    while offset &+ 8 <= bytes.count {
      let raw = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let word = UInt64(littleEndian: raw) ^ UInt64(crc)
      var next: UInt32 = 0
      next ^= unsafe table[Int(1792 &+ (word & 0xff))]
      next ^= unsafe table[Int(1536 &+ (word >> 8 & 0xff))]
      next ^= unsafe table[Int(1280 &+ (word >> 16 & 0xff))]
      next ^= unsafe table[Int(1024 &+ (word >> 24 & 0xff))]
      next ^= unsafe table[Int(768 &+ (word >> 32 & 0xff))]
      next ^= unsafe table[Int(512 &+ (word >> 40 & 0xff))]
      next ^= unsafe table[Int(256 &+ (word >> 48 & 0xff))]
      next ^= unsafe table[Int(word >> 56)]
      crc = next
      offset &+= 8
    }
    while offset < bytes.count {
      crc = unsafe table[Int((crc ^ UInt32(bytes[offset])) & 0xff)] ^ (crc >> 8)
      offset &+= 1
    }
    return ~crc
  }

  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[index] = value
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xff)]
    }
    return tables
  }()
}
