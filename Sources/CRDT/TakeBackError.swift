/// Why the effect of an update cannot be taken back. The document is then as it was.
public enum TakeBackError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It deletes a shared type or a subdocument, or sets a key that holds one. A copy would lose
  /// what others write into it at that moment.
  case replacesType
  /// It cuts a character of two UTF-16 units in half, which leaves neither half, or a key's value
  /// of several elements.
  case cutsValue
  /// What would have to be copied is more than `Doc.takeBackItemLimit` or `takeBackByteLimit`.
  case tooMuch
  /// Integrating it takes more than `Doc.searchBudget`, or finding out what it does more than
  /// `Doc.takeBackWalkLimit`.
  case tooCostly
  /// A struct stands where no editor puts one: between two lists, beside what is no neighbour, or
  /// before a key's value. Where it ends up, and what it hides, would depend on the order in which
  /// somebody reads the document.
  case misplaced
  /// It needs something that is missing, or something pends already.
  case incomplete
  /// It writes under the document's own client id, under which the copies are written.
  case writesAsUs

  public var description: String {
    switch self {
    case .replacesType: "it deletes or replaces a shared type"
    case .cutsValue: "it cuts a character or a value in two"
    case .tooMuch: "it deletes more than can be copied"
    case .tooCostly: "it takes too long to integrate"
    case .misplaced: "it writes where no editor does"
    case .incomplete: "something that it needs is missing"
    case .writesAsUs: "it writes under the server's client id"
    }
  }
}
