import CZlib

/// RFC 1952 members around zlib's raw deflate. Header and trailer are ours, so that the extra
/// field and every fixed byte are known and checked.
public enum Gzip {
  /// One gzip member with an empty extra field.
  ///
  /// - Limits: 2 GiB of plain bytes (precondition).
  public static func pack(_ plain: [UInt8], level: Int = 6) -> [UInt8] {
    pack(plain, header: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], level: level)
  }

  /// The plain bytes of one or more members, as `gunzip` gives them.
  ///
  /// - Limits: throws `tooLarge` before more than `limit` bytes are held.
  /// - Throws: `damaged` for bad headers, bad data, wrong checksums and trailing bytes.
  public static func unpack(_ bytes: [UInt8], limit: Int) throws(StorageError) -> [UInt8] {
    var plain: [UInt8] = []
    var offset = 0
    repeat {
      let start = try bodyOffset(bytes.span, at: offset)
      let body = try inflate(bytes, from: start, limit: limit - plain.count)
      offset = try checkTrailer(bytes.span, at: body.end, of: body.plain.span)
      if plain.isEmpty { plain = body.plain } else { plain += body.plain }
    } while offset < bytes.count
    return plain
  }

  /// A member with this header; the trailer (CRC-32 and length) is added.
  static func pack(_ plain: [UInt8], header: [UInt8], level: Int) -> [UInt8] {
    precondition(plain.count <= 1 << 31, "a gzip member holds at most 2 GiB")
    var stream = unsafe z_stream()
    let ready = unsafe deflateInit2_(
      &stream, CInt(level), Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    precondition(ready == Z_OK, "zlib cannot allocate")
    defer { unsafe deflateEnd(&stream) }
    let bound = Int(unsafe deflateBound(&stream, UInt(plain.count)))
    var member = unsafe [UInt8](unsafeUninitializedCapacity: header.count + bound + 8) {
      buffer, initialized in
      for byte in header {
        unsafe buffer[initialized] = byte
        initialized += 1
      }
      unsafe plain.withUnsafeBufferPointer { source in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = buffer.baseAddress.map { unsafe $0 + header.count }
        unsafe stream.avail_out = UInt32(bound)
        let result = unsafe deflate(&stream, Z_FINISH)
        precondition(result == Z_STREAM_END, "deflateBound is an upper bound")
        initialized += unsafe bound - Int(stream.avail_out)
      }
    }
    member.append(littleEndian: checksum(plain.span))
    member.append(littleEndian: UInt32(truncatingIfNeeded: plain.count))
    return member
  }

  /// Inflates the raw deflate stream at `start`: its plain bytes and where it ends.
  static func inflate(
    _ bytes: [UInt8], from start: Int, limit: Int, expected: Int = 0
  ) throws(StorageError) -> (plain: [UInt8], end: Int) {
    guard start <= bytes.count, bytes.count - start <= Int(UInt32.max) else {
      throw damage(start, "no data")
    }
    var stream = unsafe z_stream()
    let ready = unsafe inflateInit2_(
      &stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    precondition(ready == Z_OK, "zlib cannot allocate")
    defer { unsafe inflateEnd(&stream) }
    var plain: [UInt8] = []
    plain.reserveCapacity(min(expected, limit))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var end = start
    while true {
      let from = end
      let space = chunk.count
      let result = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe chunk.withUnsafeMutableBufferPointer { target in
          unsafe stream.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress.map { unsafe $0 + from })
          unsafe stream.avail_in = UInt32(source.count - from)
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(space)
          return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        }
      }
      end = unsafe bytes.count - Int(stream.avail_in)
      let produced = unsafe space - Int(stream.avail_out)
      guard plain.count + produced <= limit else {
        throw .tooLarge(what: "gzip data", bytes: plain.count + produced, limit: limit)
      }
      plain += chunk[..<produced]
      if result == Z_STREAM_END { return (plain, end) }
      guard result == Z_OK, produced > 0 || end > from else { throw damage(end, "bad deflate data") }
    }
  }

  /// Checks CRC-32 and length behind the deflate stream; returns where the member ends.
  static func checkTrailer(
    _ bytes: Span<UInt8>, at offset: Int, of plain: Span<UInt8>
  ) throws(StorageError) -> Int {
    guard bytes.count - offset >= 8 else { throw damage(offset, "gzip trailer is missing") }
    guard bytes.littleEndian(at: offset) == checksum(plain) else {
      throw damage(offset, "wrong CRC-32")
    }
    guard bytes.littleEndian(at: offset + 4) == UInt32(truncatingIfNeeded: plain.count) else {
      throw damage(offset + 4, "wrong length")
    }
    return offset + 8
  }

  /// Where the deflate stream of the member at `offset` begins: behind the fixed ten bytes and
  /// the optional fields (RFC 1952 2.3).
  private static func bodyOffset(
    _ bytes: Span<UInt8>, at offset: Int
  ) throws(StorageError) -> Int {
    guard bytes.count - offset >= 10, bytes[offset] == 0x1f, bytes[offset + 1] == 0x8b,
      bytes[offset + 2] == 8, bytes[offset + 3] & 0xe0 == 0
    else { throw damage(offset, "not a gzip member") }
    let flags = bytes[offset + 3]
    var next = offset + 10
    if flags & 4 != 0 {
      guard bytes.count - next >= 2 else { throw damage(next, "extra field is cut") }
      next += 2 + Int(bytes.littleEndian(at: next, as: UInt16.self))
    }
    for flag: UInt8 in [8, 16] where flags & flag != 0 {
      while next < bytes.count && bytes[next] != 0 { next += 1 }
      next += 1
    }
    if flags & 2 != 0 { next += 2 }
    guard next <= bytes.count else { throw damage(offset, "gzip header is cut") }
    return next
  }

  private static func checksum(_ plain: Span<UInt8>) -> UInt32 {
    unsafe plain.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: unsafe crc32_z(0, $0.baseAddress, $0.count))
    }
  }

  private static func damage(_ offset: Int, _ reason: String) -> StorageError {
    .damaged(path: "gzip data", offset: offset, reason: reason)
  }
}
