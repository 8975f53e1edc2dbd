import Dispatch
import Glibc
import JamServer
import Synchronization
import Testing

@Suite("SigningKey")
struct SigningKeyTests {
  let folder: TemporaryFolder
  var file: String { folder.path + "/keys/signing.key" }

  init() throws { folder = try TemporaryFolder() }

  private func load() -> Result<[UInt8], SigningKeyError> {
    Result { () throws(SigningKeyError) in try SigningKey.load(dataDirectory: folder.path) }
  }

  private func reason() -> String? {
    guard case .failure(let error) = load() else { return nil }
    #expect(error.path == file)
    return error.reason
  }

  @Test func theKeyIsMadeOnceAndStays() throws {
    let key = try load().get()
    #expect(key.count == 32)
    #expect(Set(key).count > 8)
    #expect(try load().get() == key)
    var status = stat()
    #expect(unsafe stat(file, &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o600)
    #expect(unsafe stat(folder.path + "/keys", &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o700)
  }

  @Test func theDataFolderIsMadeToo() throws {
    let key = try SigningKey.load(dataDirectory: folder.path + "/data")
    #expect(try SigningKey.load(dataDirectory: folder.path + "/data") == key)
  }

  @Test func twoFoldersHaveTwoKeys() throws {
    let other = try SigningKey.load(dataDirectory: folder.path + "/other")
    #expect(try load().get() != other)
  }

  @Test func allWhoMakeItAtOnceAgree() throws {
    for _ in 0..<20 {
      let folder = try TemporaryFolder()
      let keys = Mutex<Set<[UInt8]>>([])
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        let key = try? SigningKey.load(dataDirectory: folder.path)
        keys.withLock { _ = $0.insert(key ?? []) }
      }
      #expect(keys.withLock { $0.count } == 1)
      #expect(keys.withLock { $0.first?.count } == 32)
      #expect(folder.holdsOnly("signing.key", in: "keys"), "temporary files are left over")
    }
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o700, 0o666] as [mode_t])
  func aKeyThatOthersMayReadIsRefused(_ mode: mode_t) throws {
    _ = try load().get()
    #expect(unsafe chmod(file, mode) == 0)
    #expect(reason()?.hasPrefix("has mode 0\(String(mode, radix: 8))") == true)
    #expect(unsafe chmod(file, 0o400) == 0)
    _ = try load().get()
  }

  @Test func aDamagedKeyIsRefusedWhereverTheDamageIs() throws {
    _ = try load().get()
    let whole = try folder.read("keys/signing.key")
    #expect(whole.count == 46)
    #expect(whole.prefix(10).elementsEqual(Array("JAMBKEY\n".utf8) + [1, 0]))
    for count in 0..<whole.count {
      _ = try folder.write("keys/signing.key", Array(whole.prefix(count)), mode: 0o600)
      #expect(reason() != nil, "the first \(count) bytes were taken")
    }
    for bit in 0..<whole.count * 8 {
      var bent = whole
      bent[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try folder.write("keys/signing.key", bent, mode: 0o600)
      #expect(reason() != nil, "bit \(bit)")
    }
    _ = try folder.write("keys/signing.key", whole + [0], mode: 0o600)
    #expect(reason() == "is damaged: restore it from a backup, or move it away for a new one")
    _ = try folder.write("keys/signing.key", [UInt8](repeating: 7, count: 32), mode: 0o600)
    #expect(reason() == "is no signing key")
    _ = try folder.write("keys/signing.key", whole, mode: 0o600)
    _ = try load().get()
  }

  @Test func whatIsNoFileIsRefused() throws {
    #expect(unsafe mkdir(folder.path + "/keys", 0o700) == 0)
    let target = try folder.write("target", String(repeating: "k", count: 32), mode: 0o600)
    #expect(unsafe symlink(target, file) == 0)
    #expect(reason() == "is a symbolic link")
    #expect(unsafe unlink(file) == 0)
    #expect(unsafe symlink("/nowhere", file) == 0)
    #expect(reason() == "is a symbolic link")
    #expect(unsafe unlink(file) == 0)
    #expect(unsafe mkdir(file, 0o700) == 0)
    #expect(reason() == "is no regular file")
    #expect(unsafe rmdir(file) == 0)
    #expect(unsafe mkfifo(file, 0o600) == 0)
    #expect(reason() == "is no regular file")
  }

  @Test func aFolderThatCannotBeIsNamed() throws {
    let blocked = try folder.write("blocked", "")
    let error = #expect(throws: SigningKeyError.self) {
      try SigningKey.load(dataDirectory: blocked)
    }
    #expect(error?.path == blocked + "/keys")
  }
}
