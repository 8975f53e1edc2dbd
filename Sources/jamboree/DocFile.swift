import ArgumentParser
import Foundation
import Storage

/// Reading documents for the command line.
enum DocFile {
  /// A board is never larger; what unpacks to more is refused.
  static let unpackedLimit = 1 << 30

  /// The bytes of a file, or of standard input for `-`; unpacked if they are gzip.
  static func read(_ path: String) throws -> [UInt8] {
    let data: Data
    if path == "-" {
      data = FileHandle.standardInput.readDataToEndOfFile()
    } else {
      do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
        throw ValidationError("cannot read \(path)")
      }
    }
    let bytes = [UInt8](data)
    return bytes.starts(with: [0x1f, 0x8b]) ? try unpacked(bytes, path) : bytes
  }

  /// The content of a gzip file.
  private static func unpacked(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
    do throws(StorageError) { return try Gzip.unpack(bytes, limit: unpackedLimit) } catch {
      throw ValidationError("cannot unpack \(path): \(error)")
    }
  }

  static func warn(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
