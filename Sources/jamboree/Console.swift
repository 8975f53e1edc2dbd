import Glibc
import JamServer
import Lib0

/// Standard output for results, standard error for everything else.
enum Console {
  /// A result. Where it cannot be written the program ends with 1: what follows would be lost as
  /// well. A closed pipe (`| head`) ends it as usual.
  static func print(_ line: String) { output(Array("\(line)\n".utf8)) }

  /// The same for JSON, one line. Texts in it were often chosen by others: none steers a terminal.
  static func print(json value: AnyValue) {
    Console.print(VisibleText.escaped(json: JSON.text(value)))
  }

  /// The same for a result that is bytes.
  static func output(_ bytes: [UInt8]) {
    let code = write(bytes, to: STDOUT_FILENO)
    if code == 0 { return }
    if code != EPIPE {
      complain("Error: cannot write to standard output: \(unsafe String(cString: strerror(code)))")
    }
    exit(1)
  }

  /// The same beside a running hub, which goes on whoever listens.
  static func announce(_ line: String) { _ = write(Array("\(line)\n".utf8), to: STDOUT_FILENO) }

  /// One line on standard error. What is in it was often chosen by others, names of files for one.
  static func complain(_ line: String) {
    _ = write(Array("\(VisibleText.escaped(line))\n".utf8), to: STDERR_FILENO)
  }

  /// All of it, whatever the pipe takes at a time; the errno if that fails.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if count < 0, errno != EINTR { return errno }
      done += max(count, 0)
    }
    return 0
  }
}

/// A failure in one line that names what and where; the exit code is 1.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
