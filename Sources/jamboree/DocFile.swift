import ArgumentParser
import Foundation

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
    throw ValidationError("\(path) is gzip: gunzip it first")
  }

  static func warn(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
