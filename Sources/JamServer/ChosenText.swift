/// Names and titles that people choose for others to read.
enum ChosenText {
  /// `text` without white space at both ends, or why it will not do.
  ///
  /// - Parameter most: Unicode scalars.
  static func checked(_ text: String, most: Int) -> Result<String, Fault> {
    var scalars = text.unicodeScalars[...]
    while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
    while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    if scalars.count > most { return .failure(Fault("is longer than \(most) characters")) }
    guard scalars.contains(where: isVisible) else { return .failure(Fault("is empty")) }
    let kept = String(scalars)
    if Claims.holdsControl(kept) { return .failure(Fault("holds a control character")) }
    return .success(kept)
  }

  /// What is wrong, as a clause behind the name of the thing.
  struct Fault: Error, Equatable {
    let clause: String
    init(_ clause: String) { self.clause = clause }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned,
      .nonspacingMark, .enclosingMark:
      false
    default: true
    }
  }
}
