import Testing

@testable import jamboree

@Suite("QR codes")
struct QRCodeTests {
  static let link = "http://host:8080/j/demo#i=aobpe5swvrghp46daove3d6mqy"

  /// ISO/IEC 18004: three finder patterns and two lines of alternating modules between them.
  @Test(arguments: ["a", link, String(repeating: "я", count: 500)])
  func aCodeHasThePatternsThatReadersLookFor(text: String) throws {
    let code = try #require(QRCode(text))
    #expect(code.side >= 21 && code.side <= 177 && (code.side - 17) % 4 == 0)
    for (left, top) in [(0, 0), (code.side - 7, 0), (0, code.side - 7)] {
      for row in 0..<7 {
        for column in 0..<7 {
          let ring = max(abs(row - 3), abs(column - 3))
          #expect(code.isDark(left + column, top + row) == (ring != 2))
        }
      }
    }
    for place in 8..<code.side - 8 {
      #expect(code.isDark(place, 6) == (place % 2 == 0))
      #expect(code.isDark(6, place) == (place % 2 == 0))
    }
    #expect(!code.isDark(-1, 0) && !code.isDark(0, code.side))
  }

  /// What the terminal shows, read back.
  @Test func theLinesShowEveryModule() throws {
    let code = try #require(QRCode(Self.link))
    let border = 4
    let lines = code.lines(border: border)
    let side = code.side + 2 * border
    #expect(lines.count == (side + 1) / 2)
    for (number, line) in lines.enumerated() {
      #expect(line.hasPrefix("\u{1b}[97;40m") && line.hasSuffix("\u{1b}[0m"))
      let blocks = Array(line.dropFirst(8).dropLast(4))
      #expect(blocks.count == side)
      for (column, block) in blocks.enumerated() {
        let upper = block == "\u{2588}" || block == "\u{2580}"
        #expect(upper == !code.isDark(column - border, 2 * number - border))
        guard 2 * number + 1 < side else { continue }
        let lower = block == "\u{2588}" || block == "\u{2584}"
        #expect(lower == !code.isDark(column - border, 2 * number + 1 - border))
      }
    }
  }

  @Test func whatIsTooLongHasNone() {
    #expect(QRCode(String(repeating: "a", count: 5_000)) == nil)
  }
}
