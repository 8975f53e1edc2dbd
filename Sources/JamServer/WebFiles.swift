internal import Glibc
internal import HTTP
internal import Storage

/// The web client: read once at the start, so that what a request names is looked up in a table and
/// never in the file system.
///
/// - Shape: `index.html`, which is every page; `sw.js`, `manifest.webmanifest`, `icon.svg` where
///   they are there; everything in `assets/`, whose names change with the content. Beside each
///   there may be the same with `.gz` at the end. Anything else is left alone.
struct WebFiles: Sendable {
  /// By path from the folder: `assets/app-1f2e.js`.
  private var files: [String: WebFile] = [:]
  /// What was found and is not served, a sentence each.
  private(set) var notes: [String] = []

  static let page = "index.html"
  static let beside = ["sw.js", "manifest.webmanifest", "icon.svg"]
  static let assets = "assets"
  static let bytesMax = 64 << 20
  static let filesMax = 1_000

  /// Reads the folder at `path`.
  ///
  /// - Throws: for a folder without `index.html`, one that cannot be read, and one with more than
  ///   64 MiB or 1,000 files.
  init(folder path: String) throws(HubError) {
    var reader = WebFolderReader(path)
    guard let page = try reader.file(Self.page, isForEver: false) else {
      throw HubError("the web folder \(path) has no \(Self.page)")
    }
    files[Self.page] = page
    for name in Self.beside {
      files[name] = try reader.file(name, isForEver: false)
    }
    for name in try reader.assetNames() {
      let path = "\(Self.assets)/\(name)"
      files[path] = try reader.file(path, isForEver: true)
    }
    notes = reader.notes
  }

  subscript(path: String) -> WebFile? { files[path] }

  /// The folder that the settings name; without one `web` beside the program, if it is there.
  static func folder(of config: HubConfig) -> String? {
    if let named = config.webDirectory { return named }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    let program = String(
      decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let end = program.lastIndex(of: "/") else { return nil }
    let folder = program[..<end] + "/web"
    return unsafe access("\(folder)/\(page)", R_OK) == 0 ? String(folder) : nil
  }
}

/// Reads the files of one folder, all of them together no more than the limits.
private struct WebFolderReader {
  let path: String
  var notes: [String] = []
  private var bytesLeft = WebFiles.bytesMax
  private var filesLeft = WebFiles.filesMax

  init(_ path: String) { self.path = path }

  /// Nil where there is no such file.
  mutating func file(_ name: String, isForEver: Bool) throws(HubError) -> WebFile? {
    guard let bytes = try read(name) else { return nil }
    var gzip = try read(name + ".gz")
    if let packed = gzip {
      // An older build's would be served as this one's.
      let plain = try? Gzip.unpack(packed, limit: bytes.count)
      if plain != bytes {
        notes.append("\(path)/\(name).gz is not \(name) under gzip, and is not served")
        gzip = nil
      }
    }
    return WebFile(name: name, bytes, gzip: gzip, isForEver: isForEver)
  }

  /// Names in `assets/` that a link of ours could have, sorted, without those of gzip twins.
  func assetNames() throws(HubError) -> [String] {
    let folder = "\(path)/\(WebFiles.assets)"
    guard let stream = unsafe opendir(folder) else {
      if errno == ENOENT { return [] }
      throw fault(WebFiles.assets)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe String(cString: text)
        }
      }
      guard WebFolderReader.isName(name), !name.hasSuffix(".gz") else { continue }
      names.append(name)
      guard names.count <= WebFiles.filesMax else { throw tooMuch }
    }
    return names.sorted()
  }

  private static func isName(_ name: String) -> Bool {
    !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private mutating func read(_ name: String) throws(HubError) -> [UInt8]? {
    // O_NONBLOCK: a pipe in a file's place must not hold us up.
    let file = unsafe open("\(path)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw fault(name)
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw fault(name) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      notes.append("\(path)/\(name) is no regular file, and is not served")
      return nil
    }
    let size = Int(status.st_size)
    guard size <= bytesLeft, filesLeft > 0 else { throw tooMuch }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(file, buffer.baseAddress.map { unsafe $0 + done }, size - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw count < 0 ? fault(name) : HubError("\(path)/\(name) changes while it is read")
      }
      done += count
    }
    bytesLeft -= size
    filesLeft -= 1
    return bytes
  }

  private func fault(_ name: String) -> HubError {
    HubError("cannot read \(path)/\(name): \(unsafe String(cString: strerror(errno)))")
  }

  private var tooMuch: HubError {
    HubError(
      "the web folder \(path) has more than \(WebFiles.bytesMax >> 20) MiB or "
        + "\(WebFiles.filesMax) files")
  }
}
