import Glibc
import Testing

/// A folder under the system's temporary one, gone with the value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/jamboree-test-XXXXXX".utf8CString)
    try #require(unsafe mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }

  /// Writes a file and returns its path.
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
    let file = path + "/" + name
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    try #require(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    try #require(fchmod(descriptor, mode) == 0)
    return file
  }

  func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
    try write(name, Array(text.utf8), mode: mode)
  }

  /// The bytes of a file, up to a megabyte of them.
  func read(_ name: String) throws -> [UInt8] {
    let descriptor = unsafe open(path + "/" + name, O_RDONLY)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    try #require(count >= 0)
    return Array(bytes.prefix(count))
  }

  /// Whether the sub-folder holds this one entry and no other.
  func holdsOnly(_ name: String, in folder: String) -> Bool {
    unsafe system("test \"$(ls -A '\(path)/\(folder)')\" = '\(name)'") == 0
  }

  /// Whether there is an entry that the shell's pattern fits.
  func has(_ pattern: String) -> Bool {
    unsafe system("ls '\(path)'/\(pattern) > /dev/null 2>&1") == 0
  }
}
