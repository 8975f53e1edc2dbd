/// An update that would take too long to integrate.
public struct CostlyUpdate: Error, Equatable, Sendable {}

/// Bounding what an update may cost.
///
/// The position search looks at everything that others inserted at the same place. An update made
/// for it (thousands of inserts with one origin and different right origins) is quadratic, in Yjs
/// as here. Nothing in its bytes tells, so such an update is tried on a copy, with a budget.
extension Doc {
  /// Items that the search may look at for one update: about a tenth of a second.
  public static let searchBudget = 3_000_000

  /// Applies an update unless that takes more than `searchBudget`; then nothing has changed.
  ///
  /// - Complexity: as `apply`; where the product of the two sizes leaves doubt, the document's
  ///   arrays are copied once.
  @discardableResult
  public mutating func applyBounded(_ update: Update) throws(CostlyUpdate) -> Applied {
    guard mayBeCostly(update) else { return apply(update) }
    var copy = self
    copy.stepsLeft = Self.searchBudget
    let applied = copy.apply(update)
    guard copy.stepsLeft > 0 else { throw CostlyUpdate() }
    copy.stepsLeft = .max
    self = copy
    return applied
  }

  private func mayBeCostly(_ update: Update) -> Bool {
    let count = update.records.count
    return count >= 64 && count * (structCount + count) > Self.searchBudget
  }
}
