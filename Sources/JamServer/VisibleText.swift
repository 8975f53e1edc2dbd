/// Texts that other people chose, such as names of files, as one line of a terminal or a log shows
/// them and does nothing else.
public enum VisibleText {
  /// `text` with every scalar that steers a terminal, ends a line or turns the direction of text
  /// (general categories Cc, Cf, Zl, Zp) as `\u{1b}`: its number in hexadecimal, lower case,
  /// without zeros in front. Everything else stays, a backslash too.
  public static func escaped(_ text: some StringProtocol) -> String {
    escaped(text, orBackslashed: [])
  }

  /// The same in double quotes, with a backslash before each `"` and `\` in it, so that nothing in
  /// the text passes for its end.
  ///
  /// - Limits: the caller cuts what is too long, before the quotes go around it.
  static func quoted(_ text: some StringProtocol) -> String {
    "\"\(escaped(text, orBackslashed: ["\"", "\\"]))\""
  }

  /// JSON in which the same scalars are escapes (`\u001b`): the same value, wherever it is shown.
  public static func escaped(json: String) -> String {
    json.unicodeScalars.map { scalar in
      isHarmless(scalar) ? "\(scalar)" : "\(scalar)".utf16.map(escaped(unit:)).joined()
    }.joined()
  }

  private static func escaped(unit: UTF16.CodeUnit) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  private static func escaped(
    _ text: some StringProtocol, orBackslashed special: Set<Unicode.Scalar>
  ) -> String {
    text.unicodeScalars.map { scalar in
      if !isHarmless(scalar) { return "\\u{\(String(scalar.value, radix: 16))}" }
      return special.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
    }.joined()
  }
}
