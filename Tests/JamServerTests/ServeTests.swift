import Glibc
import Lib0
import Testing

/// `jamboree serve` as a process: what it prints and what ends it.
@Suite("Serving", .serialized)
struct ServeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a hub until it listens, ends it with `signal`, and kills it if that is not enough.
  private func serve(_ arguments: String, signal: String) throws -> CommandRun {
    // The runner may ignore SIGHUP itself (nohup), and a shell's background job ignores SIGINT.
    let script = """
      rm -f p
      env --default-signal=HUP,INT "$0" serve --data d --port 0 --port-file p \(arguments) &
      hub=$!
      for i in $(seq 100); do test -s p && break; sleep 0.1; done
      kill -\(signal) $hub
      for i in $(seq 100); do kill -0 $hub 2>/dev/null || break; sleep 0.1; done
      kill -9 $hub 2>/dev/null && exit 99
      wait $hub
      """
    return try CommandRun(script: script, in: folder)
  }

  @Test(arguments: ["HUP", "INT", "TERM"])
  func aSignalEndsTheHubCleanly(_ signal: String) throws {
    let run = try serve("", signal: signal)
    #expect(run.exitCode == 0, "\(run.exitCode) \(run.errors)")
    #expect(run.errors.contains("everything is saved"))
  }

  @Test func nohupIsHeeded() throws {
    let script = """
      env --ignore-signal=HUP --default-signal=INT "$0" serve --data d --port 0 --port-file p &
      hub=$!
      for i in $(seq 100); do test -s p && break; sleep 0.1; done
      kill -HUP $hub
      sleep 0.3
      kill -0 $hub || exit 98
      kill $hub
      wait $hub
      """
    let run = try CommandRun(script: script, in: folder)
    #expect(run.exitCode == 0, "\(run.exitCode) \(run.errors)")
  }

  @Test func theLoggedAddressIsAURL() throws {
    let run = try serve("--bind ::1", signal: "TERM")
    let port = String(decoding: try folder.read("p"), as: UTF8.self).dropLast()
    #expect(run.errors.contains("listening on http://[::1]:\(port)"), "\(run.errors)")
  }

  @Test func linksOfAWildcardCanBeUsed() throws {
    _ = try CommandRun(script: "mkdir w && echo page > w/index.html", in: folder)
    let run = try serve("--bind 0.0.0.0 --links --web w", signal: "TERM")
    let port = String(decoding: try folder.read("p"), as: UTF8.self).dropLast()
    #expect(run.output.contains("participant: http://127.0.0.1:\(port)/j/demo#i="))
    #expect(!run.output.contains("0.0.0.0"))
    // Each place has the same three links.
    let links = run.output.split(separator: "\n").filter { $0.contains("#i=") }
    let secrets = Set(links.compactMap { $0.split(separator: "=").last })
    #expect(secrets.count == 3 && links.count % 3 == 0)
    let one = try serve("--bind 127.0.0.1 --links --web w", signal: "TERM")
    #expect(one.output.split(separator: "\n").count { $0.contains("#i=") } == 3)
    // They hold over a restart, and nobody reads them in the log.
    for secret in secrets {
      #expect(one.output.contains(secret))
      #expect(!run.errors.contains(secret) && !one.errors.contains(secret))
    }
    // No terminal, no picture.
    #expect(!run.output.contains("\u{2588}"))
  }

  @Test func withoutAWebClientThereAreNoLinksToIt() throws {
    let run = try serve("--links", signal: "TERM")
    let port = String(decoding: try folder.read("p"), as: UTF8.self).dropLast()
    #expect(!run.output.contains("#i="))
    #expect(run.output.contains("ws://127.0.0.1:\(port)/yjs/demo/ROOM?token=TOKEN"))
    #expect(run.output.contains(" token --data d --jam demo --sub NAME --role participant"))
  }

  @Test(arguments: ["nothing", "w"])
  func aWebFolderWithoutAPageIsNamed(folder name: String) throws {
    let run = try CommandRun(
      script: "mkdir w; \"$0\" serve --data d --port 0 --web \(name)", in: folder)
    #expect(run.exitCode == 1)
    #expect(run.errors.hasSuffix("Error: the web folder \(name) has no index.html\n"))
    let again = try serve("", signal: "TERM")
    #expect(!again.errors.contains("did not end cleanly"), "\(again.errors)")
  }

  @Test func aDamagedDescriptionOfAJamEndsTheStart() throws {
    _ = try serve("", signal: "TERM")
    _ = try CommandRun(script: "mkdir d/jams && echo '{}' > d/jams/demo.json", in: folder)
    let run = try CommandRun(script: "\"$0\" serve --data d --port 0", in: folder)
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("d/jams/demo.json: is no description of a jam"), "\(run.errors)")
  }

  @Test func aPortInUseIsNamed() throws {
    let script = """
      "$0" serve --data d --port 0 --port-file p &
      hub=$!
      for i in $(seq 100); do test -s p && break; sleep 0.1; done
      timeout 10 "$0" serve --data e --port $(cat p) 2>second
      code=$?
      kill $hub
      wait $hub
      exit $code
      """
    let run = try CommandRun(script: script, in: folder)
    let errors = String(decoding: try folder.read("second"), as: UTF8.self)
    #expect(run.exitCode == 1)
    let port = String(decoding: try folder.read("p"), as: UTF8.self).dropLast()
    #expect(
      errors == "Error: cannot listen on 127.0.0.1 port \(port): Address already in use (errno "
        + "\(EADDRINUSE)); another program has this port (--port 0 takes any free one)\n")
  }

  @Test func aPortFileThatCannotBeWrittenEndsTheHubInOrder() throws {
    let script = "\"$0\" serve --data d --port 0 --port-file no/p"
    let run = try CommandRun(script: script, in: folder)
    #expect(run.exitCode == 1)
    #expect(run.errors == "Error: cannot write the port file no/p: No such file or directory\n")
    let again = try serve("", signal: "TERM")
    #expect(!again.errors.contains("did not end cleanly"), "\(again.errors)")
  }

  @Test func aStartThatFailsIsNoCrash() throws {
    _ = try serve("", signal: "TERM")
    let failed = try CommandRun(
      script: "chmod 644 d/keys/signing.key; \"$0\" serve --data d --port 0", in: folder)
    #expect(failed.exitCode == 1 && failed.errors.contains("has mode 0644"), "\(failed.errors)")
    _ = try CommandRun(script: "chmod 600 d/keys/signing.key", in: folder)
    let again = try serve("", signal: "TERM")
    #expect(!again.errors.contains("did not end cleanly"), "\(again.errors)")
  }

  /// Who was refused what and why is in the log; the token never is.
  @Test func refusalsNameRoomBoardSubjectAndReason() throws {
    let script = #"""
      "$0" serve --data d --port 0 --port-file p --jam demo 2>log &
      hub=$!
      for i in $(seq 100); do test -s p && break; sleep 0.1; done
      token=$("$0" token --data d --sub 'Ann B' --role viewer --jam demo --room other)
      bash -c 'exec 3<>/dev/tcp/127.0.0.1/$(cat p)
        printf "GET /yjs/demo/radio/side?token=$1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" >&3
        printf "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" >&3
        printf "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" >&3
        cat <&3 >answer' - "$token"
      kill $hub
      wait $hub
      grep 'refused a request' log
      ! grep -q "$token" log
      """#
    let run = try CommandRun(script: script, in: folder)
    #expect(run.exitCode == 0)
    for field in [
      "room=demo/radio", "board=side", "sub=\"Ann B\"", "status=403", "from=127.0.0.1",
      "reason=\"the token is for another room\"",
    ] { #expect(run.output.contains(field), "\(run.output)") }
  }
}

@Suite("Words for what cannot be decoded")
struct DecodingErrorTests {
  @Test(
    arguments: [
      (.truncated(offset: 5, needed: 1), "byte 5: 1 more byte is needed"),
      (.truncated(offset: 0, needed: 7), "byte 0: 7 more bytes are needed"),
      (.invalid(offset: 5, what: "message type"), "byte 5: no message type"),
      (.invalid(offset: 1, what: "Any tag"), "byte 1: a value of unknown kind"),
      (.invalid(offset: 2, what: "more clients than bytes"), "byte 2: more clients than bytes"),
      (.integerOutOfRange(offset: 3), "byte 3: an integer over 2^53-1"),
      (.invalidUTF8(offset: 3), "byte 3: text that is not UTF-8"),
      (.tooDeep(offset: 3), "byte 3: values nested too deep"),
    ] as [(Lib0.DecodingError, String)])
  func theyNameThePlaceAndTheReason(_ error: Lib0.DecodingError, _ text: String) {
    #expect("\(error)" == text)
  }
}
