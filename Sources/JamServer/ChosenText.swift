/// Names and titles that people choose for others to read.
enum ChosenText {
  /// `text` without white space at both ends and without what shows nothing, or why it will not do.
  ///
  /// With scalars that show nothing one name could pass for another. Those that make one emoji of
  /// several stay, and joiners where letters look otherwise without them.
  ///
  /// - Parameter most: Unicode scalars.
  static func checked(_ text: String, most: Int) -> Result<String, Fault> {
    if Claims.holdsControl(trimmed(text.unicodeScalars)) {
      return .failure(Fault("holds a control character"))
    }
    let kept = trimmed(visible(text.unicodeScalars))
    if kept.unicodeScalars.count > most {
      return .failure(Fault("is longer than \(most) characters"))
    }
    guard kept.unicodeScalars.contains(where: isVisible) else { return .failure(Fault("is empty")) }
    return .success(kept)
  }

  /// What is wrong, as a clause behind the name of the thing.
  struct Fault: Error, Equatable {
    let clause: String
    init(_ clause: String) { self.clause = clause }
  }

  private static func trimmed(_ text: String.UnicodeScalarView) -> String {
    var scalars = text[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }

  private static func visible(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var kept = String.UnicodeScalarView()
    // Whether the last one that was kept is an emoji or belongs to one.
    var isInEmoji = false
    // The first joiner or non-joiner since then: what comes next decides about it.
    var waiting: Unicode.Scalar?
    for scalar in text {
      if scalar.properties.isDefaultIgnorableCodePoint {
        if isInEmoji {
          if shapesEmoji(scalar), kept.last != scalar { kept.append(scalar) }
        } else if waiting == nil, scalar == joiner || scalar == nonJoiner {
          waiting = scalar
        }
        continue
      }
      if isInEmoji, !isEmoji(scalar), kept.last == joiner { kept.removeLast() }
      if let one = waiting, shapesLetters(one, after: kept, before: scalar) { kept.append(one) }
      waiting = nil
      kept.append(scalar)
      isInEmoji = isEmoji(scalar)
    }
    if isInEmoji, kept.last == joiner { kept.removeLast() }
    if let one = waiting, shapesLetters(one, after: kept, before: nil) { kept.append(one) }
    return kept
  }

  private static let joiner: Unicode.Scalar = "\u{200d}"
  private static let nonJoiner: Unicode.Scalar = "\u{200c}"

  /// Whether a joiner or non-joiner makes letters look otherwise, so that a word is misspelled
  /// without it (Unicode Standard, sections 9.2, 12.1 and 23.2): after a virama, at an r before
  /// one, and between letters that would join.
  private static func shapesLetters(
    _ one: Unicode.Scalar, after text: String.UnicodeScalarView, before next: Unicode.Scalar?
  ) -> Bool {
    guard let last = text.last else { return false }
    if one == joiner {
      if isVirama(last) { return true }
      return (last == "\u{9b0}" || last == "\u{cb0}") && next.map(isVirama) == true
    }
    guard let next, next.properties.isAlphabetic else { return false }
    if isVirama(last) { return true }
    let letter = text.last { $0.properties.generalCategory != .nonspacingMark }
    return isCursive(next) && letter.map { isCursive($0) && !endsJoining($0) } == true
  }

  private static func isVirama(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd, 0xd3b, 0xd3c, 0xd4d, 0xdca,
      0x1039, 0x17d2, 0x1b44, 0x1baa, 0xa8c4, 0xa9c0:
      true
    default: false
    }
  }

  /// A letter of the scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
  private static func isCursive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x620...0x6ff, 0x710...0x77f, 0x7ca...0x7ea, 0x840...0x858, 0x860...0x8c9, 0x1820...0x18aa:
      scalar.properties.isAlphabetic
    default: false
    }
  }

  /// Arabic letters that never join the next one: there a non-joiner shows nothing.
  private static func endsJoining(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x621...0x625, 0x627, 0x629, 0x62f...0x632, 0x648, 0x671...0x677, 0x688...0x699, 0x6c0,
      0x6c3...0x6cb, 0x6cd, 0x6cf, 0x6d2, 0x6d3, 0x6d5, 0x6ee, 0x6ef:
      true
    default: false
    }
  }

  /// The joiner, variation selectors, and the tags of flags of regions.
  private static func shapesEmoji(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200d, 0xfe0e, 0xfe0f, 0xe0020...0xe007f: true
    default: false
    }
  }

  private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value > 0xff && scalar.properties.isEmoji
  }

  /// White space, and letters that fill a place without showing.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0: true
    default: scalar.properties.isWhitespace
    }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if isBlank(scalar) || scalar.properties.isDefaultIgnorableCodePoint { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned,
      .nonspacingMark, .enclosingMark:
      false
    default: true
    }
  }
}
