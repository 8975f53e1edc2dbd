import Glibc
import HTTP
import Storage
import Testing

@testable import JamServer

@Suite("The web client's files")
struct WebFilesTests {
  let folder: TemporaryFolder
  private let script = String(repeating: "const a = 1;\n", count: 100)

  init() throws {
    folder = try TemporaryFolder()
    #expect(unsafe mkdir(folder.path + "/assets", 0o755) == 0)
    _ = try folder.write("index.html", "<!doctype html>")
    _ = try folder.write("sw.js", "// nothing")
    _ = try folder.write("assets/app-1f.js", script)
    _ = try folder.write("assets/app-1f.js.gz", Gzip.pack(Array(script.utf8)))
    _ = try folder.write("assets/.hidden", "x")
    _ = try folder.write("assets/a b.js", "x")
    _ = try folder.write("secret.txt", "x")
  }

  private func answer(
    _ path: String, _ lines: String..., from files: WebFiles? = nil
  ) throws -> Response {
    let text = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    let head = try #require(try RequestHead.parse(Array(text.utf8).span)).head
    let files = try files ?? WebFiles(folder: folder.path)
    return try #require(files[path]).response(to: head.fields)
  }

  private func field(_ name: String, of response: Response) -> String? {
    response.fields.first { $0.name == name }?.value
  }

  @Test func aFileComesWithItsTypeAndTag() throws {
    let page = try answer("index.html")
    #expect(page.status == 200 && page.body == Array("<!doctype html>".utf8))
    #expect(field("content-type", of: page) == "text/html; charset=utf-8")
    #expect(field("cache-control", of: page) == "no-cache")
    // SHA-256 of the text, its first eight bytes.
    #expect(field("etag", of: page) == "\"fe26c59e91ac8de6\"")
    #expect(field("vary", of: page) == nil)
    #expect(try WebFiles(folder: folder.path).notes.isEmpty)
  }

  @Test func gzipGoesToWhoTakesItUnderItsOwnTag() throws {
    let plain = try answer("assets/app-1f.js")
    let packed = try answer("assets/app-1f.js", "Accept-Encoding: gzip")
    #expect(plain.body == Array(script.utf8) && field("content-encoding", of: plain) == nil)
    #expect(field("content-encoding", of: packed) == "gzip")
    #expect(try Gzip.unpack(packed.body, limit: 1 << 20) == Array(script.utf8))
    for response in [plain, packed] {
      #expect(field("vary", of: response) == "Accept-Encoding")
      #expect(field("content-type", of: response) == "text/javascript; charset=utf-8")
      #expect(field("cache-control", of: response) == "public, max-age=31536000, immutable")
    }
    #expect(field("etag", of: plain) != field("etag", of: packed))
  }

  @Test func whoHasItGetsNoBody() throws {
    for encoding in ["Accept-Encoding: gzip", "Accept-Encoding: identity"] {
      let first = try answer("assets/app-1f.js", encoding)
      let tag = try #require(field("etag", of: first))
      let again = try answer("assets/app-1f.js", encoding, "If-None-Match: \(tag)")
      #expect(again.status == 304 && again.body.isEmpty)
      #expect(field("etag", of: again) == tag && field("vary", of: again) == "Accept-Encoding")
      let changed = try answer("assets/app-1f.js", encoding, "If-None-Match: \"other\"")
      #expect(changed.status == 200)
    }
  }

  @Test(arguments: [
    "secret.txt", "assets/.hidden", "assets/a b.js", "assets/app-1f.js.gz", "index.html.gz",
    "assets", "assets/", "", "/index.html", "../index.html", "assets/../index.html",
    "icon.svg", "manifest.webmanifest",
  ])
  func nothingElseInTheFolderIsServed(path: String) throws {
    #expect(try WebFiles(folder: folder.path)[path] == nil)
  }

  @Test func anOlderTwinIsNotServedForTheFile() throws {
    for twin in [Gzip.pack(Array("old".utf8)), [], [1, 2, 3], Array(Gzip.pack([1]).dropLast())] {
      _ = try folder.write("assets/app-1f.js.gz", twin)
      let files = try WebFiles(folder: folder.path)
      #expect(files.notes.count == 1)
      let answer = try answer("assets/app-1f.js", "Accept-Encoding: gzip", from: files)
      #expect(answer.body == Array(script.utf8))
    }
  }

  @Test func aTwinThatIsNoShorterIsLeftOut() throws {
    _ = try folder.write("sw.js.gz", Gzip.pack(Array("// nothing".utf8)))
    let answer = try answer("sw.js", "Accept-Encoding: gzip")
    #expect(field("content-encoding", of: answer) == nil && field("vary", of: answer) == nil)
  }

  @Test func aFolderWithoutAPageIsNone() throws {
    #expect(unsafe unlink(folder.path + "/index.html") == 0)
    #expect(throws: HubError.self) { try WebFiles(folder: folder.path) }
    #expect(throws: HubError.self) { try WebFiles(folder: folder.path + "/none") }
  }

  @Test func linksAndPipesAreNotFollowed() throws {
    #expect(unsafe mkfifo(folder.path + "/icon.svg", 0o600) == 0)
    #expect(try WebFiles(folder: folder.path)["icon.svg"] == nil)
    #expect(unsafe symlink("/etc/passwd", folder.path + "/assets/evil.js") == 0)
    #expect(throws: HubError.self) { try WebFiles(folder: folder.path) }
  }

  @Test func aFolderMayOnlyBeSoBig() throws {
    let file = folder.path + "/assets/big.js"
    _ = try folder.write("assets/big.js", "")
    #expect(unsafe truncate(file, off_t(WebFiles.bytesMax)) == 0)
    #expect(throws: HubError.self) { try WebFiles(folder: folder.path) }
  }
}
