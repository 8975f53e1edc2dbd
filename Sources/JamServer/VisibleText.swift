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

  private static func escaped(
    _ text: some StringProtocol, orBackslashed special: Set<Unicode.Scalar>
  ) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        "\\u{\(String(scalar.value, radix: 16))}"
      default: special.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
      }
    }.joined()
  }
}
