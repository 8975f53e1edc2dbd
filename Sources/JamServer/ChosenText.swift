/// Names and titles that people choose for others to read.
enum ChosenText {
  /// `text` without white space at both ends and without what shows nothing, or why it will not do.
  ///
  /// With scalars that show nothing one name could pass for another. Those that make one emoji of
  /// several stay.
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
    for scalar in text {
      if scalar.properties.isDefaultIgnorableCodePoint {
        if isInEmoji, shapesEmoji(scalar), kept.last != scalar { kept.append(scalar) }
        continue
      }
      if !isEmoji(scalar), kept.last == joiner { kept.removeLast() }
      kept.append(scalar)
      isInEmoji = isEmoji(scalar)
    }
    if kept.last == joiner { kept.removeLast() }
    return kept
  }

  private static let joiner: Unicode.Scalar = "\u{200d}"

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
