import CRDT
import Lib0

/// What crosses the border to the page: bytes in, bytes out, and errors.
///
/// The page writes arguments to `input`, calls, and reads the result where `output` says. Both stay
/// as they are until the next call.
enum Border {
  nonisolated(unsafe) private static var room: UnsafeMutableRawBufferPointer =
    .allocate(byteCount: 4096, alignment: 8)
  nonisolated(unsafe) private static var result: [UInt8] = []

  /// Room for that many bytes of arguments.
  static func input(_ count: Int) -> UnsafeMutableRawPointer? {
    if unsafe count > room.count {
      unsafe room.deallocate()
      unsafe room = .allocate(byteCount: count, alignment: 8)
    }
    return unsafe room.baseAddress
  }

  /// The first bytes of the arguments, as they are.
  static func bytes(_ count: Int32) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { target, filled in
      let source = unsafe UnsafeRawBufferPointer(rebasing: room[..<Int(count)])
      unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
      filled = Int(count)
    }
  }

  /// Where the result is. The array is not touched until the next call replaces it.
  static var output: UnsafePointer<UInt8>? {
    unsafe result.withUnsafeBufferPointer { $0.baseAddress }
  }

  static var outputCount: Int32 { unsafe Int32(result.count) }

  /// Gives bytes to the page. The result is their count.
  static func give(_ bytes: [UInt8]) -> Int32 {
    unsafe result = bytes
    return Int32(bytes.count)
  }

  static func give(_ writer: ByteWriter) -> Int32 { give(writer.bytes) }

  // MARK: Errors

  static let failed: Int32 = -1

  /// - Shape: code, offset in the input + 1 or 0, message.
  static func fail(_ code: ErrorCode, _ message: String, at offset: Int? = nil) -> Int32 {
    var writer = ByteWriter()
    writer.byte(code.rawValue)
    writer.varUInt(offset.map { $0 + 1 } ?? 0)
    writer.string(message)
    _ = give(writer)
    return failed
  }

  static func failNoType(_ number: Int32) -> Int32 {
    fail(.value, "the document has no type \(number)")
  }

  static func fail(_ error: UpdateError) -> Int32 {
    fail(.decoding, error.reason, at: error.offset)
  }

  static func fail(_ error: DecodingError) -> Int32 {
    fail(.decoding, error.reason, at: error.offset)
  }

  static func fail(_ error: EncodingError) -> Int32 { fail(.encoding, error.description) }

  static func fail(_ error: EditError) -> Int32 {
    switch error {
    case .outOfBounds(let index, let length):
      fail(.outOfBounds, "\(index) is outside of a length of \(length)")
    case .notAnElement: fail(.notAnElement, "attributes are for XML elements and texts")
    case .notAChild: fail(.notAChild, "the element to insert behind is no child")
    case .gone: fail(.gone, "the type is deleted")
    }
  }
}

/// Numbers of the wrapper's `EngineErrorCode`.
enum ErrorCode: UInt8 {
  case decoding, encoding, outOfBounds, notAnElement, notAChild, gone, busy, freed, value
}

/// How updates are written.
enum Format: Int32 {
  case v1 = 1
  case v2 = 2

  func decode(_ bytes: [UInt8]) throws(UpdateError) -> Update {
    switch self {
    case .v1: try Update(v1: bytes)
    case .v2: try Update(v2: bytes)
    }
  }

  func encode(_ update: Update) throws(EncodingError) -> [UInt8] {
    switch self {
    case .v1: update.encodedV1()
    case .v2: try update.encodedV2()
    }
  }
}
