import JamServer
import Testing

@Suite("Origins and sizes")
struct ConfigValueTests {
  @Test func withoutAListOnlyTheSameHostMayConnect() {
    let config = HubConfig()
    #expect(config.accepts(origin: nil, host: "a:1"))
    #expect(config.accepts(origin: "http://a:1", host: "A:1"))
    for origin in [
      "http://a", "http://a:2", "http://b:1", "null", "", "ftp://a:1", "http://",
      "http://a:1/", "http://a:1@b",
    ] {
      #expect(!config.accepts(origin: origin, host: "a:1"), "\(origin)")
    }
    #expect(!config.accepts(origin: "http://a:1", host: nil))
  }

  @Test func aListReplacesTheSameHost() {
    var config = HubConfig()
    config.allowedOrigins = ["https://a.example"]
    #expect(config.accepts(origin: "https://A.example", host: "x"))
    #expect(config.accepts(origin: "http://x", host: "x"))
    #expect(!config.accepts(origin: "http://y", host: "x"))
    #expect(!config.accepts(origin: "https://a.example.evil", host: "x"))
    config.allowedOrigins = ["*"]
    #expect(config.accepts(origin: "null", host: "x"))
  }

  @Test(
    arguments: [
      ("0", 0), ("64", 64), ("64 KiB", 65536), ("1MiB", 1 << 20), ("8388607 TiB", 8_388_607 << 40),
      ("", nil), ("KiB", nil), (" 1", nil), ("1  KiB", nil), ("-1", nil), ("+1", nil),
      ("1.5 KiB", nil),
      ("1 kb", nil), ("9223372036854775808", nil), ("8388608 TiB", nil), ("\u{0661}", nil),
    ] as [(String, Int?)])
  func sizesAreRead(_ text: String, _ count: Int?) { #expect(ByteCount.parse(text) == count) }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), ((1 << 20) - 1, "1023.9 KiB"),
    (1 << 20, "1 MiB"), (16 << 20, "16 MiB"), (5 << 40, "5 TiB"), (Int.max, "8388607.9 TiB"),
  ])
  func sizesArePrinted(_ count: Int, _ text: String) { #expect(ByteCount.text(count) == text) }
}
